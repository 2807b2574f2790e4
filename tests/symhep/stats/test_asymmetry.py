"""Asymmetries and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, norm

from symhep.stats.asymmetry import asymmetry


def scores(first: int, others: int, q: int = 2) -> np.ndarray:
    found = np.zeros((first + others, q))
    found[:first, 0], found[first:, 1] = 1.0, 1.0
    return found


def test_clopper_and_pearson() -> None:
    found = asymmetry(scores(70, 30), np.full(100, 0.3))
    low, high = beta.ppf(0.025, 70, 31), beta.ppf(0.975, 71, 30)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 2 * low - 1, 2 * high - 1))
    assert found.method == "Clopper-Pearson, 95 %"


def test_of_three_images_chance_is_zero() -> None:
    assert asymmetry(scores(100, 200, 3), np.ones(300)).value == pytest.approx(0.0)
    assert asymmetry(scores(0, 50, 3), np.ones(50)).value == -0.5
    assert asymmetry(scores(50, 0, 3), np.ones(50)).value == 1.0


def test_signed_weights() -> None:
    w = np.r_[np.full(60, 2.0), np.full(40, 1.0)]
    found = asymmetry(scores(60, 40), w)
    share = 120 / 160
    error = np.sqrt(60 * 4 * (1 - share) ** 2 + 40 * share**2) / 160
    assert found.value == pytest.approx(2 * share - 1)
    assert found.high - found.value == pytest.approx(2 * norm.ppf(0.975) * error)
    assert asymmetry(scores(60, 60), np.r_[np.ones(90), -np.ones(30)]).value == pytest.approx(1.0)


def test_ties_are_left_out() -> None:
    tied = np.r_[scores(3, 1), np.zeros((50, 2))]
    assert asymmetry(tied, np.ones(54)).value == 0.5
    assert np.isnan(asymmetry(np.zeros((4, 2)), np.ones(4)).value)


def test_coverage() -> None:
    """95 % or more of the intervals hold the truth 0.1, for weights that differ."""
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        first = rng.random(800) < 0.55
        found = asymmetry(np.c_[first, ~first].astype(float), rng.exponential(size=800))
        inside += found.low <= 0.1 <= found.high
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400) <= inside / 400
