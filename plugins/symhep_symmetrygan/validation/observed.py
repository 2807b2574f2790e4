"""The held-out events, observed in their projections."""

from __future__ import annotations

import numpy as np

from symhep.hypotheses.divergence.observed import Observed
from symhep.hypotheses.divergence.projections import projections
from symhep_symmetrygan.sample import Events

__all__ = ["observed_of"]


def observed_of(events: Events, bins: int, seeds: np.random.SeedSequence) -> Observed | None:
    """Held-out events in blocks that ``seeds`` draws; axes are those of the training events.

    None for members of sets and vectors of several kinds: a projection is of the first, the second, ... vector.
    """
    if events.members is not None:
        return None
    drawn = projections(
        events.train.x.cpu().numpy(), events.names, bins, particles=events.particles, momenta=events.momenta,
        objects=events.objects, scale=events.scale,
    )  # fmt: skip
    held = events.held
    rng = np.random.default_rng(seeds)
    return Observed(drawn, held.x.cpu().numpy(), held.weights.cpu().numpy(), held.unit, rng)
