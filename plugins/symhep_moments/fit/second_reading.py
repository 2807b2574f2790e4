"""The second reading of all events: sizes of what is broken, once it is known what is."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.bounds.limits import Bounding
from symhep_moments.fit.sectors.rows import Scanned
from symhep_moments.stream import EventsPass, together
from symhep_moments.varied import VariedEvents

__all__ = ["second_reading"]


def second_reading(
    bounding: Bounding, scanned: Scanned | None, context: Context, variations: Sequence[VariedEvents] = ()
) -> tuple[State | None, State | None]:
    """The states of the passes of the bounds and of the sectors; None of what there is not."""
    asked: list[EventsPass | None] = [bounding.sums, None if scanned is None else scanned.counts]
    works = [work for work in asked if work is not None]
    states = iter(together(works, bounding.events, context, variations))
    bounds, sectors = (None if work is None else next(states) for work in asked)
    return bounds, sectors
