"""How strongly a ratio of densities varies along an orbit: predefined observables, from partialled moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity
from symhep_moments.fit.bounds.harmonics import about
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.varied import Under

__all__ = ["OrbitHarmonics", "Strength", "coefficients", "strengths"]

FloatArray = npt.NDArray[np.float64]

#: A combination of functions of which the acceptance leaves less than this part of the variance is not known at all.
KNOWN = 0.02
#: Standard deviation of a coefficient of which nothing is known; a modulation of 100 % has one.
UNKNOWN = 2.0


@dataclass(frozen=True, eq=False)
class Strength:
    """A quantity of a region, the influences (U, d) of the independent units on it, and how it moves ``under``
    systematic variations."""

    quantity: Quantity
    influences: FloatArray
    under: Under | None = None


class OrbitHarmonics:
    """cos m phi and sin m phi, m = 1 .. ``orders``, of every vector about a rotation: (n, P, D) -> (n, K).

    Of a set the sum over its members. Vectors that do not know of a plane have none there.

    Attributes
    ----------
    names
        Of each vector, or set, and plane: of its ``orders`` quantities.
    count
        K.
    """

    def __init__(self, seen: Seen, label: str, orbit: ClosedOrbit, orders: int) -> None:
        self._orbit, self._orders, self._places = orbit, orders, seen.events.places
        self._kept = list[tuple[list[int], int]]()
        self.names = list[tuple[str, ...]]()
        waves = self._waves(seen.points) if orders else seen.points[..., :0, None]
        for group, where, _ in seen.groups if orders else ():
            summed = seen.summed(waves, where)
            for plane in range(summed.shape[1]):
                if bool((summed[:, plane] != 0).any()):
                    which = f" (plane {plane + 1})" if summed.shape[1] > 1 else ""
                    self._kept.append((where, plane))
                    self.names.append(
                        tuple(f"v_{m + 1} of {group}{which} {about(label)}" for m in range(orders))
                    )
        self.count = 2 * orders * len(self._kept)

    def __call__(self, x: Tensor) -> Tensor:
        if not self._kept:
            return x.new_zeros(len(x), 0)
        waves, places, found = self._waves(x), self._places, list[Tensor]()
        there = None if places is None else places.weights(x)
        for where, plane in self._kept:
            z = waves[:, where, plane]
            z = (z if there is None else z * there[:, where, None]).sum(dim=1)
            found += [z.real, z.imag]
        return torch.stack(found, dim=1).flatten(1)

    def _waves(self, x: Tensor) -> Tensor:
        return self._orbit.waves(x[..., : len(self._orbit.matrix) - 1], self._orders)


def coefficients(found: Partialled) -> tuple[FloatArray, FloatArray, FloatArray, Under | None]:
    """a (K,) of a ratio c(u) (1 + sum_k a_k f_k), covariance (K, K), influences (U, K) on a, and a under variations.

    a = G^-1 A, with the covariance G^-1 C G^-1: to first order in a, all K at once, since behind a dead sector A of one
    function holds the others, too. A combination of which the acceptance leaves less than `KNOWN` of the variance that
    it has over all events is set to zero with an error of 200 %: moments hardly hold it, and what the regressions
    miss could pass for it.

    >>> eye = np.eye(2)
    >>> one = Partialled(np.array([0.02, 0.0]), 1e-4 * eye, 1e4, 0.1 * eye, np.zeros(2), 0.1 * np.ones(2), eye)
    >>> a, covariance, *_ = coefficients(one)
    >>> a.round(9).tolist(), covariance.round(9).tolist()
    ([0.2, 0.0], [[0.01, 0.0], [0.0, 0.01]])
    """
    scale = np.sqrt(np.where(found.squares > 0, found.squares, 1.0))
    values, vectors = np.linalg.eigh(found.gram / scale[:, None] / scale)
    known = values > KNOWN
    directions = vectors / scale[:, None]
    inverse = (directions[:, known] / values[known]) @ directions[:, known].T
    covariance = inverse @ found.covariance @ inverse
    lost = directions[:, ~known] / np.linalg.norm(directions[:, ~known], axis=0)
    covariance = covariance + UNKNOWN**2 * lost @ lost.T
    under = None if found.under is None else found.under.onto(inverse)
    return inverse @ found.mean, covariance, found.influences @ inverse, under


def strengths(found: Partialled, names: Sequence[Sequence[str]]) -> list[Strength]:
    """v_m of each vector and plane, of the last functions of ``found``, which `OrbitHarmonics` with ``names`` made.

    v_m = abs(a_m - i b_m) / 2, of a ratio that varies as 1 + sum_m (a_m cos m phi + b_m sin m phi) along the orbits,
    as in the plain test, where p itself does. All m of a vector at once; other vectors on their own, since in
    back-to-back pairs one azimuth is the other's.
    """
    orders = [len(own) for own in names]
    start, parts = len(found.mean) - 2 * sum(orders), list[Strength]()
    for own, m in zip(names, orders, strict=True):
        a, covariance, influences, under = coefficients(found.take(slice(start, start + 2 * m)))
        start += 2 * m
        for order, name in enumerate(own):
            pair = [order, order + m]
            quantity = Quantity(name, a[pair] / 2, covariance[np.ix_(pair, pair)] / 4, found.nu)
            moved = None if under is None else under.take(pair).onto(np.eye(2) / 2)
            quantity = quantity if moved is None else moved.shifted(quantity)
            parts.append(Strength(quantity, influences[:, pair] / 2, moved))
    return parts
