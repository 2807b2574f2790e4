"""The symplectic algebras: sp(2n,R), and its compact sister usp(n)."""

from __future__ import annotations

import numpy as np

from symhep.lie.bases.unitary import u
from symhep.lie.bases.units import checked, indexed, unit
from symhep.lie.generators import Generators

__all__ = ["sp", "usp"]


def sp(n: int) -> Generators:
    """sp(2n,R), the linear canonical transformations: real matrices with X^T w + w X = 0, w = ((0, 1), (-1, 0)).

    On (q_1..q_n, p_1..p_n): A_ij = ((E_ij, 0), (0, -E_ji)), B_ij = ((0, S_ij), (0, 0)), C_ij = ((0, 0), (S_ij, 0)),
    S_ij = E_ij + E_ji (i < j) or E_ii.

    Parameters
    ----------
    n
        Pairs of coordinates and momenta, at least 1.

    Returns
    -------
    Generators
        (n (2n + 1), 2n, 2n).

    Examples
    --------
    >>> sp(1).labels, len(sp(3))
    (('A_11', 'B_11', 'C_11'), 21)
    """
    n = checked(n, 1, "sp(2n,R)")
    corner = [unit(2, 0, 1), unit(2, 1, 0)]
    matrices, labels = [], []
    for i in range(n):
        for j in range(n):
            gl_part = np.kron(unit(2, 0, 0), unit(n, i, j)) - np.kron(unit(2, 1, 1), unit(n, j, i))
            matrices.append(gl_part)
            labels.append(indexed("A", n, i, j))
    for letter, place in zip("BC", corner, strict=True):
        for i in range(n):
            for j in range(i, n):
                matrices.append(np.kron(place, _symmetric(n, i, j)))
                labels.append(indexed(letter, n, i, j))
    return Generators(f"sp({2 * n},R)", np.array(matrices), tuple(labels))


def usp(n: int) -> Generators:
    """Compact sp(n): anti-Hermitian matrices ((a, b), (-b*, a*)), b symmetric.

    a runs through u(n) (labels lambda_k), b through S_ij and iS_ij; all normalised to Tr(X_k X_l) = -delta_kl / 2 as
    in `su`, so usp(1) is su(2).

    Parameters
    ----------
    n
        At least 1.

    Returns
    -------
    Generators
        (n (2n + 1), 2n, 2n), complex.

    Examples
    --------
    >>> usp(1).labels, len(usp(2))
    (('lambda_0', 'S_11', 'iS_11'), 10)
    """
    n = checked(n, 1, "usp(n)")
    blocks = u(n)
    matrices = [np.kron(unit(2, 0, 0), a) + np.kron(unit(2, 1, 1), a.conj()) for a in blocks.matrices]
    labels = list(blocks.labels)
    for prefix, factor in (("", 1.0), ("i", 1j)):
        for i in range(n):
            for j in range(i, n):
                b = factor * _symmetric(n, i, j)
                matrices.append(np.kron(unit(2, 0, 1), b) - np.kron(unit(2, 1, 0), b.conj()))
                labels.append(prefix + indexed("S", n, i, j))
    stack = np.array(matrices)
    norms = np.linalg.norm(stack, axis=(1, 2), keepdims=True)
    return Generators(f"usp({n})", stack / (np.sqrt(2) * norms), tuple(labels))


def _symmetric(n: int, i: int, j: int) -> np.ndarray:
    return unit(n, i, j) + unit(n, j, i) if i != j else unit(n, i, i)
