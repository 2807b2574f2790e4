"""Rotations in coordinate planes, one after the other; in the plane also with a free scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, combinations

import numpy as np
import torch
from torch import Tensor

from symhep.lie.groups.constant import Constant
from symhep.lie.groups.family import Family, Pull, Streams

__all__ = ["PlaneRotations", "Similarity"]


class PlaneRotations(Family):
    """R_1 R_2 ... R_K x, each R_k by theta_k in a coordinate plane (a, b): a' = a cos + b sin, b' = b cos - a sin.

    SymmetryGAN's eqs. (35)-(37); its sign is the opposite of J_ab in `symhep.lie.bases.so`. Without ``planes`` all of
    them in the order (1,2), (1,3), ..., so n = 4 is SO(4) as R_1 ... R_6, and n = 2 is SO(2). With the planes (0, 1)
    and (2, 3) of n = 4 it is SO(2) x SO(2), eq. (30). Every rotation is reached (Euler angles of Hoffman, Raffenetti
    and Ruedenberg 1972). Start: uniform in [0, 2 pi).

    Parameters
    ----------
    n
        Dimension of x.
    planes
        Pairs of axes from 0, in the order of the product; None: all of them, in the order (0, 1), (0, 2), ...

    Raises
    ------
    ValueError
        For a plane of axes that are not there, or of one axis twice.

    Examples
    --------
    >>> PlaneRotations(4).labels
    ('theta_1', 'theta_2', 'theta_3', 'theta_4', 'theta_5', 'theta_6')
    >>> two = PlaneRotations(4, [(0, 1), (2, 3)])
    >>> two.matrices(torch.tensor([torch.pi / 2, 0.0])).round().int().tolist()
    [[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    """

    def __init__(self, n: int, planes: Sequence[tuple[int, int]] | None = None) -> None:
        if n < 2:
            raise ValueError(f"rotations need at least two dimensions, not {n}")
        chosen = list(combinations(range(n), 2)) if planes is None else list(planes)
        for a, b in chosen:
            if not (0 <= a < n and 0 <= b < n and a != b):
                raise ValueError(
                    f"({a}, {b}) is not a plane in {n} dimensions; give two different axes of 0 .. {n - 1}"
                )
        if not chosen:
            raise ValueError("give at least one plane of rotation")
        self.vector = n
        self.name = f"SO({n})" if planes is None else f"rotations of R^{n} in {len(chosen)} planes"
        self.labels = tuple(f"theta_{k + 1}" for k in range(len(chosen)))
        still, even, odd = (np.zeros((len(chosen), n, n)) for _ in range(3))
        for k, (a, b) in enumerate(chosen):
            still[k] = np.eye(n)
            still[k, [a, b], [a, b]] = 0.0
            even[k, [a, b], [a, b]] = 1.0
            odd[k, a, b], odd[k, b, a] = 1.0, -1.0
        self._still, self._even, self._odd = (Constant(part[:, None]) for part in (still, even, odd))
        # columns a of Q_1, ..., Q_K side by side, and then columns b
        columns = [n * k + ends[side] for side in (0, 1) for k, ends in enumerate(chosen)]
        self._columns = Constant(np.array(columns), index=True)

    def _products(self, parameters: Tensor) -> list[Tensor]:
        """Q_k = R_1 ... R_k for parameters (R, K): K of (R, n, n)."""
        angles = parameters.mT[..., None, None]
        turns = torch.addcmul(self._still.like(angles), angles.cos(), self._even.like(angles))
        turns = torch.addcmul(turns, angles.sin(), self._odd.like(angles))
        return list(accumulate(turns.unbind(0), torch.bmm))

    def matrices(self, parameters: Tensor) -> Tensor:
        """The product, (..., n, n)."""
        whole = self._products(parameters.reshape(-1, len(self)))[-1]
        return whole.view(*parameters.shape[:-1], self.vector, self.vector)

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """See `linearised`."""
        return self.linearised(parameters)[1](by_matrix, by_translation)

    def linearised(self, parameters: Tensor) -> tuple[Tensor, Pull]:
        """The product A, and a_k^T (H - H^T) b_k with H = (df/dA) A^T and columns a_k, b_k of Q_k = R_1 ... R_k.

        For dA/dtheta_k = Q_k J_k Q_k^T A, with J_k = e_a e_b^T - e_b e_a^T of plane k.
        """
        products = self._products(parameters.reshape(-1, len(self)))
        whole = products[-1]
        matrices = whole.view(*parameters.shape[:-1], self.vector, self.vector)

        def pull(by_matrix: Tensor, by_translation: Tensor | None) -> Tensor:
            left, right = torch.cat(products, -1).index_select(-1, self._columns.like(whole)).chunk(2, -1)
            outer = torch.bmm(by_matrix.reshape(whole.shape), whole.mT)
            return (left * torch.bmm(outer - outer.mT, right)).sum(-2).view(parameters.shape)

        return matrices, pull

    def initial(self, streams: Streams) -> Tensor:
        """Uniform in [0, 2 pi)."""
        return 2 * math.pi * streams.uniform(len(self))


class Similarity(Family):
    """SO(2) x R+ as ((c, s), (-s, c)), SymmetryGAN's eq. (23); start uniform in [-1, 1]^2 as there.

    Examples
    --------
    >>> Similarity().matrices(torch.tensor([2.0, 1.0])).tolist()
    [[2.0, 1.0], [-1.0, 2.0]]
    """

    name = "SO(2) x R+"
    labels = ("c", "s")
    vector = 2

    def matrices(self, parameters: Tensor) -> Tensor:
        """(..., 2, 2)."""
        c, s = parameters.unbind(-1)
        return torch.stack([torch.stack([c, s], -1), torch.stack([-s, c], -1)], -2)

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """The inner products with 1 and ((0, 1), (-1, 0))."""
        (a, b), (c, d) = (row.unbind(-1) for row in by_matrix.unbind(-2))
        return torch.stack([a + d, b - c], -1)

    def initial(self, streams: Streams) -> Tensor:
        """Uniform in [-1, 1]^2."""
        return 2 * streams.uniform(2) - 1
