"""Moments along any closed orbit, relative to a reference or to an efficiency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.known import ORBIT_POINTS, known_law
from symhep_moments.fit.conditional.moments import orbit_features
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.conditional.varied import partialled_under
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.relative import Points
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = [
    "Along", "efficiency_along", "keeps_masses", "nothing", "points_of", "reference_along", "side_by_side",
]  # fmt: skip

#: Entries of matrices below this are rounding.
ROUNDING = 1e-8
#: Of four-momenta (E, px, py, pz).
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


class Along(Protocol):
    """Moments of functions, of events (n, P, D) -> (n, K), that vanish if a density is even along an orbit."""

    def __call__(
        self, orbit: ClosedOrbit, functions: Callable[[Tensor], Tensor], keep: int = 0
    ) -> Partialled:
        """With the influences on the last ``keep`` of them."""


def reference_along(
    events: Events,
    reference: Events,
    seed: np.random.SeedSequence,
    variations: Sequence[VariedEvents] = (),
) -> Along:
    """Of the ratio of two densities, with how it moves under ``variations`` of the reference.

    With the same ``seed`` the features are the same for the same events.
    """
    data, theirs, places = points_of(events), points_of(reference), events.places

    def along(orbit: ClosedOrbit, functions: Callable[[Tensor], Tensor], keep: int = 0) -> Partialled:
        rng = np.random.default_rng(seed)
        features = orbit_features(data, theirs, orbit, rng, places, keeps_masses(events, orbit))
        if variations:
            return partialled_under(variations, data, theirs, features, functions, keep)
        return partialled(data, theirs, features, functions, keep)

    return along


def efficiency_along(events: Events, efficiency: Seeing) -> Along:
    """Of the density over a known efficiency."""
    data, places = points_of(events), events.places

    def along(orbit: ClosedOrbit, functions: Callable[[Tensor], Tensor], keep: int = 0) -> Partialled:
        return known_law(
            data, lambda x, first: orbit.points(x, ORBIT_POINTS, first, places), efficiency, functions, keep
        )

    return along


def points_of(events: Events) -> Points:
    """Events, weights and units of a sample."""
    return Points(events.x, events.weights, events.source)


def keeps_masses(events: Events, orbit: ClosedOrbit) -> bool:
    """Is it a rotation of the Lorentz group of four-momenta?"""
    linear = np.asarray(orbit.matrix)[:-1, :-1]
    still = not np.asarray(orbit.matrix)[:-1, -1].any()
    return events.momenta and still and bool(np.abs(METRIC @ linear + linear.T @ METRIC).max() < ROUNDING)


def nothing(x: Tensor) -> Tensor:
    """No function: (n, 0)."""
    return x.new_zeros(len(x), 0)


def side_by_side(*functions: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """All of these functions."""
    return lambda x: torch.cat([f(x) for f in functions], dim=1)
