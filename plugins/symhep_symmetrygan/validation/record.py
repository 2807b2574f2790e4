"""What held-out events say of the found elements as a whole: divergences of projections, losses of classifiers."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["DivergenceMean", "DivergenceRecord", "LossRecord", "VerdictCounts"]


class VerdictCounts(Record):
    """How many restarts ended with which verdict."""

    kept: int = Field(description="elements that the test on held-out events does not reject")
    failed: int = Field(
        description="elements that it rejects, at the level, adjusted for their number (Holm)"
    )
    diverged: int = Field(description="restarts that ended in numbers that are not finite")
    not_tested: int = Field(description="elements that were not tested")
    kept_as_trained: int = Field(
        description="elements with p above the level as training left them, not adjusted"
    )


class DivergenceMean(Record):
    """Mean over elements of the divergence of each projection."""

    mean: tuple[float, ...] | None = Field(description="of each projection, in nats; null: no element")
    error: tuple[float | None, ...] | None = Field(description="standard error of each mean; null: unknown")
    number: int = Field(description="number of elements")


class DivergenceRecord(Record):
    """Kullback-Leibler divergences of projections, after an element against before, on held-out events, in nats."""

    projections: tuple[str, ...] = Field(description="names of the projections")
    bins: int = Field(description="bins of each histogram")
    symmetry: DivergenceMean = Field(description="of found elements, as training left them")
    refined: DivergenceMean = Field(description="of found elements, refined")
    kept: DivergenceMean = Field(description="of refined elements that are kept")
    failed: DivergenceMean = Field(description="of refined elements that are rejected")
    random: DivergenceMean = Field(description="of random elements of the search space")
    noise: DivergenceMean = Field(description="of random halves of the events against each other")
    ratio: tuple[float | None, ...] | None = Field(
        description="mean of symmetry over mean of noise, of each projection; null: unknown"
    )


class LossRecord(Record):
    """Losses of classifiers trained afterwards to tell events from images; means over elements, with their errors."""

    found: Number | None = Field(description="of found elements, as training left them; null: none")
    random: Number | None = Field(description="of random elements of the search space; null: none")
    kept: Number | None = Field(description="of found elements that are kept once refined; null: none")
    failed: Number | None = Field(description="of found elements that are rejected; null: none")
    ideal: float = Field(description="2 ln 2, the loss of a classifier that can only guess")
