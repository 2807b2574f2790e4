"""The record of the three solvers: the same keys, one shape of a number, back from JSON as it was."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from symhep.errors import StoreError
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.number import Number
from symhep.methods.schema import record_schema
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.record import OracleRecord

FEW = {"seeds": 2, "epochs": 40}
TRAINED = {"generators": [1, 2], "epochs": 2000, "seeds": 2}
ENERGY = [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "exact": (4, {
        "oracle": "lorentz", "compare": "so(1,3)+D",
        "breaking": {"oracle": {"kind": "quadratic", "matrix": ENERGY}, "strengths": [0, 0.1]},
    }),
    "polynomials": (2, {"oracle": "squeeze", "degree": 2}),
    "nothing": (2, {"oracle": "l1"}),
    "gradient": (2, {"oracle": "l2", "solver": "gradient", "gradient": TRAINED}),
    "flows": (2, {"oracle": "squeeze", "solver": "flows", "flows": FEW | {"hidden": [8]}}),
}  # fmt: skip


@pytest.fixture(scope="module")
def recorded() -> Callable[[str], OracleRecord]:
    known: dict[str, OracleRecord] = {}

    def run(case: str) -> OracleRecord:
        if case not in known:
            features, options = CASES[case]
            data = Dataset.from_array(
                np.random.default_rng(1).normal(size=(300, features)), scaling="isotropic"
            )
            method = OracleGenerators()
            prepared = method.prepare(data, OracleMethodOptions.model_validate(options))
            part = method.fit(prepared, Shard(), Context(seed_sequence(1, "oracle", 0)))
            known[case] = method.combine(
                prepared, [part], Context(seed_sequence(1, "oracle", COMBINE))
            ).record
        return known[case]

    return run


@pytest.mark.parametrize("case", CASES)
def test_it_comes_back_from_json_and_follows_its_schema(
    case: str, recorded: Callable[[str], OracleRecord]
) -> None:
    record = recorded(case)
    stored = json.loads(json.dumps(record.to_json(), allow_nan=False))
    assert OracleRecord.from_json(stored) == record
    schema = record_schema("oracle", OracleRecord)
    jsonschema.validate(stored, schema)
    spoiled = copy.deepcopy(stored)
    spoiled["residual"]["closure"] = 0.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, schema)
    with pytest.raises(StoreError, match=r"residual\.closure.*run the card again"):
        OracleRecord.from_json(spoiled)


@pytest.mark.parametrize("case", CASES)
def test_all_solvers_have_the_same_keys(case: str, recorded: Callable[[str], OracleRecord]) -> None:
    summary = recorded(case).to_json()
    assert set(summary) == set(OracleRecord.model_fields)
    assert [name for name in ("exact", "gradient", "flows") if summary["solver"][name] is not None] == [
        summary["solver"]["name"]
    ]
    numbers = [g["residual"] for g in summary["generators"]]
    numbers += [summary["residual"]["invariance"], summary["residual"]["closure"]]
    assert all(set(number) == set(Number.model_fields) for number in numbers)


def test_a_symmetry_is_stated_for_linear_fields_alone(recorded: Callable[[str], OracleRecord]) -> None:
    stated = {case: recorded(case).symmetry for case in CASES}
    assert {case for case, symmetry in stated.items() if symmetry is None} == {"polynomials", "flows"}
    assert stated["exact"] is not None
    assert stated["exact"].generator_names == tuple(g.name for g in recorded("exact").generators)
    assert stated["nothing"] is not None
    assert stated["nothing"].generator_names == ()


def test_every_field_is_described() -> None:
    missing = []

    def walk(schema: dict[str, Any], name: str) -> None:
        for key, held in schema.get("properties", {}).items():
            if "description" not in held and not name.endswith("Facts"):
                missing.append(f"{name}.{key}")

    schema = record_schema("oracle", OracleRecord)
    walk(schema, "OracleRecord")
    for name, part in schema["$defs"].items():
        walk(part, name)
    assert missing == []
