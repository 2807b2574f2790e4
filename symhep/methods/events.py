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
        description="number of events used for the result: held-out events if a network was trained on the others"
    )
    available: int = Field(description="number of events of the feature set")
    effective: float = Field(
        description="effective number of the events used, (sum w)^2 / sum w^2, w summed over the rows of an event"
    )
    negative: float = Field(description="fraction of the sum of |w| from negative weights")
    copies: int | None = Field(
        None,
        description="number of events used that are not independent: exact copies, or rows with equal event numbers "
        "in the file; they count once in errors, splits and randomisations. null: not checked",
    )
    alike: int | None = Field(
        None,
        description="number of events used that are equal to another in all features, possibly by chance since the "
        "features are rounded or few; counted as independent. null: not checked",
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
