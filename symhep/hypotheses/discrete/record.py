"""What was found out about a discrete element."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue

__all__ = ["DiscreteRow"]


class DiscreteRow(Adjusted, Limits):
    """The hypothesis that the density is invariant under a discrete element.

    ``function`` is the predefined observable with the largest asymmetry; ``upper_95`` holds for all of them.
    """

    name: str = Field(description="name of the element")
    meaning: str = Field(description="its action, in words")
    order: int = Field(description="smallest n with g^n = 1")
    same_as: str | None = Field(
        None,
        description="an earlier element with the same action on these events, whose numbers are repeated "
        "here",
    )
    trivial: bool = Field(False, description="acts trivially on these events: not tested")
    how: Literal["tested", "support", "trivial"] = Field(
        "tested",
        description="how it was tested, or why not: support: it does not preserve the surface on which the "
        "events lie; trivial: it acts trivially on these events",
    )
    why: str = Field("", description="which constraint of the events it violates, if the support excludes it")
    tests: dict[str, PValue] = Field({}, description="p-values of the individual tests that are combined")
    size: Number | None = Field(
        None,
        description="largest asymmetry of a predefined observable f, P(f(x) > f(g x)) - P(f(x) < f(g x)), "
        "a fraction; for an order q > 2: (q F - 1) / (q - 1), F the fraction of events whose f "
        "is larger than that of all their transformed events; confidence interval simultaneous "
        "for all predefined observables of all elements",
    )
    effective: float | None = Field(
        None, description="effective number of events behind the weakest of its limits; null: not measured"
    )
    learned_asymmetry: Number | None = Field(
        None,
        description="the same asymmetry for the output of a trained network, on held-out events; null: no "
        "network was trained",
    )
    weights_independent: PValue | None = Field(
        None,
        description="test of the hypothesis that the weight of an event does not depend on the "
        "transformation; null: all weights are equal, or come from a known efficiency",
    )
