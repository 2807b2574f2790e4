"""The conditions on all events, of which those in memory are a subsample: sums, block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.events.copies import independent
from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream
from symhep.methods.events import EventsRecord
from symhep.methods.passes import Pass, State
from symhep_oracle.fit.conditions import FEWEST, MOST, Conditions, Grams
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.sample import Sample

__all__ = ["AllEvents"]

FloatArray = npt.NDArray[np.float64]

#: Numbers that the Gram matrices of all pieces may hold: states travel.
KEPT = 1_000_000


@dataclass(frozen=True, eq=False)
class _Sums(Pass):
    """Sums of ``conditions`` over the events of a block, by |w|.

    Neighbours of a block form at most ``pieces`` pieces; the j-th pieces of all blocks together are an independent part
    of the events, for error messages. Rows of one event stand side by side. ``few`` are events in memory, whose
    units those of a block take.
    """

    conditions: Conditions
    options: OracleMethodOptions
    few: Sample
    pieces: int

    def events(self, block: Dataset) -> tuple[Conditions, Dataset] | None:
        """The conditions on a block, and its events in their order; None if none of them has a weight."""
        if not block.weights.any():
            return None
        ordered = block.take(np.argsort(block.unit, kind="stable"))
        sample = Sample.of(ordered, self.options, self.few)
        return self.conditions.on(sample.points, np.abs(ordered.weights), self.pieces), ordered

    def padded(self, values: FloatArray, axis: int = 0) -> FloatArray:
        """With zeros for the pieces that a block lacks."""
        missing = [(0, self.pieces - size if k == axis else 0) for k, size in enumerate(values.shape)]
        return np.pad(values, missing)


@dataclass(frozen=True, eq=False)
class GramPass(_Sums):
    """``values`` (M, P, K, K) and ``weights`` (P,) of the pieces, as of `Grams`; and numbers of all events: ``rows``,
    ``units``, the sums ``size`` of |w|, ``negative`` of |w| where w < 0, ``squares`` of |w|^2 over source events."""

    name = "conditions"

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        own = independent(np.abs(block.weights), block.unit)
        numbers = {
            "rows": len(block), "units": len(own), "size": own.sum(), "squares": (own**2).sum(),
            "negative": np.abs(block.weights[block.weights < 0]).sum(),
        }  # fmt: skip
        state: State = {name: np.array(float(value)) for name, value in numbers.items()}
        k = self.conditions.fields.unknowns
        found = self.events(block)
        if found is None:
            none = np.zeros((self.conditions.oracle.members, self.pieces, k, k))
            return state | {"values": none, "weights": np.zeros(self.pieces)}
        grams = found[0].grams()
        return state | {"values": self.padded(grams.values, 1), "weights": self.padded(grams.weights)}


@dataclass(frozen=True, eq=False)
class AlongPass(_Sums):
    """``squares`` (P, J) and ``products`` (P, J, T) along ``directions`` (K, J), see `Conditions.along`."""

    name = "along"
    directions: FloatArray
    together: int

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        found, j = self.events(block), self.directions.shape[1]
        if found is None:
            return {
                "squares": np.zeros((self.pieces, j)),
                "products": np.zeros((self.pieces, j, self.together)),
            }
        squares, products = found[0].along(self.directions, self.together)
        return {"squares": self.padded(squares), "products": self.padded(products)}


@dataclass(frozen=True, eq=False)
class AllEvents:
    """Asks all events of ``stream`` what `Conditions` ask those in memory, which are ``few``.

    ``reduce`` does a pass (`Context.reduce`). Gram matrices of an oracle are kept; memory does not grow with the
    events.
    """

    stream: EventStream
    reduce: Callable[[Pass, EventStream], State]
    options: OracleMethodOptions
    few: Sample
    known: dict[Oracle, State] = field(default_factory=dict)

    def grams(self, conditions: Conditions) -> Grams:
        """See `Conditions.grams`."""
        found = self._state(conditions)
        if not np.isfinite(found["values"]).all():
            raise MethodError(
                "the gradient of the oracle is not finite for some events; remove them with a cut"
            )
        there = found["weights"] > 0  # blocks of few events have fewer pieces
        return Grams(found["values"][:, there], found["weights"][there])

    def along(
        self, conditions: Conditions, directions: FloatArray, together: int
    ) -> tuple[FloatArray, FloatArray]:
        """See `Conditions.along`."""
        there = self._state(conditions)["weights"] > 0
        work = AlongPass(*self._asked(conditions), np.ascontiguousarray(directions), together)
        found = self.reduce(work, self.stream)
        return found["squares"][there], found["products"][there]

    def record(self, conditions: Conditions) -> EventsRecord:
        """The events, counted on the way."""
        state = self._state(conditions)
        rows, size, squares = int(state["rows"]), float(state["size"]), float(state["squares"])
        return EventsRecord(
            used=rows, available=rows, effective=size**2 / squares, negative=float(state["negative"]) / size,
            copies=rows - int(state["units"]),
        )  # fmt: skip

    def _state(self, conditions: Conditions) -> State:
        if conditions.oracle not in self.known:
            work = GramPass(*self._asked(conditions))
            self.known[conditions.oracle] = self.reduce(work, self.stream)
        return self.known[conditions.oracle]

    def _asked(self, conditions: Conditions) -> tuple[Conditions, OracleMethodOptions, Sample, int]:
        pieces = min(max(KEPT // conditions.fields.unknowns**2, FEWEST), MOST)
        few = replace(
            self.few, x=self.few.x[:1], beside=self.few.beside[:1], weights=self.few.weights[:1],
            rows=self.few.rows[:1],
        )  # fmt: skip
        options = self.options.model_copy(update={"max_events": None})
        return conditions.on(conditions.x[:1], conditions.weights[:1], pieces), options, few, pieces
