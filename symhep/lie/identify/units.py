"""Sizes and units that do not matter to a name, taken out of the matrices before it is looked for."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from symhep.lie.structure import FloatArray, MatrixArray, real_vectors

__all__ = ["balanced", "unit_sized"]


def unit_sized(x: MatrixArray, sigma: FloatArray) -> tuple[MatrixArray, FloatArray]:
    """Matrices (G, d, d) of Frobenius norm 1 and their errors (G, D), which span the same."""
    norms = np.linalg.norm(real_vectors(x), axis=1)
    norms[norms == 0] = 1
    return x / norms[:, None, None], sigma / norms[:, None]


def balanced(x: MatrixArray, sigma: FloatArray, entrywise: bool = False) -> tuple[MatrixArray, FloatArray]:
    """Matrices (G, d, d) known but for rounding ``sigma`` (G, D), in units in which rows and columns are alike.

    ``entrywise``: sigma is the error of each entry, and changes with its unit; else it is the rounding of the largest
    entry of a matrix, which any other may have as well.

    A generator that shifts by millimetres and boosts by 1 has entries of very different size, the smaller of which
    drown in the rounding of the larger. D X D^-1 with D diagonal, powers of two (exact), balances them (Parlett and
    Reinsch, Numer. Math. 13 (1969) 293). Entries below the rounding are no entries to balance; they keep their errors.

    >>> x = np.array([[[0.0, 1024.0], [1 / 1024, 0.0]]])
    >>> balanced(x, np.full((1, 4), 1e-10))[0].tolist()
    [[[0.0, 1.0], [1.0, 0.0]]]
    """
    size = np.linalg.norm(
        sigma.reshape(len(x), *x.shape[1:], -1), axis=-1
    )  # (G, d, d), of complex entries too
    kept = np.where(np.abs(x) > size, np.abs(x), 0.0)
    _, (scale, _) = scipy.linalg.matrix_balance(kept.sum(axis=0), permute=False, separate=True)
    turn = scale / scale[:, None]
    y = x * turn
    if entrywise:
        return y, sigma * np.repeat(turn.reshape(1, -1), sigma.shape[1] // x[0].size, axis=1)
    junk = np.where((np.abs(x) > 0) & (kept == 0), size * turn, 0.0)
    errors = np.repeat(junk.reshape(len(x), -1), sigma.shape[1] // x[0].size, axis=1)
    before, after = (np.abs(m).max(axis=(1, 2)) for m in (x, y))
    return y, np.maximum(errors, sigma * (after / np.where(before > 0, before, 1))[:, None])
