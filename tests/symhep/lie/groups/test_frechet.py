"""Gradients of matrix functions from block matrices."""

from __future__ import annotations

import numpy as np
import torch
from scipy.linalg import expm_frechet

from symhep.lie.groups.exponential import exponential
from symhep.lie.groups.frechet import adjoint_derivative


def test_of_the_exponential_against_scipy() -> None:
    rng = np.random.default_rng(0)
    a, g = rng.normal(size=(2, 4, 4))
    expected = expm_frechet(a.T, g, compute_expm=False)
    found = adjoint_derivative(exponential, torch.from_numpy(a), torch.from_numpy(g))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_slopes_of_every_size() -> None:
    """Linear in the slope, over 300 powers of ten and at zero."""
    a = torch.from_numpy(np.random.default_rng(1).normal(size=(3, 3)))
    one = adjoint_derivative(exponential, a, torch.eye(3).double())
    for size in (1e-150, 1e150):
        torch.testing.assert_close(
            adjoint_derivative(exponential, a, size * torch.eye(3).double()) / size, one, rtol=1e-13, atol=0
        )
    assert not adjoint_derivative(exponential, a, torch.zeros(3, 3).double()).any()
