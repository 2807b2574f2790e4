"""Vectors whose equations are sought together: those of an event, with the sums of its sets; members of each set."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.generators import Generators
from symhep.stats.constraints import Constraint, constraints
from symhep.stats.support import POINTS
from symhep_moments.sample import Events

__all__ = ["MOST_MONOMIALS", "SupportGroup", "some_points", "support_groups"]

FloatArray = npt.NDArray[np.float64]

#: Most monomials for which quadratic equations of all vectors together are sought; beyond, vector by vector.
MOST_MONOMIALS = 400
#: Events per monomial: an equation holds for all or is none.
PER_MONOMIAL = 10


@dataclass(frozen=True, eq=False)
class SupportGroup:
    """Vectors whose equations are sought together: those of an event, with the sums of its sets, or members of a set.

    Attributes
    ----------
    x
        (n, V, d) vectors.
    present
        (V, d) components that they have, C of them.
    v
        (G, n, C) fields.
    names
        V.
    of_set
        Are they members of a set? Its name is that of the one vector.
    """

    x: FloatArray
    present: npt.NDArray[np.bool_]
    v: FloatArray
    names: tuple[str, ...]
    of_set: bool = False

    @property
    def name(self) -> str:
        """Of the set; '' for the vectors of an event."""
        return self.names[0] if self.of_set else ""

    @property
    def flat(self) -> FloatArray:
        """(n, C)."""
        whole = self.x.reshape(len(self.x), -1)
        return whole if self.present.all() else whole[:, self.present.reshape(-1)]

    def constraints(self, events: Events) -> list[Constraint]:
        """What holds for all of them, in words; of members of a set only what is quadratic."""
        columns = events.columns if len(events.columns) == self.present.size else ()
        found = constraints(
            self.x * events.scale, events.names, events.unit, self.names, self.present, columns
        )
        if not self.of_set:
            return found
        each = f" of {self.names[0]}"
        return [
            replace(c, text=c.text.replace(" is ", f"{each} is ", 1), quantity=c.quantity + each)
            for c in found
            if c.quantity in ("E^2 - p^2", "|p|^2", "the squared length")
        ]


def support_groups(events: Events, x: FloatArray, most: int = POINTS) -> list[SupportGroup]:
    """The vectors of some of the ``events``, x (n, P, D), and at most so many members of each set."""
    places = events.places
    d = len(events.names)
    if places is None:
        v = _fields(events.generators, x, np.ones(x.shape))
        return [
            SupportGroup(
                x, np.ones(x.shape[1:], dtype=bool), v.reshape(*v.shape[:2], x[:1].size), events.particles
            )
        ]
    vectors, there = x[..., :d], places.there(torch.from_numpy(x)).numpy()
    v = _fields(events.generators, vectors, there)  # (G, n, P, d)
    own = [([p], places.vectors[p]) for p in places.fixed]
    own += [(where, f"all {name}") for name, where in places.members.items()]
    present = np.array([places.present[where[0]] for where, _ in own])
    whole = np.stack([vectors[:, where].sum(axis=1) for where, _ in own], axis=1)
    moved = np.stack([v[:, :, where].sum(axis=2) for where, _ in own], axis=2)
    flat = moved.reshape(*moved.shape[:2], present.size)[..., present.reshape(-1)]
    groups = [SupportGroup(whole, present, flat, tuple(name for _, name in own))]
    for name, where in places.members.items():
        held = x[:, where, d].reshape(-1) > 0
        members = vectors[:, where].reshape(-1, d)[held]
        rows = np.linspace(0, len(members) - 1, min(len(members), most)).astype(np.int64)
        if not len(rows):
            continue
        has = places.present[where[0]]
        speeds = v[:, :, where].reshape(len(v), held.size, d)[:, held][:, rows][..., has]
        groups.append(SupportGroup(members[rows][:, None], has[None], speeds, (name,), of_set=True))
    return groups


def some_points(events: Events) -> FloatArray:
    """(n, P, d), or (n, P, D), events that have a weight, evenly spaced."""
    rows = events.weights.nonzero().flatten()
    p, d = events.vectors.shape[1:]
    features = p * d + 1
    enough = max(PER_MONOMIAL * min(features * (features + 1) // 2, MOST_MONOMIALS), 2000)
    few = np.linspace(0, len(rows) - 1, min(len(rows), enough, POINTS)).astype(np.int64)
    return np.asarray(events.x[rows[few.tolist()]].cpu().numpy(), dtype=np.float64)


def _fields(generators: Generators, x: FloatArray, there: FloatArray) -> FloatArray:
    """v_a at the events, (G, n, P, d), 0 where ``there`` (n, P, d) is."""
    d = generators.vector
    moved = np.einsum("aij,npj->anpi", generators.matrices[:, :d, :d], x)
    return np.asarray((moved + generators.matrices[:, None, None, :d, d]) * there)
