"""Events in blocks, of which one at a time has to be in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from symhep.events.copies import independent, units_or_none

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset
    from symhep.events.variation import Alternative, Variation

__all__ = ["BLOCK_EVENTS", "SUBSAMPLE", "BlockInfo", "Chosen", "EventStream", "InMemory", "stream_of"]

#: Most rows of a block, over which a sum is formed.
BLOCK_EVENTS = 1 << 16
#: Of more rows than this, what needs events side by side sees a uniform subsample of so many.
SUBSAMPLE = 200_000


class BlockInfo(NamedTuple):
    """What is known of a block without reading it.

    Attributes
    ----------
    rows
        How many.
    label
        Number of its dataset among `Dataset.label_names`.
    w, w2
        Sum of the weights, and of the squares of those of independent events.

    Examples
    --------
    >>> BlockInfo(rows=2, label=0, w=2.0, w2=2.0).rows
    2
    """

    rows: int
    label: int
    w: float
    w2: float


class EventStream(ABC):
    """All rows of a dataset, block by block.

    The blocks are those of the files' content, in the order of the card, whoever reads them and however much is in
    memory; a stream can be pickled, and sent to where a block is read. The rows of an independent event lie in one
    block, and each block holds rows of one dataset of the card.

    Attributes
    ----------
    key
        Names what it holds: streams of equal content have equal keys.
    blocks
        In order.

    Examples
    --------
    >>> from symhep.events.dataset import Dataset
    >>> data = replace(Dataset.from_array([[float(i)] for i in range(5)]), block=np.array([0, 0, 1, 1, 1]))
    >>> stream = stream_of(data)
    >>> len(stream), stream.events, stream.effective, stream.block(1).values[:, 0].tolist()
    (2, 5, 5.0, [2.0, 3.0, 4.0])
    >>> stream.only([1]).events, stream.of({0}).events
    (3, 5)
    """

    #: What tells these events from any others, whatever place they lie in; '' for events in memory.
    key: str
    blocks: tuple[BlockInfo, ...]

    @abstractmethod
    def block(self, number: int) -> Dataset:
        """The rows of a block, with columns and scaling of the whole; its variations are those of the same files.

        Parameters
        ----------
        number
            Of the block, from 0.

        Returns
        -------
        Dataset
            ``unit`` and ``block`` are numbered as in the `Dataset` whose stream it is: by them a row is known again.
        """

    @property
    def events(self) -> int:
        """N, of all blocks."""
        return sum(block.rows for block in self.blocks)

    @property
    def effective(self) -> float:
        """Effective number of independent events, (sum w)^2 / sum w^2."""
        w, w2 = sum(b.w for b in self.blocks), sum(b.w2 for b in self.blocks)
        return w * w / w2 if w2 > 0 else 0.0

    def __len__(self) -> int:
        return len(self.blocks)

    def of(self, labels: Collection[int]) -> EventStream:
        """The blocks of some of the datasets.

        Parameters
        ----------
        labels
            Numbers of the datasets among `Dataset.label_names`.

        Returns
        -------
        EventStream
            In the same order.
        """
        chosen = [n for n, block in enumerate(self.blocks) if block.label in labels]
        return self if len(chosen) == len(self) else Chosen(self, chosen)

    def only(self, numbers: Sequence[int]) -> EventStream:
        """Some of the blocks, to be sent to where they are read.

        Parameters
        ----------
        numbers
            Of the blocks, from 0.

        Returns
        -------
        EventStream
            In the order given.
        """
        return Chosen(self, numbers)


class Chosen(EventStream):
    """Some of the blocks of another stream."""

    def __init__(self, whole: EventStream, numbers: Sequence[int]) -> None:
        self.whole, self.numbers = whole, tuple(numbers)
        self.blocks = tuple(whole.blocks[n] for n in numbers)
        self.key = (
            f"{whole.key}:{','.join(str(label) for label in dict.fromkeys(b.label for b in self.blocks))}"
        )

    def block(self, number: int) -> Dataset:
        """See `EventStream.block`."""
        return replace(self.whole.block(self.numbers[number]), reference=frozenset())


class InMemory(EventStream):
    """The rows of a dataset that is in memory.

    >>> from symhep.events.dataset import Dataset
    >>> data = replace(Dataset.from_array([[float(i)] for i in range(5)]), block=np.array([0, 0, 1, 1, 1]))
    >>> stream = InMemory(data)
    >>> [b.rows for b in stream.blocks], stream.block(1).values[:, 0].tolist()
    ([2, 3], [2.0, 3.0, 4.0])
    """

    key = ""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        block, unit = data.block, units_or_none(data.unit)
        if not len(block):
            block = np.arange(len(data), dtype=np.int64) // BLOCK_EVENTS
        if unit is not None:  # to where the first row of the event is
            block = block[np.unique(unit, return_index=True)[1]][unit]
        self._units, first = np.unique(data.unit, return_index=True)
        self._of_units = block[first]
        order = np.argsort(block, kind="stable")
        ends = [*np.flatnonzero(np.diff(block[order])) + 1, len(data)]
        straight = bool((np.diff(order) == 1).all())
        firsts = [0, *ends[:-1]]
        self._numbers = block[order[firsts]].tolist() if len(data) else [0]
        self._rows = [slice(a, b) if straight else order[a:b] for a, b in zip(firsts, ends, strict=True)]
        self.blocks = tuple(self._info(rows) for rows in self._rows)

    def _info(self, rows: slice | npt.NDArray[np.int64]) -> BlockInfo:
        """Of rows in memory a block may hold an event that is in two datasets: it is of that of its first row."""
        weights = self.data.weights[rows]
        known = len(self.data.labels) == len(self.data) and len(weights)
        own = independent(weights, self.data.unit[rows])
        label = int(self.data.labels[rows][0]) if known else 0
        return BlockInfo(len(weights), label, float(weights.sum()), float((own**2).sum()))

    def block(self, number: int) -> Dataset:
        """See `EventStream.block`."""
        found = self.data.take(self._rows[number])
        return replace(found, variations=tuple(self._varied(v, number) for v in self.data.variations))

    def _blocks_of(self, data: Dataset) -> npt.NDArray[np.int64]:
        """(N,) the block of each row of an alternative: where nobody says, that of its event, else the first."""
        if len(data.block):
            return data.block
        place = np.searchsorted(self._units, data.unit).clip(max=len(self._units) - 1)
        known = self._units[place] == data.unit
        return np.where(known, self._of_units[place], self._numbers[0])

    def _varied(self, variation: Variation, number: int) -> Variation:
        """A variation of the rows of a block: other weights of the same rows, or the rows of the same block."""

        def part(alternative: Alternative) -> Dataset:
            data = alternative.data
            if alternative.same_rows:
                return data.take(self._rows[number])
            return data.take(np.flatnonzero(self._blocks_of(data) == self._numbers[number]))

        return replace(
            variation, alternatives=tuple(replace(a, data=part(a)) for a in variation.alternatives)
        )


def stream_of(data: Dataset) -> EventStream:
    """All events of a dataset, in memory or not.

    >>> from symhep.events.dataset import Dataset
    >>> stream_of(Dataset.from_array([[1.0], [2.0]])).events
    2
    """
    return InMemory(data) if data.stream is None else data.stream
