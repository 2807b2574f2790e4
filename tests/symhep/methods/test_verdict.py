"""Verdicts as they are stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symhep.errors import StoreError
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import Adjusted
from symhep.methods.verdict import Verdict


def _verdict() -> Verdict:
    row = Adjusted(p_value=0.3, log10_p=-0.52, p_kind="bound", p_value_adjusted=1.0, log10_p_adjusted=0.0)
    return Verdict("Is it?", "no", "violated", row, Number(value=2.0, unit="GeV"), "mean", "means")


def test_what_is_stored_is_read_back_of_the_same_kinds() -> None:
    stored = json.loads(json.dumps(_verdict().to_json()))
    back = Verdict.from_json(stored)
    assert back.p is not None
    assert back.p.to_json() == {"p_value": 0.3, "log10_p": -0.52, "p_kind": "bound"}
    assert type(back.size) is Number
    assert type(Verdict.from_json(stored | {"size": Bounded(value=1.0).to_json()}).size) is Bounded
    assert Verdict.from_json(stored | {"size": None, "p": None}) == Verdict(
        "Is it?", "no", "violated", size_of="mean", figure="means"
    )


@pytest.mark.parametrize(
    "changes", [{"conclusion": "perhaps"}, {"p": 0.3}, {"size": [1]}, {"size": {"value": 1, "x": 2}}]
)
def test_what_is_none_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match=r"verdict cannot be read|does not follow the schema"):
        Verdict.from_json(_verdict().to_json() | changes)
    with pytest.raises(StoreError, match="`symhep report` writes it again"):
        Verdict.from_json({"question": "Is it?"})
