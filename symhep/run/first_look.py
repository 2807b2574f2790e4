"""The first pass over events that do not fit into memory: their scaling, and a uniform subsample of them."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.scaler import merged_scaling_sums, scaling_sums
from symhep.events.stream import EventStream
from symhep.events.subsample import SUBSAMPLED, smallest, source_hashes
from symhep.events.variation import Alternative, Variation
from symhep.methods.passes import Pass, State

__all__ = ["FirstLook"]

#: A share of the events is kept that holds the subsample but for a chance of so many standard deviations.
SPREAD = 8
_SCALE = "scale."
#: What a row is, by the names of `Dataset`.
_ROWS = ("values", "weights", "momenta", "mask", "tags", "spectators", "labels", "unit", "block", "origin")


class FirstLook(Pass):
    """Sums for the scaling, and the rows of the subsample, under all variations.

    Rows are kept by their hashes (`symhep.events.subsample.source_hashes`): of each block those below a bound that a
    few more than the wanted ones pass.
    """

    name = "first look"

    def __init__(self, stream: EventStream, fewest: int) -> None:
        """``fewest``: events of the stream, or of that alternative of it that has least."""
        self.count = streams.SUBSAMPLE
        share = (self.count + SPREAD * sqrt(self.count)) / max(fewest, 1)
        self.bound = np.uint64(min(share, 1.0) * (2**64 - 2**11)) if share < 1 else np.uint64(2**64 - 1)

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        found: State = {
            _SCALE + key: value
            for key, value in scaling_sums(block.values, block.weights, block.present).items()
        }
        kept = self._kept(block)
        found |= _rows_of(block, kept, "")
        for i, variation in enumerate(block.variations):
            changed = 0
            for j, alternative in enumerate(variation.alternatives):
                data, place = alternative.data, f"{i}.{j}."
                if alternative.same_rows:
                    changed += not np.array_equal(data.weights, block.weights)
                    found[place + "weights"] = data.weights[kept]
                else:
                    changed += 1
                    found |= _rows_of(data, self._kept(data), place)
            found[f"{i}.changed"] = np.array(changed)
        return found

    def merge(self, first: State, second: State) -> State:
        """See `Pass.merge`: rows one after the other."""
        scale = merged_scaling_sums(
            *({_bare(k): a for k, a in s.items() if k.startswith(_SCALE)} for s in (first, second))
        )
        found: State = {_SCALE + key: value for key, value in scale.items()}
        for key in first.keys() - found.keys():
            one, two = first[key], second[key]
            found[key] = one + two if key.endswith(".changed") else np.concatenate([one, two])
        return found

    @staticmethod
    def scaling(state: State) -> dict[str, npt.NDArray[np.float64]]:
        """What `Scaler.of_sums` takes."""
        return {_bare(key): value for key, value in state.items() if key.startswith(_SCALE)}

    def dataset(self, state: State, frame: Dataset, variations: tuple[Variation, ...] = ()) -> Dataset:
        """The rows of the subsample in ``frame``, a dataset without rows, and under each of the ``variations``; those
        that change nothing are left out."""
        found = _with_rows(frame, state, "")
        chosen = smallest(source_hashes(SUBSAMPLED, found), self.count)
        data = found.take(chosen)
        varied = []
        for i, variation in enumerate(variations):
            alternatives = []
            for j, alternative in enumerate(variation.alternatives):
                place = f"{i}.{j}."
                if alternative.same_rows:
                    other = replace(data, weights=state[place + "weights"][chosen])
                else:
                    other = _with_rows(frame, state, place)
                    other = other.take(smallest(source_hashes(SUBSAMPLED, other), self.count))
                alternatives.append(Alternative(alternative.name, other, alternative.same_rows))
            if state[f"{i}.changed"]:
                varied.append(replace(variation, alternatives=tuple(alternatives)))
        return replace(data, variations=tuple(varied))

    def _kept(self, data: Dataset) -> npt.NDArray[np.int64]:
        return np.flatnonzero(source_hashes(SUBSAMPLED, data) <= self.bound)


def _bare(key: str) -> str:
    return key.removeprefix(_SCALE)


def _rows_of(data: Dataset, rows: npt.NDArray[np.int64], place: str) -> State:
    arrays = {name: getattr(data, name) for name in _ROWS}
    return {f"{place}{name}": array[rows] for name, array in arrays.items() if array is not None}


def _with_rows(frame: Dataset, state: State, place: str) -> Dataset:
    arrays: dict[str, Any] = {name: state[place + name] for name in _ROWS if place + name in state}
    return replace(frame, **arrays)
