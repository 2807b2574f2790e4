"""What was found out about a discrete element."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue

__all__ = ["DiscreteRow"]


class DiscreteRow(Adjusted, Limits):
    """The hypothesis that the density stays the same under a discrete element."""

    name: str = Field(description="name of the element")
    meaning: str = Field(description="what it does, in words")
    order: int = Field(description="smallest n with g^n = 1")
    same_as: str | None = Field(
        None,
        description="an element above that acts in the same way on these events; its numbers are repeated",
    )
    trivial: bool = Field(False, description="acts trivially on these events: not tested")
    tests: dict[str, PValue] = Field(
        {}, description="p-values of the single tests that the joint p-value is made of"
    )
    size: Number | None = Field(
        None,
        description="asymmetry of the held-out events, a fraction, by the sign of what a classifier has learned",
    )
