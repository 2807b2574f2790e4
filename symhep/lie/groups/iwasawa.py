"""The affine group by Iwasawa's decomposition: reflection, rotation, diagonal, shear, translation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from symhep.lie.groups.constant import Constant
from symhep.lie.groups.family import SPREAD, Family, Streams
from symhep.lie.groups.rotations import PlaneRotations

__all__ = ["Iwasawa"]


class Iwasawa(Family):
    """``g(x) = |d|^(1/n) F^delta K A N x + b`` on R^n: AGL(n), or ASL+-(n), where d is 1 or -1.

    F = diag(1, ..., 1, -1), K the `PlaneRotations` by theta_ij, A = diag(exp(l_1), exp(l_2 - l_1), ..., exp(-l_(n-1)))
    with l_i = log_r_i, N upper triangular with ones on the diagonal and u_ij above. For n = 2 this is SymmetryGAN's
    eq. (24) with r = exp(log_r_1).

    AGL(n) has the determinant d as first parameter, delta = (1 - sgn d) / 2; ASL+-(n) has the bit delta (0 or 1)
    there. Start: either sign with equal probability, angles uniform in [0, 2 pi), ``log |d|``, log_r, u, b normal of
    width 1/2.

    Parameters
    ----------
    n
        Dimension of x.
    unimodular
        ASL+-(n) in place of AGL(n).

    Examples
    --------
    >>> Iwasawa(2).labels
    ('d', 'theta_12', 'log_r_1', 'u_12', 'b_1', 'b_2')
    >>> flip = torch.tensor([[1.0, 0.0, 0.0, 0.0, 3.0, 0.0]])
    >>> Iwasawa(2, unimodular=True).transform(flip, torch.ones(1, 2)).tolist()
    [[[4.0, -1.0]]]
    """

    def __init__(self, n: int, *, unimodular: bool = False) -> None:
        self._rotations = PlaneRotations(n)
        self.vector, self.unimodular = n, unimodular
        self.name = f"ASL+-({n})" if unimodular else f"AGL({n})"
        pairs = [f"{i + 1}{j + 1}" if n < 10 else f"{i + 1},{j + 1}" for i, j in combinations(range(n), 2)]
        self.labels = (
            "delta" if unimodular else "d",
            *(f"theta_{pair}" for pair in pairs),
            *(f"log_r_{i + 1}" for i in range(n - 1)),
            *(f"u_{pair}" for pair in pairs),
            *(f"b_{i + 1}" for i in range(n)),
        )
        self._sizes = [1, len(pairs), n - 1, len(pairs), n]
        self._exponents = Constant((np.eye(n) - np.eye(n, k=-1))[:, : n - 1])
        upper = np.zeros((len(pairs), n, n))
        upper[np.arange(len(pairs)), *np.triu_indices(n, 1)] = 1.0
        self._upper = Constant(upper)
        self._last = Constant(np.eye(n)[-1])

    def matrices(self, parameters: Tensor) -> Tensor:
        """(..., n, n)."""
        first, angles, logs, shears, _ = torch.split_with_sizes(parameters, self._sizes, -1)
        mirrored = first > 0.5 if self.unimodular else first < 0
        rows = torch.where(mirrored, 1 - 2 * self._last.like(first), 1.0)
        if not self.unimodular:
            rows = rows * first.abs() ** (1 / self.vector)
        diagonal = torch.exp(logs @ self._exponents.like(logs).mT)
        one = torch.eye(self.vector, dtype=shears.dtype, device=shears.device)
        shear = one + torch.tensordot(shears, self._upper.like(shears), 1)
        return rows[..., :, None] * (self._rotations.matrices(angles) * diagonal[..., None, :]) @ shear

    def translations(self, parameters: Tensor) -> Tensor:
        """b, (..., n)."""
        return parameters[..., -self.vector :]

    def initial(self, streams: Streams) -> Tensor:
        """Both components, all angles, moderate scales, shears and translations."""
        drawn = streams.uniform(1)
        bit = (drawn < 0.5).to(drawn.dtype)
        if not self.unimodular:
            bit = (1 - 2 * bit) * torch.exp(SPREAD * streams.normal(1))
        angles = self._rotations.initial(streams)
        return torch.cat([bit, angles, SPREAD * streams.normal(sum(self._sizes[2:]))], -1)
