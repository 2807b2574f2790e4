"""Linear families of matrices: the free numbers of a generator, and the real matrix they stand for."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_oracle.oracles.layout import Layout

__all__ = ["MatrixFamily"]

Array = npt.NDArray[np.float64 | np.complex128]


class MatrixFamily:
    """W = sum_k theta_k B_k with matrices B_k that are orthonormal in Re tr(A B^+).

    Whatever W is, the losses see one real matrix of size w = ``layout.width`` (A + iB acts on
    (Re z, Im z) as [[A, -B], [B, A]]). So complex, Hermitian and traceless matrices need no formulas of
    their own: only this linear map, which is left out where it is the identity.

    Attributes
    ----------
    unknowns
        K: d^2 (real), 2 d^2 (complex), d(d-1)/2 (real unitary: antisymmetric), d^2 (unitary), d^2 - 1 (special).
    multiplicity
        Frobenius norm^2 of the real matrix over that of W: 2 if complex, else 1.

    >>> [MatrixFamily(Layout(1, 3, complex=True), f).unknowns for f in ("general", "unitary", "special")]
    [18, 9, 8]
    """

    def __init__(
        self, layout: Layout, kind: Literal["general", "unitary", "special"] = "general", device: str = "cpu"
    ) -> None:
        self.layout, self.kind = layout, kind
        self.width, self.multiplicity = layout.width, 2 if layout.complex else 1
        self._basis = _basis(layout.dimension, layout.complex, kind)
        self.unknowns = len(self._basis)
        plain = kind == "general" and not layout.complex
        self._map = None if plain else torch.as_tensor(self._real(), device=device)

    def expand(self, theta: Tensor) -> Tensor:
        """(R, G, K) -> real matrices (R, G, w, w)."""
        rows = theta if self._map is None else theta @ self._map
        return rows.view(*theta.shape[:-1], self.width, self.width)

    def pull(self, slope: Tensor, out: Tensor) -> None:
        """d loss / d theta (R, G, K) from d loss / d matrix (R, G, w, w), every entry taken as free."""
        if self._map is None:
            out.copy_(slope.flatten(2))
        else:
            torch.matmul(slope.flatten(2), self._map.T, out=out)

    def matrices(self, theta: npt.NDArray[np.float64]) -> Array:
        """(..., K) -> W as (..., d, d), real or complex."""
        d = self.layout.dimension
        rows = np.tensordot(theta, self._basis, axes=1).reshape(*theta.shape[:-1], d, d)
        return rows if self.layout.complex else rows.real

    def _real(self) -> npt.NDArray[np.float64]:
        """(K, w w)."""
        if not self.layout.complex:
            return np.ascontiguousarray(self._basis.real.reshape(self.unknowns, -1))
        a, b = self._basis.real, self._basis.imag
        return np.block([[a, -b], [b, a]]).reshape(self.unknowns, -1)


def _basis(d: int, complex_: bool, kind: str) -> npt.NDArray[np.complex128]:
    """(K, d, d)."""
    unit = np.eye(d * d).reshape(d * d, d, d).astype(np.complex128)
    if kind == "general":
        return np.concatenate([unit, 1j * unit]) if complex_ else unit
    upper = [unit[i * d + j] for i in range(d) for j in range(i + 1, d)]
    found = [(e - e.T) / np.sqrt(2) for e in upper]
    if complex_:
        found += [1j * (e + e.T) / np.sqrt(2) for e in upper]
        if kind == "unitary":
            found += [1j * np.diag(e) for e in np.eye(d)]
        else:  # orthonormal diagonals without trace: those of Gell-Mann, up to the factor i
            ladder = [np.r_[np.ones(m), -m, np.zeros(d - m - 1)] / np.sqrt(m * (m + 1)) for m in range(1, d)]
            found += [1j * np.diag(e) for e in ladder]
    return np.array(found, dtype=np.complex128).reshape(len(found), d, d)
