"""The principal logarithm of many matrices, with gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep.lie.groups.constant import Constant
from symhep.lie.groups.exponential import exponential
from symhep.lie.groups.frechet import adjoint_derivative

__all__ = ["logarithm"]

#: The seven-point rule is exact to rounding for |X|_1 <= 0.264 (Higham 2008, table 11.1).
RADIUS = 0.264
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(7)
_SHIFTS, _SHARES = Constant((_NODES + 1) / 2), Constant(_WEIGHTS / 2)
#: Newton steps of the first square root, which may start near the negative axis: each step halves 1 / (pi - angle).
FIRST_STEPS = 20
#: Of the later ones, which start in the right half plane.
STEPS = (10, 8, 7, 6, 6, 6)


def logarithm(matrices: Tensor) -> Tensor:
    """Principal log(A): exp(log A) = A, eigenvalues with an imaginary part between -pi and pi.

    Inverse scaling and squaring, in double precision: ``|det A|^(1/d)`` is split off, square roots by the
    Denman-Beavers iteration, the first in its original form (Higham 2008, eq. (6.15)), the others in product form
    (Cheng, Higham, Kenney and Laub 2001), until ``|A - 1|_1`` < 0.264, then log(1 + X) = integral_0^1 X (1 + t X)^-1
    dt by the seven-point Gauss-Legendre rule, which is the [7/7] Pade approximant. The gradient is the adjoint of the
    Frechet derivative.

    Parameters
    ----------
    matrices
        (..., d, d), real or complex, without an eigenvalue on the closed negative real axis.

    Returns
    -------
    Tensor
        (..., d, d). NaN where there is no principal logarithm (for a negative determinant no real one at all), and
        where the fixed number of steps or double precision does not suffice, so that exp(log A) differs from A by more
        than sqrt(eps) = 1.5e-8 of its norm: for rotations within 1e-4 of half a turn, boosts of rapidity above 18, and
        ``|log A|_1`` > 48 (`exponential`).

    References
    ----------
    N. J. Higham, Functions of Matrices (2008), section 11.5.

    Examples
    --------
    >>> turn = exponential(torch.tensor([[0.0, -3.0], [3.0, 0.0]], dtype=torch.float64))
    >>> round(logarithm(turn)[1, 0].item(), 12)
    3.0
    >>> logarithm(torch.diag(torch.tensor([1.0, -1.0]))).isnan().all().item()
    True
    """
    result: Tensor = _Logarithm.apply(matrices)  # type: ignore[no-untyped-call]
    return result


class _Logarithm(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, matrices: Tensor) -> Tensor:
        context.save_for_backward(matrices)
        double = torch.complex128 if matrices.is_complex() else torch.float64
        return _principal(matrices.to(double)).to(matrices.dtype)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:
        (matrices,) = context.saved_tensors
        return adjoint_derivative(logarithm, matrices, slope)


def _principal(matrices: Tensor) -> Tensor:
    d = matrices.shape[-1]
    one = torch.eye(d, dtype=matrices.dtype, device=matrices.device)
    log_scale = torch.linalg.slogdet(matrices).logabsdet / d
    root = matrices * torch.exp(-log_scale)[..., None, None]
    factor = torch.ones_like(log_scale)
    for count in range(len(STEPS) + 1):
        far = (root - one).abs().sum(-2).amax(-1) > RADIUS
        if matrices.device.type == "cpu" and not far.any():
            break  # as most are near 1 that are quotients of elements of one component
        half = _square_root(root, one, STEPS[count - 1]) if count else _first_root(root, one)
        root = torch.where(far[..., None, None], half, root)
        factor = torch.where(far, 2 * factor, factor)
    x = root - one
    shifted = one + _SHIFTS.like(log_scale)[:, None, None] * x[..., None, :, :]
    quotients = x[..., None, :, :] @ torch.linalg.inv_ex(shifted).inverse
    series = torch.tensordot(quotients.movedim(-3, -1), _SHARES.like(x), 1)
    result = factor[..., None, None] * series + log_scale[..., None, None] * one
    missed = torch.linalg.matrix_norm(exponential(result) - matrices)
    found = missed <= torch.finfo(torch.float64).eps ** 0.5 * torch.linalg.matrix_norm(matrices)
    return torch.where(found[..., None, None], result, torch.nan)


def _first_root(matrices: Tensor, one: Tensor) -> Tensor:
    """X <- (X + Y^-1) / 2, Y <- (Y + X^-1) / 2 from A and 1: X tends to the principal root, Y to its inverse.

    For eigenvalues at an angle pi - delta its error is eps / delta, that of the product form eps / delta^2.
    """
    both = torch.stack([matrices, one.expand_as(matrices)])
    for _ in range(FIRST_STEPS):
        both = (both + torch.linalg.inv_ex(both).inverse.flip(0)) / 2
    return both[0]


def _square_root(matrices: Tensor, one: Tensor, steps: int) -> Tensor:
    """M <- (2 + M + M^-1) / 4, X <- X (1 + M^-1) / 2 from M = X = A: X tends to the principal root, M to 1."""
    m, x = matrices, matrices
    for _ in range(steps):
        inverse = torch.linalg.inv_ex(m).inverse
        x = (x + x @ inverse) / 2
        m = (2 * one + m + inverse) / 4
    return x
