"""All events under an alternative of a systematic variation, block by block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream
from symhep.events.variation import Alternative

__all__ = ["UnderVariation", "planned_of", "with_stream"]


class UnderVariation(EventStream):
    """The blocks of another stream under an alternative that lies in the same files.

    What ``blocks`` tell are the numbers of the nominal events: an alternative that changes objects may have other rows.
    """

    def __init__(self, whole: EventStream, variation: str, alternative: str) -> None:
        self.whole, self.variation, self.alternative = whole, variation, alternative
        self.blocks, self.key = whole.blocks, f"{whole.key}:{variation}:{alternative}"

    def block(self, number: int) -> Dataset:
        """See `EventStream.block`."""
        nominal = self.whole.block(number)
        variation = next(v for v in nominal.variations if v.name == self.variation)
        return next(a for a in variation.alternatives if a.name == self.alternative).data

    def only(self, numbers: Sequence[int]) -> EventStream:
        """See `EventStream.only`."""
        return UnderVariation(self.whole.only(numbers), self.variation, self.alternative)


def planned_of(data: Dataset) -> frozenset[tuple[str, str]]:
    """Names of variations and alternatives that the blocks of ``data.stream`` hold; none without a stream."""
    if data.stream is None:
        return frozenset()
    return frozenset((v.name, a.name) for v in data.variations for a in v.alternatives)


def with_stream(
    alternative: Alternative,
    nominal: EventStream | None,
    planned: Collection[tuple[str, str]],
    variation: str,
) -> Alternative:
    """The alternative with a stream of all its events, where ``nominal`` is one of all nominal events.

    ``planned``: `planned_of` the nominal events. An alternative that lies in other files has a stream of its own; one
    whose rows are all in memory needs none.

    >>> from symhep.events.stream import InMemory
    >>> from symhep.events.variation import Variation
    >>> import numpy as np
    >>> data = Dataset.from_array([[1.0], [2.0]])
    >>> up = Alternative("up", replace(data, weights=np.array([2.0, 2.0])), True)
    >>> stream = InMemory(replace(data, variations=(Variation("scale", "up_down", (up,), frozenset({"data"})),)))
    >>> with_stream(up, stream, {("scale", "up")}, "scale").data.stream.block(0).weights.tolist()
    [2.0, 2.0]
    """
    if nominal is None or alternative.data.stream is not None or (variation, alternative.name) not in planned:
        return alternative
    stream = UnderVariation(nominal, variation, alternative.name)
    return replace(alternative, data=replace(alternative.data, stream=stream))
