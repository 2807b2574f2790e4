"""Combinations of functions that are orthonormal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["orthonormal"]

FloatArray = npt.NDArray[np.float64]

#: Directions among the functions that hold less than this of their variance, in units of the largest, are
#: left out: they are functions with rare huge values.
RESOLUTION = 1e-3


def orthonormal(gram: FloatArray, resolution: float = RESOLUTION) -> FloatArray:
    """(K, R) combinations of K functions with scalar products ``gram`` that are orthonormal.

    >>> gram = np.array([[4.0, 4.0], [4.0, 4.0]])  # the same function twice
    >>> basis = orthonormal(gram)
    >>> (basis.T @ gram @ basis).round(12).tolist()
    [[1.0]]
    """
    sizes = np.sqrt(np.maximum(np.diag(gram), 0.0))
    inverse = np.divide(
        1.0, sizes, out=np.zeros_like(sizes), where=sizes > RESOLUTION**2 * sizes.max(initial=0)
    )
    values, vectors = np.linalg.eigh(gram * inverse[:, None] * inverse)
    kept = values > resolution * values.max(initial=0.0)
    return np.asarray(inverse[:, None] * vectors[:, kept] / np.sqrt(values[kept]))
