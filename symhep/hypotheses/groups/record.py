"""What was found out about a compact group that was given before looking at the events."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.p_values import Adjusted

__all__ = ["GroupRow"]


class GroupRow(Adjusted, Limits):
    """The hypothesis that events and transformed events have the same distribution, for the whole group.

    What makes the p-value exact: the ``group`` was chosen beforehand, each ``unit`` is replaced by images of itself as
    a whole, and all that was taken from the data is the same whichever of its images an event is.
    """

    name: str = Field(description="the group as the card names it")
    meaning: str = Field(description="its action, in words")
    unit: str = Field(
        description="the independent unit that is transformed at random: 'event', or 'source event' (all "
        "its copies are transformed together)"
    )
    images: int = Field(
        description="number of transformed copies of each unit, itself included, from which the random "
        "choices are made"
    )
    draws: int = Field(
        description="number of random choices made for the p-value; fewer where a large p-value is already "
        "clear"
    )
    functions: str = Field(
        description="test functions with the smallest of the combined p-values; '': the group acts "
        "trivially on these events"
    )
