"""Matrix units E_ij, how pairs of indices are written, and which sizes make sense."""

from __future__ import annotations

import operator

import numpy as np
import numpy.typing as npt

__all__ = ["checked", "indexed", "unit"]


def unit(n: int, i: int, j: int) -> npt.NDArray[np.float64]:
    """E_ij: one in row i, column j (from 0), else zero.

    >>> unit(2, 0, 1).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    matrix = np.zeros((n, n))
    matrix[i, j] = 1.0
    return matrix


def indexed(letter: str, n: int, i: int, j: int) -> str:
    """Label of a pair of indices, counted from 1; with a comma where one digit is not enough.

    >>> indexed("J", 4, 0, 1), indexed("J", 10, 0, 9)
    ('J_12', 'J_1,10')
    """
    return f"{letter}_{i + 1}{',' if n > 9 else ''}{j + 1}"


def checked(n: int, smallest: int, what: str) -> int:
    """``n`` as an int of at least ``smallest``.

    >>> checked(0, 1, "gl(n)")
    Traceback (most recent call last):
    ValueError: gl(n) needs an integer of at least 1, not 0
    """
    try:
        value = operator.index(n)
    except TypeError:
        value = smallest - 1
    if value < smallest:
        raise ValueError(f"{what} needs an integer of at least {smallest}, not {n}")
    return value
