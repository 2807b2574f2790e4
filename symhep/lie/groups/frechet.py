"""Gradients of matrix functions by the function itself, of block triangular matrices."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["adjoint_derivative"]

#: Small, so that the slope does not change how a block matrix is scaled; the result is linear in it.
SHARE = 2.0**-10


def adjoint_derivative(function: Callable[[Tensor], Tensor], matrices: Tensor, slope: Tensor) -> Tensor:
    """Gradient with respect to A (..., d, d) of <G, f(A)>, for a slope G (..., d, d): the block L of

        f((A^H, G), (0, A^H)) = ((f(A)^H, L), (0, f(A)^H))

    (Higham 2008, eq. (3.16); L is the Frechet derivative of f at A^H in the direction G). It is as exact as f, also
    where eigenvalues coincide, costs one f of twice the size, and can be differentiated again.

    >>> a, g = torch.tensor([[3.0]]), torch.tensor([[2.0]])
    >>> adjoint_derivative(lambda x: x @ x, a, g).item()  # 2 a g
    12.0
    """
    d = matrices.shape[-1]
    size = torch.linalg.matrix_norm(slope, keepdim=True).detach()
    size = torch.where(size > 0, size / SHARE, 1.0)
    adjoint = matrices.mH
    above = torch.cat([adjoint, slope / size], -1)
    below = torch.cat([torch.zeros_like(adjoint), adjoint], -1)
    return function(torch.cat([above, below], -2))[..., :d, d:] * size
