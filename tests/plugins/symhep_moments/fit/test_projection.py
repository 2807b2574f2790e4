from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, ncx2

from symhep_moments.fit.projection import ProjectedSize, orthonormal


def test_for_equal_weights_the_law_is_the_noncentral_chi2() -> None:
    """S = s^2 1 of R dimensions and slope s^2: T / s^2 is non-central chi2 with lambda = theta^2 / s^2, exactly."""
    s2, r = 0.01, 5
    seen = ProjectedSize(0.31, s2 * np.eye(r), s2)
    for theta2 in (0.05, 0.2, 0.6):
        assert seen.below(theta2) == pytest.approx(ncx2.cdf(0.31 / s2, r, theta2 / s2), rel=1e-9)
    assert seen.below(0.0) == pytest.approx(chi2.cdf(0.31 / s2, r), rel=1e-9)


def test_limits_are_zero_where_nothing_is_seen() -> None:
    quiet = ProjectedSize(0.02, 0.01 * np.eye(5), 0.01)
    assert (quiet.interval().value, quiet.interval().low) == (0.0, 0.0)
    assert quiet.interval().high < quiet.visible()


def test_power_of_what_is_visible() -> None:
    """At the visible size a test at 5 % has 90 % power: draws of T with equal noise in all directions."""
    rng = np.random.default_rng(3)
    size = ProjectedSize(0.0, 0.01 * np.eye(4), 0.01).visible()
    noise = 0.1 * rng.normal(size=(40_000, 4))
    threshold = np.quantile((noise**2).sum(axis=1), 0.95)
    shifted = noise + size * np.array([0.0, 1.0, 0.0, 0.0])
    assert np.mean((shifted**2).sum(axis=1) > threshold) == pytest.approx(0.9, abs=0.01)


def test_orthonormal_combinations_leave_dependent_functions_out() -> None:
    x = np.random.default_rng(1).normal(size=(500, 3))
    x = np.c_[x, 1e3 * x[:, 0], np.zeros(500)]
    basis = orthonormal(x.T @ x / 500)
    np.testing.assert_allclose((x @ basis).T @ (x @ basis) / 500, np.eye(3), atol=1e-9)
