"""Which part of the events a method trained on, judged the result by, or used: the same keys in every method."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from symhep.methods.record import Record
from symhep.methods.result import Statement

__all__ = ["SplitRecord", "split_statements", "subsample_statements"]


class SplitRecord(Record):
    """Events by what they were used for, as a field ``split``; the three numbers add up to all events.

    >>> SplitRecord(trained=200, validated=790, neither=10).total
    1000
    """

    trained: int = Field(description="number of training events, with all rows of each source event")
    validated: int = Field(
        description="number of validation events, which share no source event with the training events"
    )
    neither: int = Field(description="number of events not used")

    @property
    def total(self) -> int:
        """All events."""
        return self.trained + self.validated + self.neither


def subsample_statements(used: int | None, total: int) -> Iterator[Statement]:
    """That a result rests on a uniform subsample of ``used`` events; nothing for None.

    >>> next(subsample_statements(200_000, 4_000_000)).text
    'Of 4,000,000 events a uniform subsample of 200,000 is used, on which all errors are based.'
    """
    if used is not None:
        yield Statement(
            f"Of {total:,} events a uniform subsample of {used:,} is used, on which all errors are based.",
            {"used": used, "available": total},
            kind="warning",
        )


def split_statements(split: SplitRecord, beside: str) -> Iterator[Statement]:
    """That a subsample was trained on, and what else rests on it (``beside``, a clause); nothing if all events were.

    >>> next(split_statements(SplitRecord(trained=200, validated=800, neither=0), "so do all else")).text
    'Trained on a uniform subsample of 200 of 1,000 events (train_events), validated on the other 800; so do all else.'
    """
    if split.trained == split.total:
        return
    judged = f"validated on the other {split.validated:,}" if split.validated else "without validation events"
    if split.validated and split.neither:
        judged = f"validated on {split.validated:,} others ({split.neither:,} are not used)"
    yield Statement(
        f"Trained on a uniform subsample of {split.trained:,} of {split.total:,} events (train_events), {judged}; "
        f"{beside}.",
        split.to_json(),
    )
