"""What the bounds see of the events: weights within the edges, independent units, vectors and sets by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import innermost, log_density, weight
from symhep_moments.fit.functions.member_edges import MemberEdged, entered
from symhep_moments.sample import Events

__all__ = ["Seen", "comparable_orbits", "even_orbits"]

FloatArray = npt.NDArray[np.float64]

#: Events that are looked at for whether a flow changes an edge or a density, and points of their orbits.
EDGE_EVENTS, EDGE_POINTS = 2000, 8
#: A weight that changes by less along an orbit does not change.
UNCHANGED = 1e-6


@dataclass(frozen=True, eq=False)
class Seen:
    """Events as predefined observables see them, with the edges and the density around ``functions``.

    Attributes
    ----------
    events
        With the candidates that are tested.
    functions
        Of the tests; their edges and density count here, they themselves do not.
    """

    events: Events
    functions: TestFunctions

    @cached_property
    def points(self) -> Tensor:
        """(N, P, D) with the weights that edges give to members."""
        return entered(self.functions, self.events.x)

    @cached_property
    def weights(self) -> FloatArray:
        """(N,) with those that edges give to events."""
        found = self.events.weights * weight(self.functions, self.events.x)
        return np.asarray(found.cpu().numpy(), dtype=np.float64)

    @cached_property
    def unit(self) -> npt.NDArray[np.int64] | None:
        """(N,) number of the source event of each, from 0; None: each is its own."""
        source = self.events.source
        if source is None:
            return None
        unique, index = np.unique(source, return_inverse=True)
        return None if len(unique) == len(source) else index.astype(np.int64)

    @cached_property
    def groups(self) -> list[tuple[str, list[int], FloatArray | None]]:
        """Name, places and number of members (N,) of each vector, or set; None: there is always one."""
        places, particles = self.events.places, self.events.particles
        count = self.events.x.shape[1]
        if places is None:
            names = particles if len(particles) == count else tuple(f"vector {p + 1}" for p in range(count))
            return [(name, [p], None) for p, name in enumerate(names)]
        found: list[tuple[str, list[int], FloatArray | None]] = [
            (places.vectors[p], [p], None) for p in places.fixed
        ]
        if places.members:
            members = places.weights(self.points)
            for name, where in places.members.items():
                number = members[:, where].sum(dim=-1).cpu().numpy()
                found.append((f"the members of {name}", where, np.asarray(number, dtype=np.float64)))
        return found

    def summed(self, values: Tensor, where: Sequence[int]) -> Tensor:
        """Functions of each vector (N, P, ...), summed over the places of a group that are there: (N, ...)."""
        places = self.events.places
        if places is None and len(where) == 1:
            return values[:, where[0]]
        own = values[:, list(where)]
        if places is not None:
            there = places.weights(self.points)[:, list(where)]
            own = own * there.reshape(*there.shape, *[1] * (own.dim() - 2))
        return own.sum(dim=1)


def comparable_orbits(events: Events, functions: TestFunctions) -> list[ClosedOrbit | None]:
    """Orbits of the generators along which the density can be compared with its mean; None: they are not closed, or
    lead members of sets over their edges, and then it is not known which others would have come in."""
    closed = [ClosedOrbit.of(matrix) for matrix in events.generators.matrices]
    inside = innermost(functions)
    if not isinstance(inside, MemberEdged) or not closed:
        return closed
    some = _some(events)
    fields = LinearFields(events.generators, str(events.x.device), events.places)
    changed = inside.changed(some, fields(some)).tolist()
    return [None if out else orbit for orbit, out in zip(closed, changed, strict=True)]


def even_orbits(events: Events, functions: TestFunctions) -> list[ClosedOrbit | None]:
    """Those of `comparable_orbits` along which neither edges nor density change, so that harmonics have no mean."""
    some, even = _some(events), list[ClosedOrbit | None]()
    for orbit in comparable_orbits(events, functions):
        if orbit is not None:
            around = orbit.points(some, EDGE_POINTS, 0, events.places).flatten(0, 1)
            for found in (weight(functions, around), log_density(functions, around)):
                along = found.view(-1, EDGE_POINTS)
                if float((along.amax(dim=1) - along.amin(dim=1)).max()) > UNCHANGED:
                    orbit = None
                    break
        even.append(orbit)
    return even


def _some(events: Events) -> Tensor:
    rows = torch.linspace(0, len(events) - 1, min(len(events), EDGE_EVENTS), device=events.x.device).long()
    return events.x[rows]
