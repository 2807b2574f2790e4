"""Spherical harmonics against the addition theorem, and against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import eval_legendre

from symhep_moments.fit.bounds.directions import across_axis, spherical


def _directions(count: int, seed: int = 1) -> torch.Tensor:
    n = np.random.default_rng(seed).normal(size=(count, 3))
    return torch.from_numpy(n / np.linalg.norm(n, axis=1)[:, None])


@pytest.mark.parametrize("degree", [1, 2, 6, 10])
def test_addition_theorem(degree: int) -> None:
    n = _directions(20)
    y = spherical(n, degree)
    assert y.shape == (20, 2 * degree + 1)
    np.testing.assert_allclose((y @ y.T).numpy(), eval_legendre(degree, (n @ n.T).numpy()), atol=1e-12)


@pytest.mark.parametrize("degree", [1, 3, 6])
def test_the_part_across_an_axis_vanishes_for_what_is_even_about_it(degree: int) -> None:
    """Many turns of any directions about the axis leave only the Legendre polynomial of the angle to it."""
    axis = np.array([1.0, -2.0, 2.0]) / 3
    across = across_axis(axis, degree)
    np.testing.assert_allclose(across @ across.T, np.eye(2 * degree), atol=1e-12)
    start = _directions(3).numpy()
    mean = np.zeros((3, 2 * degree + 1))
    for angle in np.arange(20) * 2 * np.pi / 20:
        cosine, sine = np.cos(angle), np.sin(angle)
        turned = start * cosine + np.cross(axis, start) * sine + np.outer(start @ axis, axis) * (1 - cosine)
        mean += spherical(torch.from_numpy(turned), degree).numpy() / 20
    np.testing.assert_allclose(mean @ across.T, 0, atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(mean, axis=1), np.abs(eval_legendre(degree, start @ axis)), atol=1e-12
    )
