"""Sums over the vectors of an event of monomials of their components: the lowest harmonics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["Polynomials", "enough_degree", "monomials"]

Monomial = tuple[int, ...]


def monomials(dimension: int, degree: int) -> list[Monomial]:
    """Component numbers of all monomials of degree 1 to ``degree``.

    >>> monomials(2, 2)
    [(0,), (1,), (0, 0), (0, 1), (1, 1)]
    """
    return [m for size in range(1, degree + 1) for m in combinations_with_replacement(range(dimension), size)]


class Polynomials(TestFunctions):
    """f_m = sum_p y_p,i1 ... y_p,ik for all monomials m = (i1 .. ik) of degree 1 to ``degree`` in d components.

    Together they hold what the density of one vector of the event has in common with the harmonics up to that degree.

    >>> y = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]], dtype=torch.float64)
    >>> Polynomials(2, 2).values(y).tolist()
    [[4.0, 6.0, 10.0, 14.0, 20.0]]
    """

    def __init__(self, dimension: int, degree: int, names: Sequence[str] | None = None) -> None:
        self.dimension, self.degree = dimension, degree
        self._monomials = monomials(dimension, degree)
        letters = names or [f"y{i + 1}" for i in range(dimension)]
        self.labels = tuple(" ".join(letters[i] for i in m) for m in self._monomials)
        self.blocks = {"low": slice(0, len(self.labels))}
        # d y^m / d y_i is m_i times the monomial with one i less: (K d) rows of a matrix on those of lower degree.
        lower: list[Monomial] = [(), *monomials(dimension, degree - 1)]
        place = {m: row for row, m in enumerate(lower)}
        self._slope = torch.zeros(len(self.labels), dimension, len(lower), dtype=torch.float64)
        for k, m in enumerate(self._monomials):
            for i in set(m):
                rest = list(m)
                rest.remove(i)
                self._slope[k, i, place[tuple(rest)]] = m.count(i)

    def values(self, x: Tensor) -> Tensor:
        return self._powers(x, self.degree)[..., 1:].sum(dim=1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        slope = self._slope.to(x.device)
        # (n, P, L) -> (n, P, K, d)
        gradient = torch.einsum("npl,kil->nkpi", self._powers(x, self.degree - 1), slope)
        return gradient.flatten(2) @ v.flatten(2).transpose(1, 2)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        lower = self._powers(x, self.degree - 1) * w[:, None, None]
        # One product over events and vectors: (L, n P) (n P, G d)
        moved = v.transpose(1, 2).flatten(0, 1).flatten(1)
        sums = (lower.flatten(0, 1).T @ moved).view(-1, v.shape[1], self.dimension)
        return torch.einsum("kil,lgi->kg", self._slope.to(x.device), sums)

    def _powers(self, x: Tensor, degree: int) -> Tensor:
        """1 and the monomials up to ``degree`` of each vector: (n, P, d) -> (n, P, L)."""
        columns: dict[Monomial, Tensor] = {(): torch.ones_like(x[..., 0])}
        for m in monomials(self.dimension, degree):
            columns[m] = columns[m[:-1]] * x[..., m[-1]]
        return torch.stack(list(columns.values()), dim=-1)


def enough_degree(dimension: int, count: int, highest: int = 6) -> int:
    """The least degree of at least two with ``count`` monomials, or ``highest``.

    >>> enough_degree(4, 14), enough_degree(4, 15), enough_degree(1, 99)
    (2, 3, 6)
    """
    for degree in range(2, highest):
        if len(monomials(dimension, degree)) >= count:
            return degree
    return highest
