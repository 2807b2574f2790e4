"""The term that asks for a cyclic group, without sampling noise."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_symmetrygan.landscape.mixture import Mixture

__all__ = ["cyclic_term"]


def cyclic_term(density: Mixture, matrices: Tensor, translations: Tensor, order: int) -> Tensor:
    """E |g^q(x) - x|^2 for g(x) = A x + b, (..., D, D) and (..., D) -> (...): eq. (18) without alpha.

    With g^q(x) - x = M x + v it is tr(M C M^T) + |M m + v|^2, for mean m and covariance C of the density.

    >>> plane = Mixture.of([[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]])
    >>> quarter = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    >>> [cyclic_term(plane, quarter, torch.zeros(2), q).item() for q in (2, 4)]  # -2 x, and 0
    [8.0, 0.0]
    """
    a, b = matrices.double(), translations.double()
    m, c = torch.as_tensor(density.mean), torch.as_tensor(density.covariance)
    power = torch.linalg.matrix_power(a, order)
    shift = torch.zeros_like(b)
    for _ in range(order):
        shift = (a @ shift[..., None])[..., 0] + b
    less = power - torch.eye(density.size, dtype=torch.float64)
    centre = less @ m + shift
    term: Tensor = (less @ c * less).sum((-1, -2)) + centre.square().sum(-1)
    return term
