"""The events that a result rests on, and what an event is made of: the same keys in every method."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.events.effective import effective_events
from symhep.methods.record import Record

__all__ = ["EventsRecord", "VectorsRecord"]


class EventsRecord(Record):
    """The events that the numbers of a result come from, as its field ``events``.

    >>> found = EventsRecord.of([1.0, 1.0, -1.0, 1.0], available=8)
    >>> (found.used, found.available, found.effective, found.negative, found.copies)
    (4, 8, 1.0, 0.25, None)
    """

    used: int = Field(
        description="events that the result rests on: held-out ones where a network trained on the others is judged"
    )
    available: int = Field(description="events of the feature set")
    effective: float = Field(description="effective number of the events used, (sum w)^2 / sum w^2")
    negative: float = Field(description="share of |w| that is negative")
    copies: int | None = Field(
        None, description="events that are exact copies of others; null: not looked for"
    )

    @classmethod
    def of(cls, weights: npt.ArrayLike, available: int, copies: int | None = None) -> Self:
        """From the weights of the events used, signed."""
        w = np.asarray(weights, dtype=np.float64)
        negative = float(np.abs(w[w < 0]).sum() / np.abs(w).sum())
        return cls(
            used=len(w), available=available, effective=effective_events(w), negative=negative, copies=copies
        )


class VectorsRecord(Record):
    """What an event is made of, as a field ``vectors``."""

    number: int = Field(description="number of vectors in an event")
    components: tuple[str, ...] = Field(description="names of the components of a vector")
