"""What held-out events say of the found elements as a whole: divergences of projections, losses of classifiers."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["ElementDivergences", "LossRecord", "VerdictCounts"]


class VerdictCounts(Record):
    """How many restarts ended with which verdict."""

    kept: int = Field(description="elements that the test on held-out events does not reject")
    failed: int = Field(
        description="elements that it rejects, at the level, adjusted for their number (Holm)"
    )
    diverged: int = Field(description="restarts that ended in numbers that are not finite")
    not_tested: int = Field(description="elements that were not tested")
    weak: int = Field(
        0,
        description="kept elements that these events cannot place along directions that are not flat: too few events, "
        "or tails",
    )
    kept_as_trained: int = Field(
        description="elements with p above the level as training left them, not adjusted"
    )


class ElementDivergences(DivergenceRecord):
    """Of found elements as training left them and refined, on held-out events; kept and failed ones are refined."""

    symmetry: DivergenceMean = Field(description="of found elements, as training left them")
    refined: DivergenceMean = Field(description="of found elements, refined")


class LossRecord(Record):
    """Losses of classifiers trained afterwards to tell events from images; means over elements, with their errors."""

    found: Number | None = Field(description="of found elements, as training left them; null: none")
    random: Number | None = Field(description="of random elements of the search space; null: none")
    kept: Number | None = Field(description="of found elements that are kept once refined; null: none")
    failed: Number | None = Field(description="of found elements that are rejected; null: none")
    ideal: float = Field(description="2 ln 2, the loss of a classifier that can only guess")
