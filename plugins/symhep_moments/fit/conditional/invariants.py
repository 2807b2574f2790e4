"""What is the same all along an orbit: numbers of an event that tell which orbit it is on."""

from __future__ import annotations

from itertools import combinations
from math import gcd, pi

import numpy as np
import torch
from scipy.linalg import null_space
from torch import Tensor

from symhep_moments.fit.closed_orbits import CLOSED, ClosedOrbit
from symhep_moments.places import Places

__all__ = ["OrbitInvariants"]

#: Up to so many vectors the angles between all pairs; of more those to their sum.
MOST_PAIRED = 4
TINY = 1e-300


class OrbitInvariants:
    """Invariants of the flow exp(t W) with closed orbits: (n, P, D) -> (n, I).

    A linear map with closed orbits turns planes, z -> exp(i n w t) z with whole numbers n, and leaves the rest.
    Invariants are the rest, the lengths |z|, and what angles of equal sums n leave: the phases of z_p conj(z_q) of two
    vectors in one plane, of z_a^(n_b) conj(z_b)^(n_a) in two planes. Sums over vectors have their own, since the
    samples often differ in them; members of sets enter by sums over them alone. Tags and spectators do not move.

    They hold the orbit but for the angles among members of sets. Nothing depends on their being complete: what
    the regressions on them miss is in the test's product of two errors.

    Parameters
    ----------
    orbit
        Of the candidate.
    places
        What the events hold, if more than vectors of which all is known.
    momenta
        Are the vectors (E, px, py, pz) and is W of the Lorentz group? Then the masses of pairs, and of all, are
        invariants.

    >>> from symhep.lie.bases import so
    >>> turn = ClosedOrbit(so(2).homogeneous().matrices[0])
    >>> find = OrbitInvariants(turn)
    >>> x = torch.tensor([[[3.0, 4.0], [1.0, 0.0]]], dtype=torch.float64)
    >>> around = turn.points(x, 3).flatten(0, 1)
    >>> bool(torch.allclose(find(around), find(x)))
    True
    """

    def __init__(self, orbit: ClosedOrbit, places: Places | None = None, momenta: bool = False) -> None:
        linear = orbit.matrix[:-1, :-1]
        values, vectors = np.linalg.eig(linear.T)
        turning = values.imag > CLOSED * np.abs(values).max()
        self._turns = [round(v * orbit.period / (2 * pi)) for v in values.imag[turning]]
        self._planes = torch.from_numpy(np.ascontiguousarray(vectors[:, turning]))  # (d, L)
        self._rest = torch.from_numpy(null_space(linear.T))  # (d, R)
        middle = -np.linalg.lstsq(linear, orbit.matrix[:-1, -1], rcond=None)[0]
        self._middle = torch.from_numpy(middle)
        self._places, self._momenta = places, momenta

    def __call__(self, x: Tensor) -> Tensor:
        """Of events (n, P, D), on the processor: (n, I) float64."""
        x = x.cpu()
        d, places = len(self._middle), self._places
        p = x[..., :d] - self._middle
        weights = torch.ones_like(p[..., 0]) if places is None else places.weights(x)
        fixed = list(range(x.shape[1])) if places is None else places.fixed
        z = p.to(torch.complex128) @ self._planes  # (n, P, L)
        rest = p @ self._rest
        total = _sum(z, weights)
        found = [rest[:, fixed].flatten(1), z[:, fixed].abs().flatten(1)]
        found += [_sum(rest, weights), total.abs()]
        found += self._angles(z[:, fixed], total)
        if self._momenta:
            found += self._masses(p, weights, fixed)
        if places is not None:
            found += _members(places, x, z, rest, total)
        return torch.cat(found, dim=1)

    def _angles(self, z: Tensor, total: Tensor) -> list[Tensor]:
        """Of phases that stay: (n, F, L) vectors at fixed places, (n, L) their sum."""
        units, about = _unit(z), _unit(total)
        if z.shape[1] <= MOST_PAIRED:
            phases = [units[:, i] * units[:, j].conj() for i, j in combinations(range(z.shape[1]), 2)]
        else:
            phases = [units[:, i] * about.conj() for i in range(z.shape[1])]
        found = [torch.cat([phase.real, phase.imag], dim=1) for phase in phases]
        own = units if z.shape[1] else about[:, None]
        for plane in range(1, len(self._turns)):
            common = gcd(self._turns[0], self._turns[plane])
            up, down = self._turns[0] // common, self._turns[plane] // common
            between = own[..., plane] ** up * own[..., 0].conj() ** down
            found.append(torch.cat([between.real, between.imag], dim=1))
        return found

    def _masses(self, p: Tensor, weights: Tensor, fixed: list[int]) -> list[Tensor]:
        """Squared, of the sum of all vectors and of pairs at fixed places."""
        sums = [_sum(p, weights)]
        if 2 < len(fixed) <= MOST_PAIRED:
            sums += [p[:, i] + p[:, j] for i, j in combinations(fixed, 2)]
        return [(s[:, :1] ** 2 - (s[:, 1:] ** 2).sum(dim=1, keepdim=True)) for s in sums]


def _members(places: Places, x: Tensor, z: Tensor, rest: Tensor, total: Tensor) -> list[Tensor]:
    """Sums over the members of each set, tags, spectators."""
    found, extras, tags = [], places.extras(x), places.tags
    for where in places.members.values():
        c, own = places.weights(x)[:, where], z[:, where]
        together = _sum(own, c)
        stretched = _sum(own**2 / own.abs().clamp(min=TINY), c)
        beside = _unit(together) * _unit(total).conj()
        along = _unit(stretched) * _unit(total).conj() ** 2
        found += [c.sum(dim=1, keepdim=True), _sum(rest[:, where], c), _sum(own.abs(), c), together.abs()]
        found += [stretched.abs(), beside.real, beside.imag, along.real, along.imag]
        found.append(_sum(extras[:, where, :tags], c))
    if places.extended:
        found += [extras[:, places.fixed, :tags].flatten(1), extras[:, 0, tags:]]
    return found


def _sum(values: Tensor, weights: Tensor) -> Tensor:
    """Over vectors: (n, P, m), (n, P) -> (n, m)."""
    return torch.einsum("npm,np->nm", values, weights.to(values.dtype))


def _unit(z: Tensor) -> Tensor:
    return z / z.abs().clamp(min=TINY)
