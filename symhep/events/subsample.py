"""A uniform subsample of events, which neither their order nor who reads them can change."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events import stream as streams
from symhep.events.identity import hashes

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset
    from symhep.events.variation import Alternative

__all__ = ["SUBSAMPLED", "event_hashes", "smallest", "source_hashes", "subsample", "subsampled"]

#: Purpose of the sample that stands for all events where these do not fit into memory.
SUBSAMPLED = "subsample"


def event_hashes(
    purpose: str, key: npt.ArrayLike, entry: npt.ArrayLike, seed: int = 0
) -> npt.NDArray[np.uint64]:
    """(N,) 64-bit numbers that are uniform and independent, of nothing but these arguments.

    Those with the k smallest numbers are a uniform sample of k events, whichever others there are beside them: of
    several parts of the events the k smallest of each hold the k smallest of all.

    Parameters
    ----------
    purpose
        What the sample is for: samples of different purpose are independent.
    key
        Number of the file's content or of the block, one or (N,).
    entry
        (N,) number of the event inside of it.

    >>> event_hashes("training", 7, [0, 1, 2]).tolist() == event_hashes("training", 7, [0, 1, 2]).tolist()
    True
    >>> (event_hashes("a", 7, np.arange(1000)) < 2**63).sum().item() in range(400, 600)
    True
    """
    number = np.asarray(entry, dtype=np.int64)
    told = np.frombuffer(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), dtype=np.int64)[0]
    same = (np.broadcast_to(np.asarray(value, dtype=np.int64), number.shape) for value in (seed, told, key))
    return hashes([*same, number], len(number)).view(np.uint64)


def source_hashes(purpose: str, data: Dataset) -> npt.NDArray[np.uint64]:
    """(N,) `event_hashes` of the source event of each row, whichever rows lie beside it.

    By its file and its number there, where it comes from one (`Dataset.origin`). Else its key is the block of its first
    row: copies in other files, and so in other blocks, are the same event.

    >>> from symhep.events.dataset import Dataset
    >>> data = replace(Dataset.from_array([[0.0], [1.0], [2.0]]), unit=np.array([0, 1, 0]), block=np.array([0, 0, 1]))
    >>> len(set(source_hashes("training", data).tolist()))
    2
    """
    if len(data.origin):
        return event_hashes(purpose, 0, data.origin)
    block = data.block if len(data.block) else np.zeros(len(data), dtype=np.int64)
    _, first, place = np.unique(data.unit, return_index=True, return_inverse=True)
    return event_hashes(purpose, block[first][place], data.unit)


def smallest(values: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.int64]:
    """Rows of the ``count`` smallest ``values``, increasing; rows with equal values are all among them or none is.

    >>> smallest(np.array([5, 1, 5, 3], dtype=np.uint64), 3).tolist()
    [1, 3]
    """
    if count >= len(values):
        return np.arange(len(values), dtype=np.int64)
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    most = np.partition(values, count - 1)[count - 1]
    chosen = np.flatnonzero(values <= most)
    return chosen if len(chosen) <= count else np.flatnonzero(values < most)


def subsample(data: Dataset, count: int, purpose: str = SUBSAMPLED) -> Dataset:
    """At most ``count`` rows of ``data`` in their order, with all rows of an independent event or none.

    They are chosen by hashes of the block and the source event (``unit``); events of an alternative with rows of its
    own are chosen alike, so that they match. A ``data.stream`` stays.

    >>> from symhep.events.dataset import Dataset
    >>> data = replace(Dataset.from_array([[0.0], [1.0], [2.0], [3.0]]), unit=np.array([0, 0, 1, 1]))
    >>> subsample(data, 3).unit.tolist() in ([0, 0], [1, 1])
    True
    """

    def alternative(one: Alternative) -> Alternative:
        other = one.data.take(rows) if one.same_rows else subsample(one.data, count, purpose)
        return replace(one, data=other)

    if len(data) <= count:
        return data
    rows = smallest(source_hashes(purpose, data), count)
    variations = tuple(
        replace(v, alternatives=tuple(alternative(a) for a in v.alternatives)) for v in data.variations
    )
    return replace(data.take(rows), variations=variations, stream=data.stream)


def subsampled(data: Dataset) -> Dataset:
    """With no more rows than `symhep.events.stream.SUBSAMPLE`: all, or a `subsample` with all in ``stream``.

    >>> from symhep.events.dataset import Dataset
    >>> subsampled(Dataset.from_array([[0.0], [1.0]])).stream is None
    True
    """
    if len(data) <= streams.SUBSAMPLE:
        return data

    whole = data if data.stream is not None else _with_blocks(data)

    def alternative(one: Alternative) -> Alternative:
        if (
            one.same_rows
            or one.data.stream is not None
            or data.stream is not None
            or _of_blocks(one.data, whole)
        ):
            return one
        return replace(one, data=replace(one.data, stream=streams.stream_of(one.data)))

    variations = tuple(
        replace(v, alternatives=tuple(alternative(a) for a in v.alternatives)) for v in whole.variations
    )
    found = subsample(replace(whole, variations=variations), streams.SUBSAMPLE)
    return replace(found, stream=streams.stream_of(whole))


def _of_blocks(changed: Dataset, data: Dataset) -> bool:
    """Are these the events of ``data`` with changed objects, whose rows lie in the same blocks?"""
    return bool(np.isin(changed.block, data.block).all() and np.isin(changed.unit, data.unit).any())


def _with_blocks(data: Dataset) -> Dataset:
    """With the numbers of blocks of neighbouring rows where these have none; changed events go with those they were."""
    if len(data.block):
        return data
    units, first = np.unique(data.unit, return_index=True)
    block = np.arange(len(data), dtype=np.int64)[first] // streams.BLOCK_EVENTS

    def alternative(one: Alternative) -> Alternative:
        place = np.searchsorted(units, one.data.unit).clip(max=len(units) - 1)
        known = units[place] == one.data.unit
        return replace(one, data=replace(one.data, block=np.where(known, block[place], block.max())))

    variations = tuple(
        replace(v, alternatives=tuple(alternative(a) for a in v.alternatives)) for v in data.variations
    )
    own = block[np.searchsorted(units, data.unit)]
    return replace(data, block=own, variations=variations)
