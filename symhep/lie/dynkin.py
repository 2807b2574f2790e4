"""Dynkin diagrams: Cartan matrices of the simple types and their recognition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["bourbaki_order", "cartan_matrix", "connected", "dynkin_type"]

IntArray = npt.NDArray[np.int64]


def cartan_matrix(series: str, rank: int) -> IntArray:
    """a_ij = 2 (alpha_i, alpha_j) / (alpha_j, alpha_j) in the numbering of Bourbaki, Lie VI, plates I to IX.

    >>> cartan_matrix("G", 2).tolist()
    [[2, -1], [-3, 2]]
    """
    a = 2 * np.eye(rank, dtype=np.int64)
    bonds = [(i, i + 1) for i in range(rank - 1)]
    if series == "D":
        bonds[-1] = (rank - 3, rank - 1)
    if series == "E":
        bonds = [(0, 2), (1, 3), (2, 3), *((i, i + 1) for i in range(3, rank - 1))]
    for i, j in bonds:
        a[i, j] = a[j, i] = -1
    if series == "B" and rank > 1:
        a[-2, -1] = -2
    if series == "C" and rank > 1:
        a[-1, -2] = -2
    if series == "F":
        a[1, 2] = -2
    if series == "G":
        a[1, 0] = -3
    return a


def _candidates(rank: int) -> Iterator[tuple[str, int]]:
    """Types of this rank, each algebra once: A_1, A_2, B_2, A_3, B_3, C_3, ..."""
    yield "A", rank
    for series, least in (("B", 2), ("C", 3), ("D", 4)):
        if rank >= least:
            yield series, rank
    yield from {2: [("G", 2)], 4: [("F", 4)], 6: [("E", 6)], 7: [("E", 7)], 8: [("E", 8)]}.get(rank, [])


def connected(matrix: IntArray) -> list[list[int]]:
    """Nodes of every connected component of the diagram."""
    left, parts = set(range(len(matrix))), []
    while left:
        part, border = set(), {min(left)}
        while border:
            part |= border
            border = {j for i in border for j in range(len(matrix)) if matrix[i, j]} - part
        left -= part
        parts.append(sorted(part))
    return parts


def _match(given: IntArray, standard: IntArray) -> tuple[int, ...] | None:
    """Order of the nodes in which ``given`` is ``standard``, node by node with backtracking."""

    def extend(order: tuple[int, ...]) -> tuple[int, ...] | None:
        k = len(order)
        if k == len(given):
            return order
        for node in set(range(len(given))) - set(order):
            new = (*order, node)
            if (given[node, list(new)] == standard[k, : k + 1]).all() and (
                given[list(new), node] == standard[: k + 1, k]
            ).all():
                found = extend(new)
                if found is not None:
                    return found
        return None

    return extend(())


def _recognise(matrix: IntArray) -> tuple[str, tuple[int, ...]]:
    for series, rank in _candidates(len(matrix)):
        order = _match(matrix, cartan_matrix(series, rank))
        if order is not None:
            return f"{series}_{rank}", order
    raise ValueError(f"not the Cartan matrix of a simple algebra: {matrix.tolist()}")


def dynkin_type(matrix: IntArray) -> str:
    """``A_2``, ``E_6``, ... of the Cartan matrix of a simple algebra; ValueError if it is none.

    Each algebra has one name: A_1 (= B_1 = C_1), B_2 (= C_2), A_3 (= D_3).

    >>> dynkin_type(np.array([[2, -3], [-1, 2]]))
    'G_2'
    """
    return _recognise(matrix)[0]


def bourbaki_order(matrix: IntArray) -> tuple[int, ...]:
    """Order of the nodes in which ``matrix`` is :func:`cartan_matrix` of its type."""
    return _recognise(matrix)[1]
