"""Limits and intervals relative to a reference: harmonics of the ratio of the densities along orbits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.hypotheses.bounds.region import Region
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.bounds.limits import Bounds
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.bounds.varying import Moved
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.strengths import Strength
from symhep_moments.fit.relative_tests import RelativeTests
from symhep_moments.sample import Events

__all__ = ["OPEN", "OVER_EDGES", "relative_bounds"]

#: Why a candidate has no limit.
OPEN = "its orbits are not closed, and rates are not measured relative to another density"
OVER_EDGES = "its orbits cross the edges of members"


def relative_bounds(events: Events, options: BoundOptions, along: RelativeTests) -> Bounds:
    """The region of all harmonics that were measured ``along`` the orbits of rotations.

    Their ellipses are simultaneous as those of the plain test are. Where the acceptance leaves too little of the
    orbits they are as large as they are ignorant.
    """
    joint, labels = Joint(), tuple(events.generators.labels)
    found = [(label, one) for label, parts in along.strengths.items() for one in parts]
    for _, one in found:
        joint.put(one.quantity, one.influences)
    harmonics = {label: [one.quantity.name for one in parts] for label, parts in along.strengths.items()}
    closed = {
        label: ClosedOrbit.of(matrix) is not None
        for label, matrix in zip(labels, events.generators.matrices, strict=True)
    }
    reasons = {
        label: OVER_EDGES if closed[label] else OPEN for label in labels if label not in along.strengths
    }
    matrices = np.asarray(events.generators.matrices, dtype=np.float64)
    return Bounds(
        Region([one.quantity for _, one in found]), options, labels, matrices, along.turns,
        harmonics, {}, frozenset(), {}, (joint, joint), reasons, _moved([one for _, one in found]),
    )  # fmt: skip


def _moved(parts: Sequence[Strength]) -> Moved | None:
    """The quantities under systematic variations of the reference."""
    under = {one.quantity.name: (one, one.under) for one in parts if one.under is not None}
    if not under:
        return None
    return Moved(
        {name: moved.differences for name, (_, moved) in under.items()},
        {name: moved.spread(one.influences) for name, (one, moved) in under.items()},
    )
