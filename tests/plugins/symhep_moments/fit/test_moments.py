"""Restricting and combining moments, against sums written out."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import poincare, so
from symhep_moments.fit.moments import Moments, combined


def made(k: int = 4) -> Moments:
    rng, g = np.random.default_rng(1), 6
    root = rng.normal(size=(k * g, k * g))
    covariance = (root @ root.T).reshape(k, g, k, g)
    labels = tuple(f"f{i}" for i in range(k))
    blocks = {"low": slice(0, 1), "fourier": slice(1, k)}
    return Moments(rng.normal(size=(k, g)), covariance, 50.0, so(4).homogeneous(), labels, blocks)


def test_directions_are_sums_over_generators() -> None:
    m, theta = made(), np.random.default_rng(2).normal(size=(6, 2))
    values, covariance = m.along(theta)
    for r in range(2):
        for k in range(4):
            assert values[r * 4 + k] == pytest.approx(sum(m.mean[k, a] * theta[a, r] for a in range(6)))
    expected = sum(m.covariance[2, a, 3, b] * theta[a, 1] * theta[b, 0] for a in range(6) for b in range(6))
    assert covariance[1 * 4 + 2, 0 * 4 + 3] == pytest.approx(expected)


def test_restricting_changes_nothing_that_is_asked_of_what_is_left() -> None:
    m = made()
    basis, inner = (
        np.linalg.qr(np.random.default_rng(3).normal(size=(6, 4)))[0],
        np.random.default_rng(4).normal(size=(4, 2)),
    )
    for one, two in zip(m.restricted(basis).along(inner), m.along(basis @ inner), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-10)
    np.testing.assert_allclose(
        m.restricted(basis).generators.combination(inner.T),
        m.generators.combination((basis @ inner).T),
        rtol=1e-10,
    )


def test_a_block_keeps_its_functions() -> None:
    m = made().functions("fourier")
    assert m.labels == ("f1", "f2", "f3")
    assert m.blocks == {"fourier": slice(0, 3)}
    np.testing.assert_array_equal(m.covariance, made().covariance[1:, :, 1:])


def test_no_direction_is_left_of_no_generators() -> None:
    m = made().restricted(np.zeros((6, 0)))
    assert m.mean.shape == (4, 0)
    assert m.generators.labels == ()
    assert m.along(np.zeros((0, 0)))[0].shape == (0,)


def test_combinations_have_names_of_their_own() -> None:
    rows = np.array(
        [
            [0.0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0.999, 0, 0, 0, 0, 0, 0, 0],
            [-0.5, 0, 0, 0, 1, 0, 0, 0, 0, 0],
        ]
    )
    assert combined(poincare(), rows.T).labels == ("J_z", "1 J_z", "-0.5 J_x + K_y")
    twice = combined(poincare(), np.c_[rows[0], rows[0]])
    assert twice.labels == ("J_z", "J_z (2)")


def test_shapes_that_do_not_fit_are_refused() -> None:
    m = made()
    with pytest.raises(
        ValueError, match=r"4 functions and 3 generators do not match moments \(4, 6\) with covariance"
    ):
        Moments(m.mean, m.covariance, 1.0, so(3), m.labels, m.blocks)
