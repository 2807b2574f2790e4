"""Sums without rounding."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from symhep.events.exact_sum import ExactSum


def _sum(*chunks: list[float]) -> float:
    total = ExactSum()
    for chunk in chunks:
        total.add(chunk)
    return float(total)


def test_rounded_once_like_a_sum_of_fractions() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=1000) * 10.0 ** rng.integers(-300, 300, 1000)
    assert _sum(values.tolist()) == math.fsum(values) == float(sum(map(Fraction, values)))


def test_neither_chunks_nor_their_order_matter() -> None:
    values = np.random.default_rng(2).normal(size=999).tolist()
    whole = _sum(values)
    assert _sum(values[500:], values[:7], [], values[7:500]) == whole
    assert _sum(values[::-1]) == whole
    assert sum(values[500:] + values[:500]) != sum(values)  # as floats do


def test_the_smallest_numbers_count() -> None:
    least = math.ulp(0.0)
    assert _sum([least, 3 * least], [-least]) == 3 * least
    assert _sum([1e308, -1e308, 2.5e-310]) == 2.5e-310


@pytest.mark.parametrize(
    ("values", "total"),
    [([1e308, 1e308], math.inf), ([-1e308, -1e308], -math.inf), ([1.0, math.inf], math.inf), ([], 0.0)],
)
def test_beyond_doubles(values: list[float], total: float) -> None:
    assert _sum(values) == total
    assert math.isnan(_sum([math.nan], values))
