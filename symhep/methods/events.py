"""The events that a result rests on, and what an event is made of: the same keys in every method."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["EventsRecord", "VectorsRecord"]


class EventsRecord(Record):
    """The events that the numbers of a result come from, as its field ``events``.

    >>> EventsRecord(used=5000, available=10000, effective=3200.0, negative=0.1).copies is None
    True
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


class VectorsRecord(Record):
    """What an event is made of, as a field ``vectors``."""

    number: int = Field(description="number of vectors in an event")
    components: tuple[str, ...] = Field(description="names of the components of a vector")
