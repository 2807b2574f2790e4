"""Asymmetries and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, norm

from symhep.stats.asymmetry import Decided, asymmetry


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
    # Wilson's: the ends are where |F - f| = z sqrt(f (1 - f) / n), with the smaller of two effective numbers
    n = min(160**2 / 280, share * (1 - share) * 160**2 / (60 * 4 * (1 - share) ** 2 + 40 * share**2))
    assert found.value == pytest.approx(2 * share - 1)
    for end in (found.low, found.high):
        f = (1 + end) / 2
        assert abs(share - f) == pytest.approx(norm.ppf(0.975) * np.sqrt(f * (1 - f) / n))
    assert asymmetry(scores(60, 60), np.r_[np.ones(90), -np.ones(30)]).value == pytest.approx(1.0)


def test_sums_of_two_parts_are_those_of_both() -> None:
    rng = np.random.default_rng(1)
    first, weights = rng.random(200) < 0.6, rng.choice([1.0, 2.0, -0.5], 200)
    for w in (weights, np.ones(200)):
        parts = Decided.of(first[:70], w[:70]) + Decided() + Decided.of(first[70:], w[70:])
        found, whole = parts.asymmetry(), asymmetry(np.c_[first, ~first].astype(float), w)
        assert (found.value, found.low, found.high) == pytest.approx((whole.value, whole.low, whole.high))
        assert found.method == whole.method


def test_ties_are_left_out() -> None:
    tied = np.r_[scores(3, 1), np.zeros((50, 2))]
    assert asymmetry(tied, np.ones(54)).value == 0.5
    assert np.isnan(asymmetry(np.zeros((4, 2)), np.ones(4)).value)


@pytest.mark.parametrize(("sigma", "n"), [(1.0, 100), (2.0, 100), (2.0, 500)])
def test_coverage(sigma: float, n: int) -> None:
    """95 % or more of the intervals hold the truth 0.1, for lognormal weights."""
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        first = rng.random(n) < 0.55
        found = asymmetry(np.c_[first, ~first].astype(float), rng.lognormal(sigma=sigma, size=n))
        inside += found.low <= 0.1 <= found.high
    assert inside / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
