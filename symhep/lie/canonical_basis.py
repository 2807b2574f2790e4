"""One basis of a span, whichever basis of it is given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["canonical_basis", "leading"]

FloatArray = npt.NDArray[np.float64]

#: Relative difference below which two sizes are one: far above rounding, far below what tells numbers apart.
SAME = 1e-6


def canonical_basis(rows: FloatArray) -> FloatArray:
    """The orthonormal basis (G, K) of the span of orthonormal ``rows`` (G, K) that depends on the span alone.

    Eigenvectors of equal eigenvalues, and the signs of all, are what the rounding of a processor makes them, so a
    number, a label or a random draw must not rest on them. Here unit vectors are projected on the span, and what
    the rows before leave of them: each time the one that stays longest, the first of equals. It is the Cholesky
    decomposition with pivots of the projection.

    >>> turn = np.array([[0.6, 0.8], [0.8, -0.6]])
    >>> (canonical_basis(turn @ np.eye(3)[:2]).round(12) + 0.0).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    left = np.array(rows, dtype=np.float64)
    found = np.zeros_like(left)
    for number in range(len(left)):
        column = left[:, int(leading((left**2).sum(axis=0)))]
        direction = column / np.linalg.norm(column)
        found[number] = direction @ left
        left -= np.outer(direction, found[number])
    return found


def leading(values: FloatArray) -> npt.NDArray[np.intp]:
    """Place of the largest of |values| along the last axis; the first of those that are equal but for rounding.

    >>> int(leading(np.array([0.1, -0.7, 0.7 + 1e-12])))
    1
    """
    sizes = np.abs(values)
    return np.asarray((sizes >= (1 - SAME) * sizes.max(axis=-1, keepdims=True)).argmax(axis=-1))
