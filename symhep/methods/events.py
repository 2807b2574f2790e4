"""The events that a result rests on, and what an event is made of: the same keys in every method."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.events.copies import Copies, independent
from symhep.events.effective import effective_events
from symhep.methods.record import Record

__all__ = ["EventsRecord", "VectorsRecord"]


class EventsRecord(Record):
    """The events that the numbers of a result come from, as its field ``events``.

    Examples
    --------
    >>> found = EventsRecord.of([1.0, 1.0, -1.0, 1.0], available=8)
    >>> (found.used, found.available, found.effective, found.negative, found.copies)
    (4, 8, 1.0, 0.25, None)
    >>> found = EventsRecord.of([1.0, 1.0, 1.0, 1.0], 8, Copies.of([[[0.1]] * 4], unit := np.array([0, 0, 1, 2])), unit)
    >>> (found.effective, found.copies, found.alike)
    (2.6666666666666665, 1, 2)
    """

    used: int = Field(
        description="events that the result rests on: held-out ones where a network trained on the others is judged"
    )
    available: int = Field(description="events of the feature set")
    effective: float = Field(
        description="effective number of the events used, (sum w)^2 / sum w^2, w summed over the rows of an event"
    )
    negative: float = Field(description="share of |w| that is negative")
    copies: int | None = Field(
        None,
        description="events used that are one with others: exact copies, or rows with the same number of the event in "
        "the file; they count once in errors, splits and random images. null: not looked for",
    )
    alike: int | None = Field(
        None,
        description="events used that equal others in all numbers, but may do so by chance, since the numbers are "
        "rounded or few; they count as independent. null: not looked for",
    )

    @classmethod
    def of(
        cls,
        weights: npt.ArrayLike,
        available: int,
        copies: Copies | None = None,
        unit: npt.NDArray[np.int64] | None = None,
    ) -> Self:
        """From the events that were used.

        Parameters
        ----------
        weights
            (N,) signed weights of the events used.
        available
            Events of the feature set.
        copies
            What was found of equal events; None: not looked for.
        unit
            (N,) source event of each row, `Dataset.unit`; None: every row is an event of its own.

        Returns
        -------
        EventsRecord
            With the effective number (sum w)^2 / sum w^2, w summed over the rows of a source event.
        """
        w = np.asarray(weights, dtype=np.float64)
        negative = float(np.abs(w[w < 0]).sum() / np.abs(w).sum())
        return cls(
            used=len(w),
            available=available,
            effective=effective_events(independent(w, unit)),
            negative=negative,
            copies=None if copies is None else copies.repeated,
            alike=None if copies is None else copies.alike,
        )


class VectorsRecord(Record):
    """What an event is made of, as a field ``vectors`` of a record.

    Examples
    --------
    >>> VectorsRecord(number=2, components=("E", "px", "py", "pz")).number
    2
    """

    number: int = Field(description="number of vectors in an event")
    components: tuple[str, ...] = Field(description="names of the components of a vector")
