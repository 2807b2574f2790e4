"""What is wanted from a file: which fields, weights and events of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["BEGINNING", "ReadRequest", "Start"]


class Start(NamedTuple):
    """An event at which reading may begin.

    Attributes
    ----------
    event
        Its number in the file, from 0.
    byte
        In a text, its first byte; None where the reader finds the event by its number.

    Examples
    --------
    >>> Start(1000), Start(1000, byte=81_920)
    (Start(event=1000, byte=None), Start(event=1000, byte=81920))
    """

    event: int
    byte: int | None = None


#: Where every file begins.
BEGINNING = Start(0)


@dataclass(frozen=True)
class ReadRequest:
    """What is wanted from a file.

    Attributes
    ----------
    fields
        Collection -> the extra fields wanted; the momentum fields of a named collection always come. None: everything
        in the schema; {}: no collection.
    event_fields
        Numbers per event that are wanted; None: all.
    weight
        'auto' (what ``Schema.auto_weight`` names), 'none' (all events have weight 1) or a name in ``Schema.weights``.
    variations
        Names of alternative weights, or True for all that there are.
    chunk_events
        Most events of a batch.
    max_events
        Most events in all, from ``start`` on. Lost events that are recorded one by one are not counted, so that only
        ``stop`` ends a piece where the next one begins. None: all.
    start
        One of those that `Reader.starts` gave.
    stop
        The event of a later start, which is not read any more; None: to the end, and what is wrong there belongs to
        this piece.

    Examples
    --------
    >>> ReadRequest(fields={"jets": frozenset({"btag"})}, event_fields=frozenset(), max_events=100).weight
    'auto'
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
        """Numbers of the events that are wanted.

        Parameters
        ----------
        entries
            Events in the file.

        Returns
        -------
        range
            From ``start`` to ``stop``, at most ``max_events``; empty if the file ends before.

        Examples
        --------
        >>> ReadRequest(start=Start(4), stop=9, max_events=3).span(8), ReadRequest(start=Start(4), stop=9).span(8)
        (range(4, 7), range(4, 8))
        """
        stop = entries if self.stop is None else min(self.stop, entries)
        first = min(self.start.event, stop)
        return range(first, stop if self.max_events is None else min(stop, first + self.max_events))

    def alternatives(self, known: Iterable[str]) -> tuple[str, ...]:
        """The alternative weights that are wanted.

        Parameters
        ----------
        known
            Names of the weights that the file has.

        Returns
        -------
        tuple
            Those of ``known`` that ``variations`` asks for, in the order of ``known``, each once.

        Examples
        --------
        >>> ReadRequest(variations=frozenset({"b"})).alternatives(["a", "b"])
        ('b',)
        >>> ReadRequest(variations=True).alternatives(["a", "b"]), ReadRequest().alternatives(["a", "b"])
        (('a', 'b'), ())
        """
        return tuple(n for n in dict.fromkeys(known) if self.variations is True or n in self.variations)
