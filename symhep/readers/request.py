"""What is wanted from a file: which fields, weights and events of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["BEGINNING", "ReadRequest", "Start"]


class Start(NamedTuple):
    """An event at which reading may begin: its number in the file and, in a text, its first byte.

    ``byte`` is None where the reader finds the event by its number.
    """

    event: int
    byte: int | None = None


#: Where every file begins.
BEGINNING = Start(0)


@dataclass(frozen=True)
class ReadRequest:
    """What is wanted from a file.

    ``fields`` maps a collection to the extra fields wanted; the momentum fields of a named collection always come.
    ``None`` means everything in the schema.
    ``start`` is one of those that `Reader.starts` gave, and ``stop`` the event of a later one: a piece of the file.
    ``stop`` None goes to the end, and what is wrong there belongs to that piece. ``max_events`` counts from ``start``
    on; it does not count lost events that are recorded one by one, so that only ``stop`` ends a piece where the next
    one begins.
    ``variations`` are names of alternative weights, or True for all that there are.
    """

    fields: Mapping[str, frozenset[str]] | None = None
    event_fields: frozenset[str] | None = None
    weight: str = "auto"  # "auto", "none" (all weights 1) or a name in Schema.weights
    variations: frozenset[str] | Literal[True] = frozenset()
    chunk_events: int = 50_000
    max_events: int | None = None
    start: Start = BEGINNING
    stop: int | None = None

    def span(self, entries: int) -> range:
        """The numbers of the events that are wanted of ``entries`` in a file.

        >>> ReadRequest(start=Start(4), stop=9, max_events=3).span(8), ReadRequest(start=Start(4), stop=9).span(8)
        (range(4, 7), range(4, 8))
        """
        stop = entries if self.stop is None else min(self.stop, entries)
        first = min(self.start.event, stop)
        return range(first, stop if self.max_events is None else min(stop, first + self.max_events))

    def alternatives(self, known: Iterable[str]) -> tuple[str, ...]:
        """Those of the ``known`` weights that are wanted as alternatives, in their order.

        >>> ReadRequest(variations=frozenset({"b"})).alternatives(["a", "b"])
        ('b',)
        >>> ReadRequest(variations=True).alternatives(["a", "b"]), ReadRequest().alternatives(["a", "b"])
        (('a', 'b'), ())
        """
        return tuple(n for n in dict.fromkeys(known) if self.variations is True or n in self.variations)
