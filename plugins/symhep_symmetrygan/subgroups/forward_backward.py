"""The forward-backward asymmetry of a pair, of the events in memory or of all."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream
from symhep.methods.context import Context
from symhep.methods.number import Number
from symhep.methods.passes import Pass, State
from symhep.stats.asymmetry import Decided
from symhep_symmetrygan.sample import Events

__all__ = ["forward_backward", "forward_backward_of_all"]

FloatArray = npt.NDArray[np.float64]


def is_pair(events: Events) -> bool:
    """Is an event a pair of oppositely charged particles?"""
    if not events.momenta or len(events.objects) != 2 or events.members is not None:
        return False
    one, other = events.objects
    return one.replace("-", "+") == other.replace("-", "+") and one != other


def ahead(difference: FloatArray, weights: FloatArray) -> Decided:
    """Of events whose first particle has a pz larger by ``difference`` (N,): sums over those that decide."""
    decided = difference != 0
    return Decided.of(difference[decided] > 0, weights[decided])


def number_of(decided: Decided) -> Number:
    """Their asymmetry."""
    found = decided.asymmetry()
    return Number(value=found.value, low=found.low, high=found.high, method=found.method)


@dataclass(frozen=True, eq=False)
class AheadPass(Pass):
    """`ahead` of all events of a pair of objects: ``sums`` (6,) and ``ends`` (2,) of the weights."""

    name = "forward-backward asymmetry"

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        assert block.momenta is not None
        found = astuple(ahead(block.momenta[:, 0, 3] - block.momenta[:, 1, 3], block.weights))
        return {"sums": np.array(found[:6], dtype=np.float64), "ends": np.array([found[6], -found[7]])}

    def merge(self, first: State, second: State) -> State:
        """See `Pass.merge`."""
        return {
            "sums": first["sums"] + second["sums"],
            "ends": np.minimum(first["ends"], second["ends"]),
        }

    @staticmethod
    def decided(state: State) -> Decided:
        """Of all events."""
        count, first, total, first_total, square, first_square = state["sums"].tolist()
        least, most = state["ends"].tolist()
        return Decided(int(count), int(first), total, first_total, square, first_square, least, -most)


def forward_backward(events: Events) -> Number | None:
    """Share of the events in which the first of two oppositely charged particles has the larger pz, minus the others.

    Of a pair at rest it is the forward-backward asymmetry of the first particle. Parity, the exchange of the two, and
    mirrors across the beam change its sign, so that a density that respects one of them has none. None for events
    that are no such pair.
    """
    if not is_pair(events):
        return None
    x = torch.cat([events.train.x, events.held.x]).cpu().numpy()
    weights = torch.cat([events.train.weights, events.held.weights]).cpu().numpy()
    return number_of(ahead(x[:, 3] - x[:, 7], weights))


def forward_backward_of_all(events: Events, stream: EventStream, context: Context) -> Number | None:
    """The same of all events of ``stream``, of which these are a subsample."""
    if not is_pair(events):
        return None
    return number_of(AheadPass.decided(context.reduce(AheadPass(), stream)))
