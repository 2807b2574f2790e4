"""Singular values of the logarithms of elements, and those that errors alone would give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.elements import Measured

__all__ = ["spectrum"]

FloatArray = npt.NDArray[np.float64]


def spectrum(
    measured: Measured, labels: npt.NDArray[np.int64], identity: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Square roots of the eigenvalues (G,) of sum_e L_e L_e^T, decreasing, and what errors alone would make of each,
    that of the sum of the covariances along the same eigenvectors.

    L = log(g g_m^-1), in units of the group's extents, from one element g_m of each coset of ``labels`` (E,), or from
    the identity for the elements of the coset ``identity``.
    """
    g = len(measured.tangents)
    total, noise = np.zeros((g, g)), np.zeros((g, g))
    placed = measured.with_identity().as_placed()
    for name in np.unique(labels[labels >= 0]):
        rows = np.flatnonzero(labels == name) + 1
        first = 0 if name == identity else rows[0]
        pairs = placed.pairs(np.full(len(rows), first), rows)
        real = pairs.second != first
        total += np.einsum("qa,qb->ab", pairs.logarithm[real], pairs.logarithm[real])
        noise += np.linalg.inv(pairs.weight[real]).sum(axis=0) if real.any() else 0.0
    values, vectors = np.linalg.eigh(total)
    alone = np.einsum("ai,ab,bi->i", vectors, noise, vectors)
    return np.sqrt(np.maximum(values[::-1], 0.0)), np.sqrt(np.maximum(alone[::-1], 0.0))
