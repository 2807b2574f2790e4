"""The matrix exponential of many matrices, without a glance at their values from the host."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep.lie.groups.constant import Constant
from symhep.lie.groups.frechet import adjoint_derivative

__all__ = ["exponential"]

#: |x|^17 / 17! < 2^-53 / 2 for |x| <= 0.75: the Taylor polynomial of degree 16 is exact to rounding there.
RADIUS = 0.75
SQUARINGS = 6

_TAYLOR = np.zeros((4, 5))
for _block in range(4):
    _TAYLOR[_block, :4] = [1 / math.factorial(4 * _block + j) for j in range(4)]
_TAYLOR[3, 4] = 1 / math.factorial(16)
_COEFFICIENTS = Constant(_TAYLOR)
_ROUNDS = Constant(np.arange(SQUARINGS))


def exponential(matrices: Tensor) -> Tensor:
    """exp(A).

    Scaling and squaring: A / 2^s has a 1-norm below 3/4, its Taylor polynomial of degree 16 takes six products
    (Paterson and Stockmeyer), and s squarings follow. Each matrix has its own s, applied by masks, so the host never
    waits for the device (``torch.linalg.matrix_exp`` does). The error is a few times the condition number times eps;
    the gradient is the adjoint of the Frechet derivative.

    Parameters
    ----------
    matrices
        (..., d, d), real or complex, with a 1-norm of at most 48 (7 turns; a boost of rapidity 48 multiplies momenta
        by 10^20).

    Returns
    -------
    Tensor
        (..., d, d); NaN beyond the domain.

    References
    ----------
    N. J. Higham, Functions of Matrices (2008), section 10.3.

    Examples
    --------
    >>> quarter = torch.tensor([[0.0, -torch.pi / 2], [torch.pi / 2, 0.0]], dtype=torch.float64)
    >>> exponential(quarter).round().tolist() == [[0.0, -1.0], [1.0, 0.0]]
    True
    """
    result: Tensor = _Exponential.apply(matrices)  # type: ignore[no-untyped-call]
    return result


class _Exponential(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, matrices: Tensor) -> Tensor:
        context.save_for_backward(matrices)
        return _scaling_and_squaring(matrices)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:
        (matrices,) = context.saved_tensors
        return adjoint_derivative(exponential, matrices, slope)


def _scaling_and_squaring(matrices: Tensor) -> Tensor:
    d = matrices.shape[-1]
    norm = matrices.abs().sum(-2).amax(-1)
    squarings = torch.ceil(torch.log2((norm / RADIUS).clamp_min(1.0)))
    x = matrices * torch.exp2(-squarings)[..., None, None]
    x2 = x @ x
    x3, x4 = x2 @ x, x2 @ x2
    one = torch.eye(d, dtype=x.dtype, device=x.device).expand_as(x)
    powers = torch.stack((one, x, x2, x3, x4), -3).flatten(-2)
    blocks = (_COEFFICIENTS.like(x) @ powers).view(*x.shape[:-2], 4, d, d).unbind(-3)
    result = blocks[3]
    for block in blocks[2::-1]:
        result = block + result @ x4
    pending = squarings[..., None] > _ROUNDS.like(squarings)
    for again in pending[..., None, None].unbind(-3):
        result = torch.where(again, result @ result, result)
    inside = norm <= RADIUS * 2**SQUARINGS
    return torch.where(inside[..., None, None], result, torch.nan)
