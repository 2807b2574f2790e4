"""Records: what they accept, what they store, and what they refuse to read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError

from symhep.errors import StoreError
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record, jsonable
from symhep.methods.schema import keys_table, record_schema


class Row(Adjusted):
    """A tested hypothesis."""

    label: str = Field(description="its name")


class Found(Record):
    """A small result."""

    n: int = Field(description="how many")
    spread: tuple[float | None, ...] = Field(description="of every feature")
    width: Number | None = Field(None, description="of the peak")
    rows: tuple[Row, ...] = Field((), description="what was tested")
    by_name: dict[str, float] = Field({}, description="numbers by name")


FOUND = Found(
    n=np.int64(3),
    spread=np.array([1.0, np.nan]),
    width=Number.with_error(np.float64(2.0), 0.5, "GeV"),
    rows=[Row(label="J_z", **PValue.of(-2.0, "exact").to_json())],
    by_name={"a": np.float32(0.5)},
)


def test_numpy_goes_in_and_json_comes_out() -> None:
    stored = FOUND.to_json()
    assert stored["n"] == 3
    assert stored["spread"] == [1.0, None]
    assert stored["by_name"] == {"a": 0.5}
    assert Found.from_json(json.loads(json.dumps(stored))) == FOUND


def test_a_record_cannot_be_changed_and_knows_no_other_keys() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FOUND.n = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Found(n=1, spread=(), wide=3)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": "many"}, "n: input should be a valid integer"),
        ({"extra": 1}, "extra: extra inputs are not permitted"),
        ({"width": {"value": "wide"}}, r"width\.value: input should be a valid number"),
    ],
    ids=str,
)
def test_a_stored_record_of_another_kind_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(
        StoreError, match=rf"does not follow the schema .* of Found: {message}.*; run the card again"
    ):
        Found.from_json(FOUND.to_json() | change)


def test_the_schema_accepts_what_is_stored_and_refuses_what_is_spoiled() -> None:
    validator = Draft202012Validator(record_schema("found", Found))
    assert validator.is_valid(FOUND.to_json())
    for spoiled in ({"n": "many"}, {"spread": 1}, {"width": {"value": "wide"}}, {"unknown": 1}):
        assert not validator.is_valid(FOUND.to_json() | spoiled)


def test_the_table_of_keys() -> None:
    rows = keys_table(Found).splitlines()[2:]
    assert rows == [
        "| `n` | integer | how many |",
        "| `spread[]` | list of number or null | of every feature |",
        "| `width` | number with interval or null | of the peak |",
        "| `rows[]` | list of mappings | what was tested |",
        "| `rows[].{p_value, log10_p, p_kind}` | p-value | p-value on its own |",
        "| `rows[].{p_value_adjusted, log10_p_adjusted}` | p-value | adjusted for the family of hypotheses (Holm) |",
        "| `rows[].rejected` | boolean or null | rejected at the significance level of the family; null: not tested |",
        "| `rows[].label` | string | its name |",
        "| `by_name.NAME` | mapping of names to number | numbers by name |",
    ]


def test_plain_json() -> None:
    assert jsonable({1: np.array([[np.inf]]), "b": {2}}) == {"1": [[None]], "b": [2]}
