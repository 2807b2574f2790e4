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
        powers = self._powers(x, self._first(x), self.degree)
        return torch.stack([powers[m].sum(dim=0) for m in self._monomials]).T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        y, u, steepness = x.permute(2, 1, 0), v.permute(1, 3, 2, 0), self._first_slope(v)
        powers, slopes = self._powers(x, self._first(x), self.degree - 1), dict[Monomial, Tensor]()
        found = v.new_empty(v.shape[1], len(self._monomials), len(x))
        for k, m in enumerate(self._monomials):
            rest, last = m[:-1], m[-1]
            slope = powers[rest] * u[:, last]  # (G, P, n)
            steep = slopes[rest] if rest else steepness
            slopes[m] = slope if steep is None else slope.addcmul_(steep, y[last])
            torch.sum(slope, dim=1, out=found[:, k])
        return found.permute(2, 1, 0)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        lower = torch.stack(list(self._powers(x, self._first(x), self.degree - 1).values())).mul_(w)
        # One product over events and vectors: (L, P n) (P n, G d)
        moved = v[..., : self.dimension].permute(1, 3, 2, 0).flatten(2).flatten(0, 1)
        sums = (lower.flatten(1) @ moved.T).view(-1, v.shape[1], self.dimension)
        return torch.einsum("kil,lgi->kg", self._slope.to(x.device), sums)

    def _powers(self, x: Tensor, first: Tensor, degree: int) -> dict[Monomial, Tensor]:
        """The monomials up to ``degree`` of each vector, (P, n) each, from that of degree 0."""
        y = x.permute(2, 1, 0)
        powers: dict[Monomial, Tensor] = {(): first}
        for m in monomials(self.dimension, degree):
            powers[m] = powers[m[:-1]] * y[m[-1]]
        return powers

    def _first(self, x: Tensor) -> Tensor:
        """The monomial of degree 0, (P, n)."""
        return torch.ones_like(x[..., 0].T)

    def _first_slope(self, v: Tensor) -> Tensor | None:
        """Its derivative, (G, P, n); None: it has none."""
        return None


def enough_degree(dimension: int, count: int, highest: int = 6) -> int:
    """The least degree of at least two with ``count`` monomials, or ``highest``.

    >>> enough_degree(4, 14), enough_degree(4, 15), enough_degree(1, 99)
    (2, 3, 6)
    """
    for degree in range(2, highest):
        if len(monomials(dimension, degree)) >= count:
            return degree
    return highest
