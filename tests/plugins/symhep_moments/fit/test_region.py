"""The region of a fitted span covers the true one as often as it says, and its basis can be read."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_moments.fit.rank import RankTest
from symhep_moments.fit.region import region

CANDIDATES, FOUND = 6, 2


def estimate(rng: np.random.Generator, error: float, truth: np.ndarray) -> RankTest:
    """What a fit of the span of ``truth`` (G, r) would give, in an arbitrary basis."""
    g, r = truth.shape
    normal = np.linalg.svd(truth.T)[2][r:].T
    half = error * rng.normal(size=(r * (g - r), r * (g - r))) / np.sqrt(r * (g - r))
    shift = (half @ rng.normal(size=r * (g - r))).reshape(r, g - r).T
    # true = theta + normal @ delta with delta = -shift; then another basis of the same span
    turn = rng.normal(size=(r, r))
    theta = (truth + normal @ shift) @ turn
    bases = np.kron(turn.T, np.eye(g - r))
    return RankTest(r, 0.0, {}, theta, normal, bases @ half @ half.T @ bases.T)


def test_angles_cover_the_true_span() -> None:
    rng = np.random.default_rng(1)
    inside, single = [], []
    for _ in range(200):
        truth = np.linalg.qr(rng.normal(size=(CANDIDATES, FOUND)))[0]
        found = region(estimate(rng, 0.02, truth))
        cosines = np.linalg.svd(truth.T @ found.theta)[1]
        inside.append(np.arccos(min(cosines.min(), 1.0)) < found.angle_95)
        outside = found.theta - truth @ (truth.T @ found.theta)
        single.append(np.linalg.norm(outside, axis=0) < np.sin(found.angles_95))
    # binomial 99 % band of 200
    assert 0.905 <= np.mean(inside) <= 0.985
    assert 0.905 <= np.mean(single) <= 0.985


def test_a_known_basis_comes_back_in_order_with_errors() -> None:
    rng = np.random.default_rng(2)
    truth = np.eye(CANDIDATES)[:, [1, 4]]
    errors = []
    for _ in range(50):
        found = region(estimate(rng, 0.01, truth))
        assert found.theta.argmax(axis=0).tolist() == [1, 4]
        np.testing.assert_allclose(found.theta.T @ found.theta, np.eye(2), atol=1e-12)
        pulls = (found.theta - truth)[[0, 2, 3, 5]] / found.errors[[0, 2, 3, 5]]
        errors.append((pulls**2).mean())
        # Turning one into the other is no error.
        assert found.errors[[1, 4]].max() < 1e-3
    assert np.mean(errors) == pytest.approx(1, abs=0.3)


def test_all_candidates_leave_nothing_uncertain() -> None:
    found = region(RankTest(3, 0.0, {}, np.eye(3), np.zeros((3, 0)), np.zeros((0, 0))))
    assert found.angle_95 == 0.0
    assert not found.errors.any()


def test_no_number_depends_on_the_bases_of_the_fit() -> None:
    """Another basis of the span and of its complement, as another processor may choose them."""
    rng = np.random.default_rng(4)
    test = estimate(rng, 0.02, np.linalg.qr(rng.normal(size=(CANDIDATES, FOUND)))[0])
    turn, other = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (FOUND, CANDIDATES - FOUND))
    bases = np.kron(turn.T, other.T)
    again = RankTest(
        FOUND, 0.0, {}, test.theta @ turn, test.normal @ other, bases @ test.covariance @ bases.T
    )
    one, two = region(test), region(again)
    np.testing.assert_allclose(two.theta, one.theta, atol=1e-9)
    np.testing.assert_allclose(two.errors, one.errors, rtol=1e-6)
    assert two.angle_95 == pytest.approx(one.angle_95, rel=1e-6)
