"""Histograms of all events, filled block by block on axes that a sample of them has set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import hist
import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.events.stream import stream_of
from symhep.methods.passes import Pass, Reducer, State, reduce_here
from symhep.plotting.observables import observables

__all__ = ["Filled", "Filling", "filled"]

FloatArray = npt.NDArray[np.float64]


class Filling(Pass):
    """Sums of weights and of their squares (datasets, alternatives, bins) of each observable, with the flow bins, and
    of all weights (datasets, alternatives).

    The first alternative is the nominal one; the others are named 'VARIATION/ALTERNATIVE', and those that a block does
    not have stay empty.
    """

    name = "control plots"

    def __init__(
        self, axes: Mapping[str, hist.axis.Regular], datasets: int, alternatives: tuple[str, ...] = ()
    ) -> None:
        self.axes, self.datasets, self.alternatives = dict(axes), datasets, alternatives

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        shape = (self.datasets, 1 + len(self.alternatives))
        found = {
            f"{name}.{power}": np.zeros((*shape, axis.extent))
            for name, axis in self.axes.items()
            for power in ("value", "variance")
        }
        found["total"] = np.zeros(shape)
        self._put(found, 0, block, block.weights)
        for variation in block.variations:
            for one in variation.alternatives:
                name = f"{variation.name}/{one.name}"
                if name not in self.alternatives:
                    continue
                data = block if one.same_rows else one.data
                self._put(found, 1 + self.alternatives.index(name), data, one.data.weights)
        return found

    def _put(self, found: State, alternative: int, data: Dataset, weights: FloatArray) -> None:
        labels = data.labels if len(data.labels) == len(data) else np.zeros(len(data), dtype=np.int64)
        found["total"][:, alternative] += np.bincount(labels, weights, minlength=self.datasets)
        for shown in observables(data):
            if (axis := self.axes.get(shown.name)) is None:
                continue
            place = labels[shown.events] * axis.extent + axis.index(shown.values) + 1
            some = weights[shown.events]
            for power, summed in (("value", some), ("variance", some**2)):
                sums = np.bincount(place, summed, minlength=self.datasets * axis.extent)
                found[f"{shown.name}.{power}"][:, alternative] += sums.reshape(self.datasets, -1)


@dataclass(frozen=True, eq=False)
class Filled:
    """Observable -> 'value' and 'variance', (datasets, alternatives, bins with flow); and ``total`` weights (datasets,
    alternatives)."""

    bins: Mapping[str, Mapping[str, FloatArray]]
    total: FloatArray


def filled(
    data: Dataset,
    axes: Mapping[str, hist.axis.Regular],
    alternatives: tuple[str, ...] = (),
    reducer: Reducer = reduce_here,
) -> Filled:
    """All events of ``data``, nominal and under ``alternatives``; those of other files have events of their own.

    >>> data = Dataset.from_array([[0.5], [1.5], [1.5]], columns=("x",))
    >>> filled(data, {"x": hist.axis.Regular(2, 0, 2)}).bins["x"]["value"][0, 0].tolist()
    [0.0, 1.0, 2.0, 0.0]
    """
    datasets = max(len(data.label_names), 1)
    state = reducer(Filling(axes, datasets, alternatives), stream_of(data))
    for variation in data.variations:
        for one in variation.alternatives:
            name = f"{variation.name}/{one.name}"
            if one.data.stream is not None and not one.same_rows and name in alternatives:
                for key, sums in reducer(Filling(axes, datasets), one.data.stream).items():
                    state[key][:, 1 + alternatives.index(name)] = sums[:, 0]
    bins = {name: {power: state[f"{name}.{power}"] for power in ("value", "variance")} for name in axes}
    return Filled(bins, state["total"])
