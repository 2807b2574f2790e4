"""A circle is distinguished from points on it, with errors of the first kind as rare as promised."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from symhep_symmetrygan.inference.lattice import ORDERS, circle_test, period

LEVEL = 0.05
TOYS = 400


def spoiled(found: int, level: float) -> bool:
    """Would so many errors of the first kind in TOYS come about with a probability below 1e-3?"""
    return bool(binom.sf(found - 1, TOYS, level) < 1e-3)


@pytest.mark.parametrize("order", [2, 8])
def test_true_orders_are_rejected_as_rarely_as_promised(order: int) -> None:
    rng = np.random.default_rng(order)
    missed = 0
    for _ in range(TOYS):
        coset = rng.integers(0, 2, 12)
        offset = np.array([0.0, rng.uniform()])
        angles = rng.integers(0, order, 12) / order + offset[coset] + 0.01 * rng.normal(size=12)
        found = circle_test(angles, np.full(12, 0.01), coset, LEVEL)
        # a smaller order is right as well if the points that were drawn have it
        missed += found.order is None or found.order > order
    assert not spoiled(missed, LEVEL / (order * (order + 1)))


@pytest.mark.parametrize("elements", [3, 6, 20])
def test_elements_spread_evenly_are_called_discrete_as_rarely_as_promised(elements: int) -> None:
    rng = np.random.default_rng(elements)
    wrong = 0
    for _ in range(TOYS):
        coset = rng.integers(0, 2, elements)
        found = circle_test(rng.uniform(size=elements), np.full(elements, 0.02), coset, LEVEL)
        wrong += found.order is not None and found.even_p < LEVEL
    assert not spoiled(wrong, LEVEL)


def test_points_are_found_with_an_unknown_offset_in_another_coset() -> None:
    rng = np.random.default_rng(3)
    coset = np.repeat([0, 1], 15)
    angles = rng.integers(0, 6, 30) / 6 + np.where(coset == 1, 0.123, 0.0) + 0.003 * rng.normal(size=30)
    found = circle_test(angles, np.full(30, 0.003), coset, 0.01)
    assert found.order == 6
    assert found.excluded == 5
    assert found.even_p < 1e-20


def test_exact_positions_exclude_all_orders() -> None:
    angles = np.random.default_rng(1).uniform(size=40)
    found = circle_test(angles, np.full(40, 1e-6), np.zeros(40, dtype=int), 0.01)
    assert found.order is None
    assert found.excluded == ORDERS


@pytest.mark.parametrize(
    ("frequencies", "expected"),
    [((1, 1), 2 * np.pi), ((1, 2), 2 * np.pi), ((2, 2), np.pi), ((1, np.sqrt(2)), None)],
)
def test_period_of_two_planes(frequencies: tuple[float, float], expected: float | None) -> None:
    x = np.zeros((5, 5))
    for k, f in enumerate(frequencies):
        x[2 * k, 2 * k + 1], x[2 * k + 1, 2 * k] = -f, f
    assert period(x, 1e-9) == (None if expected is None else pytest.approx(expected))


def test_boost_has_no_period() -> None:
    assert period(np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]]), 1e-9) is None
