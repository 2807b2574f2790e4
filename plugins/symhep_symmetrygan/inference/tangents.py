"""Coordinates of a group near an element, along the generators of the space, in units of the group's own extent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.generators import Generators
from symhep.lie.groups import logarithm

__all__ = ["Tangents"]

FloatArray = npt.NDArray[np.float64]

#: Part of a matrix outside of the span of the generators that is rounding.
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Tangents:
    """Directions e_a T_a: generators times their extents.

    ``matrices`` (G, D + 1, D + 1) are e_a T_a, ``extents`` (G,) the e_a: 2 pi over the largest frequency for a rotation
    (one turn), one over the spectral norm for anything else (an e-fold, a shift by the size of the data). Coordinates u
    of exp(sum_a u_a e_a T_a) are then of order one for the whole group, whatever the generators are.

    >>> from symhep.lie.bases import so
    >>> tangents = Tangents.of(so(2))
    >>> quarter = np.array([[[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]])
    >>> tangents.logarithms(quarter).round(9).tolist()
    [[0.25]]
    """

    matrices: FloatArray
    extents: FloatArray
    inverse: FloatArray
    constants: FloatArray

    @classmethod
    def of(cls, generators: Generators) -> Tangents:
        """Of the generators of a space, affine or not."""
        given = np.asarray(generators.homogeneous().matrices, dtype=np.float64)
        norms = np.linalg.norm(given, 2, axis=(1, 2))
        compact = np.abs(given + given.swapaxes(1, 2)).max(axis=(1, 2)) <= 1e-12 * norms
        extents = np.where(compact, 2 * np.pi, 1.0) / norms
        matrices = given * extents[:, None, None]
        inverse = np.linalg.pinv(matrices.reshape(len(matrices), -1).T)
        brackets = np.einsum("aij,bjk->abik", matrices, matrices)
        brackets = (brackets - brackets.swapaxes(0, 1)).reshape(len(given), len(given), -1)
        return cls(matrices, extents, inverse, brackets @ inverse.T)

    def __len__(self) -> int:
        return len(self.matrices)

    def coordinates(self, matrices: FloatArray) -> FloatArray:
        """u of sum_a u_a e_a T_a, (..., D + 1, D + 1) to (..., G); NaN outside of the span."""
        flat = matrices.reshape(*matrices.shape[:-2], matrices.shape[-1] ** 2)
        u = flat @ self.inverse.T
        left = np.abs(flat - u @ self.matrices.reshape(len(self), -1)).max(axis=-1)
        size = np.maximum(np.abs(flat).max(axis=-1), 1.0)
        return np.where((left <= ROUNDING * size)[..., None], u, np.nan)

    def logarithms(self, elements: FloatArray) -> FloatArray:
        """u of the principal logarithm (..., G); NaN where there is none, or none in the span."""
        return self.coordinates(logarithm(torch.from_numpy(np.ascontiguousarray(elements))).numpy())

    def exponentials(self, u: FloatArray) -> FloatArray:
        """exp(sum_a u_a e_a T_a): (..., G) to (..., D + 1, D + 1)."""
        matrices = np.ascontiguousarray(np.tensordot(u, self.matrices, 1))
        return np.asarray(torch.linalg.matrix_exp(torch.from_numpy(matrices)).numpy())

    def adjoint(self, elements: FloatArray) -> FloatArray:
        """Ad(g)_ba of g T_a g^-1 = sum_b Ad(g)_ba T_b, for elements that map the span to itself: (..., G, G)."""
        turned = elements[..., None, :, :] @ self.matrices @ np.linalg.inv(elements)[..., None, :, :]
        flat = turned.reshape(*turned.shape[:-2], turned.shape[-1] ** 2)
        return np.asarray(np.swapaxes(flat @ self.inverse.T, -1, -2))

    def slope(self, u: FloatArray) -> FloatArray:
        """phi(ad L) = (exp(ad L) - 1) / ad L at the logarithms u: exp(phi du) exp(L) = exp(L + du), (..., G, G)."""
        g = len(self)
        block = np.zeros((*u.shape[:-1], 2 * g, 2 * g))
        block[..., :g, :g] = np.einsum("...a,abc->...cb", u, self.constants)
        block[..., :g, g:] = np.eye(g)
        return np.asarray(torch.linalg.matrix_exp(torch.from_numpy(block)).numpy()[..., :g, g:])
