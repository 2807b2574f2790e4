"""Equations of any degree that hold for all points, and the dimension of what they leave."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.stats.vanishing import highest_degree, vanishing


def _turns(n: int, *weights: int) -> np.ndarray:
    t = np.random.default_rng(1).uniform(0, 2 * np.pi, n)
    return np.concatenate([[np.cos(w * t), np.sin(w * t)] for w in weights]).T


@pytest.mark.parametrize(("weights", "degree"), [((1,), 2), ((1, 2), 2), ((1, 3), 2), ((1, 4), 3)])
def test_a_curve_is_found_from_the_degree_on_that_it_has(weights: tuple[int, ...], degree: int) -> None:
    x = _turns(600, *weights)
    r = x.shape[1]
    below, enough = (vanishing(x, most=len(_exponents(r, k))) for k in (degree - 1, degree))
    assert enough.degree == degree
    assert enough.dimension == 1
    assert below.degree == degree - 1
    assert below.dimension > 1
    assert enough.distances.max() < 1e-9


def _exponents(r: int, degree: int) -> range:
    from math import comb

    return range(comb(r + degree, degree))


def test_gradients_are_those_of_polynomials_that_vanish() -> None:
    """On the unit circle: the one direction across it, at every point."""
    x = _turns(300, 1)
    found = vanishing(x)
    normal = (found.points / found.unit - found.hull.centre) @ found.hull.tangent.T
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    along = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    across = np.abs(np.einsum("qni,ni->qn", found.gradients, along)).max()
    assert len(found.gradients)
    # The centre of the points is not quite that of the circle.
    assert across < 0.2
    points = (found.points / found.unit) @ found.hull.tangent.T
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    along = np.stack([-points[:, 1], points[:, 0]], axis=1)
    assert np.abs(np.einsum("qni,ni->qn", found.gradients, along)).max() < 1e-8
    size = np.sqrt((found.gradients**2).sum(axis=2).mean(axis=1))
    np.testing.assert_allclose(size, 1.0)


def test_points_that_fill_the_space_have_none() -> None:
    found = vanishing(np.random.default_rng(2).normal(size=(2000, 3)))
    assert (len(found.gradients), found.dimension) == (0, 3)


def test_single_precision_is_no_noise_and_noise_is_none_without_a_resolution() -> None:
    x = _turns(600, 1, 4)
    assert vanishing(x.astype(np.float32).astype(np.float64)).dimension == 1
    noisy = x + 0.01 * np.random.default_rng(3).normal(size=x.shape)
    assert len(vanishing(noisy).gradients) == 0
    assert len(vanishing(noisy, 0.06).gradients) > 0


def test_few_points_allow_few_degrees() -> None:
    assert highest_degree(3 * 15, 2) == 4
    assert highest_degree(3 * 15 - 1, 2) == 3
    assert highest_degree(5, 4) == 0
    assert len(vanishing(_turns(8, 1, 4)).gradients) == 0
