"""The quadratic form of moments: Hotelling's law where it applies, calibration where no textbook law does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from symhep.stats.residual_forms import complement_test, residual, ridge_test

TOYS = 1000
#: Binomial 99.9 % band of 1000 toys around 0.05.
BAND = (0.030, 0.075)


def test_is_hotelling_where_the_ridge_is_small_beside_the_variances() -> None:
    """With C = identity all weights are 1 / 1.01, which cancels: T (nu - w + 1) / nu against m F(m, nu - w + 1)."""
    m, nu = 5, 60.0
    values = np.full(m, 0.5)
    found = ridge_test(values, np.eye(m) / 10, nu)
    w = m / 1.01
    t = 10 * m * 0.25 * (nu - w + 1) / nu
    assert found.log_p == pytest.approx(stats.f.logsf(t / m, m, nu - w + 1), rel=1e-6)
    assert found.dof == pytest.approx(w)


@pytest.mark.parametrize("events", [60, 400])
@pytest.mark.parametrize("rank", [4, 12])
def test_is_calibrated_on_estimated_singular_covariances(events: int, rank: int) -> None:
    """12 moments in ``rank`` dimensions, of very different variances: no rank is ever decided."""
    rng = np.random.default_rng(events + rank)
    mixing = rng.normal(size=(rank, 12)) * np.geomspace(1, 1e-3, rank)[:, None]
    p = []
    for _ in range(TOYS):
        x = rng.normal(size=(events, rank)) @ mixing
        p.append(np.exp(ridge_test(x.mean(axis=0), np.cov(x.T) / events, events - 1.0).log_p))
    assert BAND[0] < np.mean(np.array(p) < 0.05) < BAND[1]
    assert abs(np.mean(np.array(p) < 0.5) - 0.5) < 0.05


def test_what_a_fit_takes_is_allowed_for() -> None:
    """Values of any size along two tangents: the rest is calibrated, and has two directions less."""
    rng = np.random.default_rng(5)
    tangent = rng.normal(size=(8, 2))
    p, dof = [], []
    for _ in range(TOYS):
        x = rng.normal(size=(300, 8)) * np.arange(1, 9) + tangent @ rng.normal(size=2)
        found = complement_test(x.mean(axis=0), np.cov(x.T) / 300, 299.0, tangent)
        p.append(np.exp(found.log_p))
        dof.append(found.dof)
    assert BAND[0] < np.mean(np.array(p) < 0.05) < BAND[1]
    assert 5 < np.mean(dof) < 6


def test_a_fit_to_few_events_does_not_trust_what_happens_not_to_vary() -> None:
    """90 moments of 40 events: in 51 directions nothing varies, and a fit that believes this is sure of nonsense."""
    rng = np.random.default_rng(6)
    tangent = rng.normal(size=(90, 9))
    pulls = []
    for _ in range(100):
        x = rng.normal(size=(40, 90))
        left = residual(x.mean(axis=0), np.cov(x.T) / 40, tangent, 39.0)
        pulls.append(left.step / np.sqrt(np.diag(left.step_covariance)))
    assert np.sqrt(np.mean(np.square(pulls))) < 1.6


@given(
    shift=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2),
    unit=st.floats(1e-6, 1e6),
    seed=st.integers(0, 99),
)
def test_neither_units_nor_a_shift_along_the_tangent_matter(
    shift: list[float], unit: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values, tangent = rng.normal(size=6), rng.normal(size=(6, 2))
    half = rng.normal(size=(6, 6))
    covariance = half @ half.T + np.eye(6)
    one = complement_test(values, covariance, 500.0, tangent)
    other = complement_test(unit * (values + tangent @ shift), unit**2 * covariance, 500.0, tangent)
    assert other.log_p == pytest.approx(one.log_p, rel=1e-5, abs=1e-7)


def test_residual_is_least_squares() -> None:
    """With C = identity the weights are equal, and the step is that of numpy's least squares."""
    rng = np.random.default_rng(7)
    values, tangent = rng.normal(size=6), rng.normal(size=(6, 2))
    left = residual(values, np.eye(6), tangent)
    step = np.linalg.lstsq(tangent, values, rcond=None)[0]
    np.testing.assert_allclose(left.step, step)
    np.testing.assert_allclose(left.step_covariance, np.linalg.inv(tangent.T @ tangent))
    np.testing.assert_allclose(left.values, values - tangent @ step)
    np.testing.assert_allclose(left.covariance @ tangent, 0, atol=1e-12)


def test_a_tangent_of_everything_leaves_nothing_to_reject() -> None:
    found = complement_test(np.array([3.0, 4.0]), np.eye(2), 100.0, np.eye(2))
    assert found.log_p == 0
    assert found.dof == pytest.approx(0, abs=1e-9)


def test_without_noise_only_zero_is_zero() -> None:
    assert ridge_test(np.zeros(3), np.zeros((3, 3)), 99.0).log_p == 0
    assert ridge_test(np.ones(3), np.zeros((3, 3)), 99.0).log_p == -np.inf
