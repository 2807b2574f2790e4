"""What was found out about a compact group that was given before looking at the events."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.p_values import Adjusted

__all__ = ["GroupRow"]


class GroupRow(Adjusted, Limits):
    """The hypothesis that an event and its images under the whole group have the same law.

    What makes the p-value exact: the ``group`` was chosen beforehand, each ``unit`` is replaced by images of itself as
    a whole, and all that was taken from the data is the same whichever of its images an event is.
    """

    name: str = Field(description="the group as the card names it")
    meaning: str = Field(description="what it does, in words")
    unit: str = Field(
        description="what is replaced by images of itself, each alike and independently of the others: 'event', or "
        "'source event', whose copies change together"
    )
    images: int = Field(
        description="images of each unit that random choices are made among, itself one of them"
    )
    draws: int = Field(
        description="random choices that the p-value took: it ends early where many are as large"
    )
    functions: str = Field(
        description="functions in which the smallest p-value of those that are joined was found; '': the group changes "
        "nothing of these events"
    )
