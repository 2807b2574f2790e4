"""Moments over their errors."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import so
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.pulls import candidate_pulls, fitted_pulls

K = 6


def moments(rng: np.random.Generator, truth: np.ndarray) -> Moments:
    """Independent moments with the errors 1, 2, 3 for the three candidates."""
    noise = np.array([1.0, 2.0, 3.0])
    mean = truth + rng.normal(size=(K, 3)) * noise
    covariance = np.einsum("kl,ab->kalb", np.eye(K), np.diag(noise**2))
    return Moments(mean, covariance, 1e6, so(3), tuple("abcdef"), {"low": slice(0, K)})


def test_candidates() -> None:
    m = moments(np.random.default_rng(1), np.zeros((K, 3)))
    assert candidate_pulls(m) == pytest.approx(m.mean / [1.0, 2.0, 3.0])


def test_what_a_fit_may_take_is_no_pull() -> None:
    rng = np.random.default_rng(2)
    broken = 1000 * rng.normal(size=K)  # of the third candidate
    m = moments(rng, np.array([0.0, 0.0, 1.0]) * broken[:, None])
    theta, normal = np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [1.0]])
    tilted = theta + 0.01 * normal  # ten errors of a moment
    assert np.abs(m.mean @ tilted).max() > 5
    assert fitted_pulls(m, tilted, normal) == pytest.approx(fitted_pulls(m, theta, normal), abs=0.1)


def test_pulls_of_a_fit_are_normal_with_one_direction_less() -> None:
    rng = np.random.default_rng(3)
    broken = 1000 * np.ones(K)
    theta, normal = np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [1.0]])
    toys = 400
    found = np.array(
        [
            fitted_pulls(moments(rng, np.array([0, 0, 1.0]) * broken[:, None]), theta, normal)
            for _ in range(toys)
        ]
    )[..., 0]
    # each has variance 1, with an error of (2 / toys)^(1/2); their sum is what the fit has taken
    assert found.var(axis=0) == pytest.approx(1.0, abs=5 * (2 / toys) ** 0.5)
    assert np.abs(found.sum(axis=1)).max() < 0.2


def test_no_spread_no_pull() -> None:
    m = Moments(np.ones((2, 3)), np.zeros((2, 3, 2, 3)), 9.0, so(3), ("f", "g"), {"low": slice(0, 2)})
    assert np.isnan(candidate_pulls(m)).all()
    assert np.isnan(fitted_pulls(m, np.eye(3)[:, :1], np.eye(3)[:, 1:])).all()


def test_rounding_is_no_pull() -> None:
    # A sum that is zero but for rounding: both its mean and its error are of the size of the last digit.
    whole = moments(np.random.default_rng(4), np.zeros((K, 3)))
    mean, covariance = whole.mean.copy(), whole.covariance.copy()
    mean[0] = 1e-15
    covariance[0], covariance[:, :, 0] = 0.0, 0.0
    covariance[0, :, 0] = 1e-34 * np.eye(3)
    m = Moments(mean, covariance, 1e6, so(3), tuple("abcdef"), {"low": slice(0, K)})
    for pulls in (candidate_pulls(m), fitted_pulls(m, np.eye(3)[:, :1], np.eye(3)[:, 1:2])):
        assert np.isnan(pulls[0]).all()
        assert np.isfinite(pulls[1:]).all()
    assert candidate_pulls(m)[1:] == pytest.approx(whole.mean[1:] / [1.0, 2.0, 3.0])
