"""What a reader must know of copies of events, the same in every method."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.events import EventsRecord
from symhep.methods.result import Statement

__all__ = ["COPIES", "copies_statements"]

#: Share of the events below which copies change no number that is printed.
COPIES = 0.001


def copies_statements(events: EventsRecord) -> Iterator[Statement]:
    """That events are copies of others, or may be.

    >>> seen = EventsRecord(used=2000, available=2000, effective=1000.0, negative=0.0, copies=1000, alike=0)
    >>> next(copies_statements(seen)).text[-63:]
    'l event numbers): they are counted as 1,000 independent events.'
    """
    evidence = events.to_json()
    if (copies := events.copies or 0) > COPIES * events.used:
        yield Statement(
            f"{copies:,} of the {events.used:,} rows belong to the same event as another row (copies, images, or "
            f"equal event numbers): they are counted as {events.used - copies:,} independent events.",
            evidence,
            kind="warning",
        )
    if (alike := events.alike or 0) > COPIES * events.used:
        yield Statement(
            f"{alike:,} of the {events.used:,} events are equal to another event in all features, which may be by "
            f"chance since the features are rounded or few: they are counted as independent. If they are copies, all "
            f"errors and p-values are too small; 'unit' in the card, or unit=, defines which rows are one event.",
            evidence,
            kind="warning",
        )
