"""Which of the events are used: all of them, or so many of them as the options ask for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from symhep.events.copies import merged
from symhep.events.dataset import Dataset
from symhep.events.stream import Chosen, EventStream
from symhep.events.subsample import subsampled

__all__ = ["used_of"]


def used_of(data: Dataset, most: int | None = None) -> Dataset:
    """The rows that enter, with the variations of the same: all of them in memory, or a uniform subsample of
    `symhep.events.stream.SUBSAMPLE` rows beside the stream of all.

    At most ``most`` events, evenly spaced; those of a subsample where so many are no more than it has; and else all of
    blocks that are evenly spaced.

    >>> used_of(Dataset.from_array([[0.0], [1.0], [2.0]]), 2).values[:, 0].tolist()
    [0.0, 2.0]
    """
    data = subsampled(data)
    if most is None or most >= data.events:
        return data
    if most <= len(data):
        return _spaced(data, most)
    assert data.stream is not None
    return replace(data, stream=Spaced(data.stream, most))


class Spaced(Chosen):
    """So many blocks, evenly spaced, that they have at most ``most`` rows."""

    def __init__(self, whole: EventStream, most: int) -> None:
        count, numbers = max(1, len(whole) * most // whole.events), list[int]()
        while True:
            numbers = np.unique(np.linspace(0, len(whole) - 1, count).astype(np.int64)).tolist()
            if count == 1 or sum(whole.blocks[n].rows for n in numbers) <= most:
                break
            count -= 1
        super().__init__(whole, numbers)
        self.key = f"{whole.key}:at most {most}"


def _spaced(data: Dataset, most: int) -> Dataset:
    """Rows that are one event, and equal, count as one."""

    def rows_of(one: Dataset) -> Dataset:
        whole = merged(one)
        return whole.take(_rows(len(whole), most))

    variations = tuple(
        replace(
            v,
            alternatives=tuple(
                replace(
                    a,
                    data=rows_of(
                        replace(data, weights=a.data.weights, variations=()) if a.same_rows else a.data
                    ),
                )
                for a in v.alternatives
            ),
        )
        for v in data.variations
    )
    return replace(rows_of(data), variations=variations)


def _rows(count: int, most: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, count - 1, min(most, count)).astype(np.int64)
