"""How a file is cut: into segments, each read by one process, and these into blocks, over which sums are formed.

Both follow from the content of the file alone, so that neither numbers nor stored work depend on who reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.events.stream import BLOCK_EVENTS
from symhep.readers.interface import BEGINNING, Start
from symhep.run.sources import Source

__all__ = ["WHOLE", "Segment", "cut", "segments"]

#: A smaller file is one segment: to look for places to begin would take longer than to read it.
WORTH_CUTTING = 4_000_000


@dataclass(frozen=True)
class Segment:
    """Neighbouring events of a file, from ``start`` to before the event ``stop``; None: all that follow."""

    start: Start = BEGINNING
    stop: int | None = None

    @property
    def told(self) -> str:
        """Which events these are, after the name of the file; '' for all of them.

        >>> Segment(Start(100), 200).told
        ', events 100 to 199'
        """
        first = self.start.event
        if self.stop is None:
            return f", events {first:,} on" if first else ""
        return f", events {first:,} to {self.stop - 1:,}"


#: A file that is read from its beginning to its end.
WHOLE = Segment()


def segments(source: Source, fingerprint: Mapping[str, Any] | None) -> tuple[Segment, ...]:
    """The segments of a file, of at least `BLOCK_EVENTS` events each where its reader lets it be entered.

    A file that cannot be looked into is one segment: reading it will tell what is wrong.
    """
    if ((fingerprint or {}).get("size") or 0) < WORTH_CUTTING:
        return (WHOLE,)
    try:
        starts = source.starts()
    except InputError:
        return (WHOLE,)
    return joined(starts)


def joined(starts: Sequence[Start]) -> tuple[Segment, ...]:
    """Segments that begin at some of the ``starts``, the last one open.

    >>> [(s.start.event, s.stop) for s in joined([Start(0), Start(40_000), Start(80_000), Start(90_000)])]
    [(0, 80000), (80000, None)]
    """
    chosen = [BEGINNING]
    for start in starts:
        if start.event - chosen[-1].event >= BLOCK_EVENTS:
            chosen.append(start)
    return (
        *(Segment(one, two.event) for one, two in pairwise(chosen)),
        Segment(chosen[-1]),
    )


def cut(batch: EventBatch, segment: Segment) -> Iterator[tuple[int, EventBatch]]:
    """The pieces of a batch that lie in one block each, with the block's number in its segment.

    >>> import numpy as np
    >>> from symhep.events.batch import event_records
    >>> batch = EventBatch(event_records({}, 10), np.ones(10), first=BLOCK_EVENTS - 4)
    >>> [(number, len(piece), piece.first) for number, piece in cut(batch, WHOLE)]
    [(0, 4, 65532), (1, 6, 65536)]
    """
    done = 0
    while done < len(batch):
        place = batch.first + done - segment.start.event
        number = place // BLOCK_EVENTS
        end = min(len(batch), done + (number + 1) * BLOCK_EVENTS - place)
        if end - done == len(batch):
            yield number, batch
        else:
            rows = slice(done, end)
            others = {name: weights[rows] for name, weights in batch.variations.items()}
            yield (
                number,
                replace(
                    batch,
                    events=batch.events[rows],
                    weights=batch.weights[rows],
                    first=batch.first + done,
                    variations=others,
                ),
            )
        done = end
