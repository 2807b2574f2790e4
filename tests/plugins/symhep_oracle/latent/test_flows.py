"""Flows against the closed form and an integrator of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from symhep_oracle.latent.flows import flow, matched_lines, speeds


def test_affine_flow_is_that_of_an_integrator() -> None:
    rng = np.random.default_rng(1)
    w, b, z = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(4, 3))
    matrix = np.zeros((4, 4))
    matrix[:3, :3], matrix[:3, 3] = w, b
    times = np.array([-1.0, 0.0, 0.7])
    path = flow(matrix, z, times)
    for n, start in enumerate(z):
        for t, point in zip(times, path[:, n], strict=True):
            if t:
                end = solve_ivp(lambda _, x: w @ x + b, (0, t), start, rtol=1e-10, atol=1e-10).y[:, -1]
                assert point == pytest.approx(end, abs=1e-7)
            else:
                assert point == pytest.approx(start, abs=1e-12)
    assert speeds(matrix, z) == pytest.approx(np.linalg.norm(z @ w.T + b, axis=1))


def test_a_rotation_keeps_lengths_and_goes_back() -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    z = np.random.default_rng(2).normal(size=(5, 2))
    path = flow(turn, z, np.linspace(-np.pi, np.pi, 7))
    assert np.linalg.norm(path, axis=2) == pytest.approx(np.tile(np.linalg.norm(z, axis=1), (7, 1)))
    assert path[0] == pytest.approx(path[-1])
    assert path[3] == pytest.approx(z)


def test_lines_are_straight_and_as_long_as_the_path() -> None:
    rng = np.random.default_rng(3)
    path = np.cumsum(rng.normal(size=(7, 6, 4)), axis=0)
    lines = matched_lines(path, rng)
    assert lines[3] == pytest.approx(path[3])
    start = path[3]
    assert np.linalg.norm(lines - start, axis=2) == pytest.approx(np.linalg.norm(path - start, axis=2))
    steps = lines - start
    direction = steps[-1] / np.linalg.norm(steps[-1], axis=1)[:, None]
    along = np.einsum("tnl,nl->tn", steps, direction)
    assert steps == pytest.approx(along[..., None] * direction)
    assert (along[:3] < 0).all()
    assert (along[4:] > 0).all()
