"""The second reading of all events: sizes of what is broken, once it is known what is."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.bounds.limits import Bounding
from symhep_moments.fit.sectors.rows import Scanned
from symhep_moments.stream import together
from symhep_moments.varied import VariedEvents

__all__ = ["second_reading"]


def second_reading(
    bounding: Bounding, scanned: Scanned | None, context: Context, variations: Sequence[VariedEvents] = ()
) -> tuple[list[State], State | None]:
    """The states of the passes of the bounds, and that of the sectors; None where they need none."""
    counts = None if scanned is None else scanned.counts
    works = [*bounding.works, *([] if counts is None else [counts])]
    states = together(works, bounding.events, context, variations)
    return states[: len(bounding.works)], None if counts is None else states[-1]
