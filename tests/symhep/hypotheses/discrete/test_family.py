"""Elements that act alike share a test; p-values are adjusted over those that differ."""

from __future__ import annotations

import math

import pytest
import torch

from symhep.errors import CardError
from symhep.hypotheses.discrete.family import ElementTest, by_order, discrete_rows
from symhep.hypotheses.discrete.options import DiscreteOptions
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.stats.intervals import Interval

FRAME = Frame(("E", "px", "py", "pz"), ("mu-", "mu+"))


def back_to_back() -> torch.Tensor:
    """Pairs at rest: parity is an exchange, and both together do nothing."""
    p = torch.randn(50, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    e = p.norm(dim=1, keepdim=True)
    return torch.stack([torch.cat([e, p], 1), torch.cat([e, -p], 1)], 1)


def test_one_test_for_all_that_act_alike() -> None:
    seen: list[str] = []

    def test(elements: list[Element]) -> list[ElementTest]:
        seen.extend(e.name for e in elements)
        return [
            ElementTest(
                math.log(0.01 * (k + 1)), "exact", {"only": (-1.0, "exact")}, learned=Interval(0.1, 0.0, 0.2)
            )
            for k in range(len(elements))
        ]

    names = ("P", "exchange(1,2)", "P*exchange(1,2)", "reflection(z)", "Z_3(z)")
    rows = discrete_rows(
        DiscreteOptions(elements=names).chosen(FRAME), back_to_back(), test, 0.05, DiscreteRow
    )
    assert seen == ["P", "reflection(z)", "Z_3(z)"]
    assert [row.same_as for row in rows] == [None, "P", None, None, None]
    assert [row.trivial for row in rows] == [False, False, True, False, False]
    assert [row.p_value for row in rows] == [pytest.approx(0.01)] * 2 + [
        None,
        pytest.approx(0.02),
        pytest.approx(0.03),
    ]
    assert rows[0].p_value_adjusted == pytest.approx(0.03)  # of three different elements
    assert rows[0].p_kind == "exact"
    assert rows[4].order == 3


def test_what_leaves_the_support_is_not_tested() -> None:
    """Nor is it counted among the hypotheses; an element that acts alike is excluded with it."""
    names = ("P", "exchange(1,2)", "reflection(z)")
    rows = discrete_rows(
        DiscreteOptions(elements=names).chosen(FRAME),
        back_to_back(),
        lambda tested: [ElementTest(math.log(0.01), "exact") for _ in tested],
        0.05,
        DiscreteRow,
        lambda element: "it changes pz" if element.name in ("P", "exchange(1,2)") else None,
    )
    assert [(row.how, row.why, row.p_value) for row in rows[:2]] == [("support", "it changes pz", None)] * 2
    assert rows[1].same_as == "P"
    assert rows[2].p_value_adjusted == pytest.approx(0.01)


def test_elements_of_one_order_are_tested_together_and_come_back_in_order() -> None:
    elements = DiscreteOptions(elements=("P", "Z_3(z)", "reflection(z)")).chosen(FRAME)
    calls: list[list[str]] = []

    def test(some: list[Element]) -> list[str]:
        calls.append([e.name for e in some])
        return [e.name for e in some]

    assert by_order(elements, test) == ["P", "Z_3(z)", "reflection(z)"]
    assert calls == [["P", "reflection(z)"], ["Z_3(z)"]]


def test_elements_that_are_none() -> None:
    with pytest.raises(CardError, match="Q"):
        DiscreteOptions(elements=("Q",)).chosen(FRAME)
