"""The general and the special linear algebras, gl(n) and sl(n), over R and C."""

from __future__ import annotations

from typing import Literal

import numpy as np

from symhep.lie.bases.units import checked, indexed, unit
from symhep.lie.generators import Generators

__all__ = ["gl", "sl"]

Field = Literal["R", "C"]


def gl(n: int, field: Field = "R") -> Generators:
    """gl(n): all n x n matrices.

    Parameters
    ----------
    n
        At least 1.
    field
        'R', or 'C' for the complex matrices as a real algebra.

    Returns
    -------
    Generators
        The units E_ij, row by row; over C also iE_ij. (n^2, n, n), over C (2 n^2, n, n).

    Examples
    --------
    >>> gl(2).labels, len(gl(3, field="C"))
    (('E_11', 'E_12', 'E_21', 'E_22'), 18)
    """
    n = checked(n, 1, "gl(n)")
    pairs = [(i, j) for i in range(n) for j in range(n)]
    matrices = np.array([unit(n, i, j) for i, j in pairs])
    return _over(field, f"gl({n},{field})", matrices, tuple(indexed("E", n, i, j) for i, j in pairs))


def sl(n: int, field: Field = "R") -> Generators:
    """sl(n): traceless n x n matrices.

    Parameters
    ----------
    n
        At least 2.
    field
        'R', or 'C' for the complex matrices as a real algebra.

    Returns
    -------
    Generators
        E_ij (i != j), then H_i = E_ii - E_(i+1)(i+1). (n^2 - 1, n, n), over C twice as many.

    Examples
    --------
    >>> sl(2).labels
    ('E_12', 'E_21', 'H_1')
    """
    n = checked(n, 2, "sl(n)")
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    matrices = [unit(n, i, j) for i, j in pairs]
    matrices += [unit(n, i, i) - unit(n, i + 1, i + 1) for i in range(n - 1)]
    labels = [indexed("E", n, i, j) for i, j in pairs] + [f"H_{i + 1}" for i in range(n - 1)]
    return _over(field, f"sl({n},{field})", np.array(matrices), tuple(labels))


def _over(field: Field, name: str, matrices: np.ndarray, labels: tuple[str, ...]) -> Generators:
    if field not in ("R", "C"):
        raise ValueError(f"field must be 'R' or 'C', not {field!r}")
    if field == "R":
        return Generators(name, matrices, labels)
    return Generators(
        name, np.concatenate([matrices, 1j * matrices]), labels + tuple("i" + s for s in labels)
    )
