"""What was found out about a discrete element."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue

__all__ = ["DiscreteRow"]


class DiscreteRow(Adjusted, Limits):
    """The hypothesis that the density stays the same under a discrete element.

    ``function`` is the named function that size is of; no asymmetry of a named function is above ``upper_95``.
    """

    name: str = Field(description="name of the element")
    meaning: str = Field(description="what it does, in words")
    order: int = Field(description="smallest n with g^n = 1")
    same_as: str | None = Field(
        None,
        description="an element above that acts in the same way on these events; its numbers are repeated",
    )
    trivial: bool = Field(False, description="acts trivially on these events: not tested")
    how: Literal["tested", "support", "trivial"] = Field(
        "tested",
        description="tested, or not: support: it does not preserve the surface on which the events lie; trivial: it "
        "acts trivially on these events",
    )
    why: str = Field("", description="which constant of the events it changes, if the support excludes it")
    tests: dict[str, PValue] = Field(
        {}, description="p-values of the single tests that the joint p-value is made of"
    )
    size: Number | None = Field(
        None,
        description="the largest asymmetry of a named function f, P(f(x) > f(g x)) - P(f(x) < f(g x)), a fraction; for "
        "an order q > 2 (q F - 1) / (q - 1), F the share of events whose own f is the largest of their images'; "
        "interval simultaneous for all named functions of all elements",
    )
    effective: float | None = Field(
        None, description="effective number of events of the weakest of its limits; null: not measured"
    )
    learned_asymmetry: Number | None = Field(
        None,
        description="the same asymmetry of what a network has learned, of held-out events; null: there was none",
    )
    weights_independent: PValue | None = Field(
        None,
        description="the hypothesis that an event's weight says nothing of which of its images it is; null: all "
        "weights are equal, or come from a known efficiency",
    )
