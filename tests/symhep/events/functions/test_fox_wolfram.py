"""Moments of Fox and Wolfram against a double loop with Legendre polynomials written out."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from symhep.card.expressions import parse_expression
from symhep.errors import CardError
from symhep.events.batch import momentum_records
from symhep.events.evaluate import evaluate
from symhep.events.functions.fox_wolfram import fox_wolfram

P = np.random.default_rng(4).normal(size=(5, 3))
JETS = momentum_records(
    {
        "px": ak.Array([P[:, 0].tolist(), []]),
        "py": ak.Array([P[:, 1].tolist(), []]),
        "pz": ak.Array([P[:, 2].tolist(), []]),
        "E": ak.Array([np.linalg.norm(P, axis=1).tolist(), []]),
    }
)
LEGENDRE = [
    lambda c: 1.0,
    lambda c: c,
    lambda c: (3 * c**2 - 1) / 2,
    lambda c: (5 * c**3 - 3 * c) / 2,
    lambda c: (35 * c**4 - 30 * c**2 + 3) / 8,
]


@pytest.mark.parametrize("order", range(5))
def test_double_loop(order: int) -> None:
    total = 0.0
    for a in P:
        for b in P:
            sizes = np.linalg.norm(a) * np.linalg.norm(b)
            total += sizes * LEGENDRE[order](a @ b / sizes)
    found = fox_wolfram(order, JETS)
    # Divided by the squared energy, which is the sum of |p| for massless particles.
    assert found[0] == pytest.approx(total / np.linalg.norm(P, axis=1).sum() ** 2, rel=1e-12)
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    "text", ["fox_wolfram(jets, jets)", "fox_wolfram(1.5, jets)", "fox_wolfram(True, jets)"]
)
def test_the_order_is_one_whole_number(text: str) -> None:
    with pytest.raises(CardError, match=r"fox_wolfram needs the order as its first argument, an integer"):
        evaluate(parse_expression(text), {"jets": JETS})


def test_the_order_is_limited() -> None:
    with pytest.raises(CardError, match="from 0 to 50, got 51"):
        evaluate(parse_expression("fox_wolfram(51, jets)"), {"jets": JETS})
