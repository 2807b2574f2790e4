"""Divergences of projections after an element against before, as an excess over the noise of split samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.methods.number import ONE_SIGMA, Bounded
from symhep.methods.record import Record

# Records are loaded with a card, what measures them by the first fit.
if TYPE_CHECKING:
    from symhep.hypotheses.divergence.observed import Observed
    from symhep.stats.divergence import Excess

__all__ = ["DivergenceMean", "DivergenceRecord", "bounded"]

FloatArray = npt.NDArray[np.float64]


class DivergenceMean(Record):
    """Mean over elements of the divergence of each projection: one half, transformed, against the other half."""

    mean: tuple[float, ...] | None = Field(
        None, description="KL divergence of each projection in nats, including noise; null: no element"
    )
    error: tuple[float | None, ...] | None = Field(
        None,
        description="standard deviation over the elements / sqrt(number of elements), not the statistical "
        "error of the events; null: unknown, or noise",
    )
    excess: tuple[Bounded, ...] | None = Field(
        None,
        description="excess KL divergence of each projection in nats: noise of the same halves subtracted, "
        "mean over the elements, with the statistical error of the events; null: no element, "
        "or noise",
    )
    number: int = Field(0, description="number of elements")

    @classmethod
    def of(cls, e: Excess) -> Self:
        """Of the elements along the first axis of ``e`` (E, J)."""
        number = len(e)
        if not number:
            return cls()
        spread = e.kl.std(axis=0, ddof=1) / np.sqrt(number) if number > 1 else np.full(e.kl.shape[1], np.nan)
        return cls(mean=e.kl.mean(axis=0), error=spread, excess=bounded(e.mean()), number=number)


class DivergenceRecord(Record):
    """Kullback-Leibler divergences of projections, by verdict on the elements, in nats."""

    projections: tuple[str, ...] = Field(description="names of the projections")
    bins: int = Field(description="bins of each histogram")
    kept: DivergenceMean = Field(DivergenceMean(), description="accepted elements")
    failed: DivergenceMean = Field(DivergenceMean(), description="rejected elements")
    random: DivergenceMean = Field(DivergenceMean(), description="random elements")
    noise: DivergenceMean = Field(
        description="one half of the events against the other: value for the identity"
    )

    @classmethod
    def seen(cls, observed: Observed, **groups: Excess) -> Self:
        """Of named groups of elements."""
        noise = observed.noise()
        return cls(
            projections=observed.names,
            bins=observed.bins,
            noise=DivergenceMean(mean=noise.mean(axis=0), number=len(noise)),
            **{name: DivergenceMean.of(e) for name, e in groups.items()},
        )


def bounded(e: Excess) -> tuple[Bounded, ...]:
    """The numbers of one element's excess (J,)."""
    columns = (e.value, e.error, e.upper_95, e.expected_95)
    return tuple(
        Bounded(
            value=value, low=value - error, high=value + error, level=ONE_SIGMA, unit="nats", upper_95=upper,
            expected_95=expected,
        )
        for value, error, upper, expected in zip(*(c.tolist() for c in columns), strict=True)
    )  # fmt: skip
