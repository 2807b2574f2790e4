"""What held-out events say of the found elements as a whole: divergences of projections, losses of classifiers."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["ElementDivergences", "LossRecord", "VerdictCounts"]


class VerdictCounts(Record):
    """Numbers of restarts by verdict."""

    kept: int = Field(description="number of elements accepted by the test on held-out events")
    failed: int = Field(
        description="number of rejected elements, at the significance level, adjusted for their number (Holm)"
    )
    diverged: int = Field(description="number of diverged restarts (parameters not finite)")
    not_tested: int = Field(description="number of elements without a test")
    weak: int = Field(
        0,
        description="number of accepted elements not constrained in some direction that is no symmetry: "
        "too few events, or heavy tails",
    )
    kept_as_trained: int = Field(
        description="number of elements with unadjusted p above the significance level before refinement"
    )


class ElementDivergences(DivergenceRecord):
    """Elements found, before and after refinement, on held-out events; accepted and rejected ones after refinement."""

    symmetry: DivergenceMean = Field(description="elements found, before refinement")
    refined: DivergenceMean = Field(description="elements found, after refinement")


class LossRecord(Record):
    """Post-hoc losses of newly trained classifiers between events and transformed events; means with errors."""

    found: Number | None = Field(description="elements found, before refinement; null: none")
    random: Number | None = Field(description="random elements of the search space; null: none")
    kept: Number | None = Field(description="accepted elements, after refinement; null: none")
    failed: Number | None = Field(description="rejected elements; null: none")
    ideal: float = Field(description="2 ln 2, the loss without discrimination")
