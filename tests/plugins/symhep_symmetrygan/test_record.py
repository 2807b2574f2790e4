"""The record: its JSON, the arrays beside it, and the keys that scripts rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

import symhep_symmetrygan.record as contract
from symhep.errors import StoreError
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep_symmetrygan.record import SymmetryGanRecord

Made = Callable[..., Result[SymmetryGanRecord]]


def test_the_record_survives_json(dijets: Made, line: Made) -> None:
    for made in (dijets, line):
        record = made().record
        stored = json.loads(json.dumps(record.to_json(), allow_nan=False))
        assert SymmetryGanRecord.from_json(stored) == record


def test_a_key_too_many_is_refused(dijets: Made) -> None:
    with pytest.raises(StoreError, match="scaler: extra inputs are not permitted"):
        SymmetryGanRecord.from_json(dijets().record.to_json() | {"scaler": {}})


def test_scripts_find_what_they_use(dijets: Made) -> None:
    s = dijets().summary
    assert s["elements"] == 39
    for kind in ("symmetry", "random", "noise"):
        mean = s["kl"][kind]["mean"]
        assert len(mean) == len(s["kl"]["projections"])
        assert all(isinstance(value, float) for value in mean)


def test_every_array_is_described(dijets: Made, line: Made) -> None:
    said = contract.__doc__ or ""
    for made in (dijets, line):
        for name in made().arrays:
            assert f"``{re.sub('slice_[0-9]', 'slice_{s}', name)}``" in said, name


def test_every_field_is_described() -> None:
    def fields(model: type[Record]) -> Any:
        for name, field in model.model_fields.items():
            yield f"{model.__name__}.{name}", field.description
        for inner in model.__subclasses__():
            if inner.__module__.startswith("symhep_symmetrygan"):
                yield from fields(inner)

    found = dict(fields(Record))
    assert "SymmetryGanRecord.elements" in found
    assert [name for name, text in found.items() if not text] == []
