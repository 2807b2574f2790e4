"""Features of invariants: free of units, no more than asked for."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_moments.fit.conditional.features import Features


def _drawn(n: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.column_stack([rng.lognormal(sigma=2.0, size=n), rng.normal(size=n), np.full(n, 7.0)])


@pytest.mark.parametrize("most", [3, 20, 1000])
def test_mean_zero_and_variance_one(most: int) -> None:
    u = _drawn()
    made = Features(u, most, np.random.default_rng(2))
    found = made(u)
    assert found.shape == (2000, made.count) == (2000, min(most, 2 * 7 + 150))
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), 1.0, atol=1e-12)


def test_units_and_rising_functions_drop_out() -> None:
    """A constant is left out; logarithms have the ranks of what they are of."""
    u = _drawn()
    other = np.column_stack([np.log(u[:, 0]), 5 - 3 * -u[:, 1], u[:, 2]])
    one, two = (Features(some, 50, np.random.default_rng(2))(some) for some in (u, other))
    assert np.abs(one - two).max() < 0.2  # between quantiles the scores are interpolated
    assert np.abs(one - two).mean() < 0.005


def test_nothing_but_constants() -> None:
    u = np.ones((100, 2))
    assert Features(u, 50, np.random.default_rng(1))(u).shape[0] == 100
