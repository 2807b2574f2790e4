"""Rows of hypotheses, made up."""

from __future__ import annotations

import math
from typing import Any

import pytest

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.methods.number import Number
from symhep.methods.p_values import PValue

LEVEL = 0.05


@pytest.fixture
def candidates() -> list[CandidateRow]:
    """J_z survives, J_x is rejected by a p that no float holds, P_x is not tested."""
    family = adjusted({"J_x": -1234 * math.log(10), "J_z": math.log(0.5)}, LEVEL)
    rows = [CandidateRow(label=label, **dict(p)) for label, p in family.items()]
    return [*rows, CandidateRow(label="P_x", how="support")]


@pytest.fixture
def elements() -> list[DiscreteRow]:
    """P survives, T acts like it, an exchange is violated, CP acts trivially."""
    family = adjusted({"P": math.log(0.4), "exchange(1,2)": -42 * math.log(10)}, LEVEL)

    def row(name: str, p: str, asymmetry: float, **more: Any) -> DiscreteRow:
        tests = {"moments": PValue.of(math.log(0.3)), "classifier": PValue.of(math.log(0.2), "exact")}
        size = Number(value=asymmetry, low=asymmetry - 0.01, high=asymmetry + 0.01)
        limits = {"upper_95": abs(asymmetry) + 0.012, "expected_95": 0.014, "function": "pz(a)"}
        return DiscreteRow(
            name=name, meaning=name, order=2, tests=tests, size=size, **limits, **dict(family[p]), **more
        )

    return [
        row("P", "P", 0.001), row("T", "P", 0.001, same_as="P"), row("exchange(1,2)", "exchange(1,2)", 0.083),
        DiscreteRow(name="CP", meaning="CP", order=2, trivial=True, how="trivial"),
    ]  # fmt: skip
