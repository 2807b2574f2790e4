"""The record: what it holds, how it is stored, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from symhep.errors import StoreError
from symhep_vae.record import Spectrum, VaeRecord, over_runs

MakeRecord = Callable[..., VaeRecord]


def test_a_record_survives_json(make_record: MakeRecord) -> None:
    record = make_record()
    stored = json.loads(json.dumps(record.to_json(), allow_nan=False))
    assert VaeRecord.from_json(stored) == record
    assert VaeRecord.from_json(stored).to_json() == stored


def test_keys_that_scripts_use(make_record: MakeRecord) -> None:
    summary = make_record().to_json()
    assert summary["relevance"]["mean"][0] == 5.1
    assert summary["relevance"]["std"][0] == 0.4
    assert {k: summary["relevant_latents"][k] for k in ("value", "low", "high")} == {
        "value": 3,
        "low": 3,
        "high": 3,
    }
    assert isinstance(summary["relevant_latents"]["value"], int)
    assert [summary["intrinsic_dimension"][k] for k in ("value", "low", "high")] == [2.02, 1.91, 2.15]


def _classes(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A record's class and those of the records inside it."""
    if model in seen:
        return
    seen.add(model)
    yield model
    waiting: list[Any] = [field.annotation for field in model.model_fields.values()]
    while waiting:
        kind = waiting.pop()
        waiting += getattr(kind, "__args__", ())
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _classes(kind, seen)


def test_every_field_is_described() -> None:
    models = list(_classes(VaeRecord, set()))
    assert len(models) > 10
    bare = [f"{m.__name__}.{name}" for m in models for name, f in m.model_fields.items() if not f.description]
    assert not bare


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("relevance", "mean"), "high", "relevance.mean"),
        (("relevant_latents", "value"), None, "relevant_latents.value"),
        (("variant",), "gan", "variant"),
        (("runs", "invented"), 1, "runs.invented: extra inputs are not permitted"),
        (("near_constants",), [{"name": "x"}], "near_constants.0"),
    ],
)
def test_a_spoiled_summary_is_refused(
    make_record: MakeRecord, path: tuple[str, ...], value: Any, message: str
) -> None:
    stored = make_record().to_json()
    place = stored
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(StoreError, match=message):
        VaeRecord.from_json(stored)


@pytest.mark.parametrize("key", VaeRecord.model_fields)
def test_no_key_may_be_missing(make_record: MakeRecord, key: str) -> None:
    stored = {k: v for k, v in make_record().to_json().items() if k != key}
    with pytest.raises(StoreError, match=key):
        VaeRecord.from_json(stored)


def test_the_schema_names_all_keys(make_record: MakeRecord) -> None:
    schema = VaeRecord.model_json_schema()
    assert set(schema["properties"]) == set(schema["required"]) == set(make_record().to_json())
    assert schema["additionalProperties"] is False


def test_runs_are_averaged_with_their_spread() -> None:
    number = over_runs([1.0, 2.0, 3.0], "nats")
    assert (number.value, number.unit) == (2.0, "nats")
    assert number.error == pytest.approx(np.std([1, 2, 3]))
    assert over_runs([2.0]).low is None
    assert over_runs([np.inf]).value is None


def test_a_spectrum_keeps_what_is_not_finite_as_null() -> None:
    spectrum = Spectrum.of(np.array([[1.0, np.inf], [3.0, 1.0]]))
    assert spectrum.mean == (2.0, None)
    assert [n.text() for n in spectrum.numbers()] == ["2.0 ± 1.0", "unknown"]
