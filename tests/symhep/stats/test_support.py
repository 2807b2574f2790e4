"""Planes and quadrics that hold data."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.stats.support import affine_hull, quadrics


def test_momentum_conservation_is_a_plane() -> None:
    p = np.random.default_rng(1).normal(size=(400, 3)) * [40.0, 40.0, 500.0]
    hull = affine_hull(np.c_[p, -p + [0.0, 0.0, 7.0]])
    assert hull.rank == 3
    assert [hull.fixes(np.r_[np.eye(3)[i], np.eye(3)[i]]) for i in range(3)] == [True] * 3
    assert not hull.fixes(np.eye(6)[0])
    total = np.r_[0, 0, 1, 0, 0, 1.0]
    assert total @ hull.centre == pytest.approx(7.0)
    assert np.allclose(hull.normals @ hull.tangent.T, 0, atol=1e-12)


def test_single_precision_does_not_hide_a_plane() -> None:
    p = (40 * np.random.default_rng(1).normal(size=(400, 3))).astype(np.float32)
    assert affine_hull(np.c_[p, -p.sum(axis=1)].astype(np.float32)).rank == 3
    assert affine_hull(np.c_[p, -p.sum(axis=1) + 0.1 * np.random.default_rng(2).normal(size=400)]).rank == 4


def test_one_point_and_a_line() -> None:
    assert affine_hull(np.full((10, 3), 4.2)).rank == 0
    assert affine_hull(np.outer(np.arange(10.0), [1, 2, 3])).rank == 1


def test_a_sphere_a_shell_and_two_of_them() -> None:
    rng = np.random.default_rng(1)
    u = rng.normal(size=(500, 3))
    sphere = 7 * u / np.linalg.norm(u, axis=1, keepdims=True)
    found = quadrics(sphere)
    assert len(found) == 1
    assert found.holds(np.eye(3))
    # (x, 1)^T Q (x, 1) vanishes on the points
    h = np.c_[sphere / found.unit, np.ones(500)]
    assert np.allclose(np.einsum("ni,ij,nj->n", h, found.forms[0], h), 0, atol=1e-9)
    masses = np.r_[np.full(250, 1.0), np.full(250, 2.0)]
    shell = np.c_[np.sqrt((u**2).sum(axis=1) + masses**2), u]
    assert len(quadrics(shell[:250])) == 1
    assert len(quadrics(shell)) == 0


def test_planes_bring_no_quadrics() -> None:
    x = np.random.default_rng(1).normal(size=(300, 2))
    assert len(quadrics(np.c_[x, x.sum(axis=1)])) == 0
    assert not quadrics(x).holds(np.eye(2))
