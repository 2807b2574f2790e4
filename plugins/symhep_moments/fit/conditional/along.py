"""Moments along any closed orbit, relative to a reference or to an efficiency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from symhep.methods.context import Context
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.gram_sums import GramSums
from symhep_moments.fit.conditional.known import KnownSums, OrbitPoints, known_law, known_sums
from symhep_moments.fit.conditional.moments import orbit_features
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.varied import partialled_each
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.points import points_of
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = [
    "Along", "Asked", "EfficiencyAlong", "ReferenceAlong", "keeps_masses", "nothing", "side_by_side",
]  # fmt: skip

#: Entries of matrices below this are rounding.
ROUNDING = 1e-8
#: Of four-momenta (E, px, py, pz).
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


class Asked(NamedTuple):
    """Functions of events (n, P, D) -> (n, K) along an orbit, with the influences on the last ``keep`` of them."""

    orbit: ClosedOrbit
    functions: Callable[[Tensor], Tensor]
    keep: int = 0


class Along(Protocol):
    """Moments of functions that vanish if a density is even along an orbit."""

    def __call__(
        self, orbit: ClosedOrbit, functions: Callable[[Tensor], Tensor], keep: int = 0
    ) -> Partialled:
        """As `Asked` says."""
        return self.each([Asked(orbit, functions, keep)])[0]

    def each(self, asked: Sequence[Asked]) -> list[Partialled]:
        """All of them, with few readings of all events."""
        ...

    @property
    def few(self) -> Along:
        """The same of the events in memory alone."""
        ...


@dataclass(frozen=True, eq=False)
class ReferenceAlong(Along):
    """Of the ratio of two densities, with how it moves under ``variations`` of the reference.

    With the same ``seed`` the features are the same for the same events.
    """

    events: Events
    reference: Events
    seed: np.random.SeedSequence
    variations: Sequence[VariedEvents] = ()
    context: Context | None = None

    def each(self, asked: Sequence[Asked]) -> list[Partialled]:
        """See `Along.each`."""
        data, theirs, places = points_of(self.events), points_of(self.reference), self.events.places
        features = [
            orbit_features(
                data, theirs, one.orbit, np.random.default_rng(self.seed), places,
                keeps_masses(self.events, one.orbit),
            )
            for one in asked
        ]  # fmt: skip
        works = [GramSums(s, one.functions) for s, one in zip(features, asked, strict=True)]
        keep = [one.keep for one in asked]
        return partialled_each(works, data, theirs, keep, self.variations, self.context)

    @property
    def few(self) -> ReferenceAlong:
        """See `Along.few`; without the variations."""
        return replace(self, events=self.events.few, reference=self.reference.few, variations=())


@dataclass(frozen=True, eq=False)
class EfficiencyAlong(Along):
    """Of the density over a known efficiency."""

    events: Events
    efficiency: Seeing
    context: Context | None = None

    def each(self, asked: Sequence[Asked]) -> list[Partialled]:
        """See `Along.each`."""
        data, places = points_of(self.events), self.events.places
        works = [KnownSums(OrbitPoints(one.orbit, places), self.efficiency, one.functions) for one in asked]
        return [
            known_law(data, work.images, work.efficiency, work.functions, one.keep, state)
            for work, one, state in zip(works, asked, known_sums(works, data, self.context), strict=True)
        ]

    @property
    def few(self) -> EfficiencyAlong:
        """See `Along.few`."""
        return replace(self, events=self.events.few)


def keeps_masses(events: Events, orbit: ClosedOrbit) -> bool:
    """Is it a rotation of the Lorentz group of four-momenta?"""
    linear = np.asarray(orbit.matrix)[:-1, :-1]
    still = not np.asarray(orbit.matrix)[:-1, -1].any()
    return events.momenta and still and bool(np.abs(METRIC @ linear + linear.T @ METRIC).max() < ROUNDING)


def nothing(x: Tensor) -> Tensor:
    """No function: (n, 0)."""
    return x.new_zeros(len(x), 0)


@dataclass(frozen=True)
class SideBySide:
    """All of these functions."""

    parts: tuple[Callable[[Tensor], Tensor], ...]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.cat([f(x) for f in self.parts], dim=1)


def side_by_side(*functions: Callable[[Tensor], Tensor]) -> SideBySide:
    """All of these functions."""
    return SideBySide(functions)
