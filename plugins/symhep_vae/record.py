"""What a result of the method holds."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.methods.events import EventsRecord
from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.methods.split import SplitRecord
from symhep_vae.options import Variant

__all__ = [
    "JUMP",
    "KINDS",
    "MIN_EVENTS",
    "CarriedCombination",
    "DimensionAt",
    "FeatureRow",
    "FollowedCombination",
    "IntrinsicDimension",
    "Kind",
    "LossTerms",
    "NearConstant",
    "PrincipalSpectrum",
    "RelevantLatents",
    "RunCounts",
    "Spectrum",
    "VaeRecord",
    "ValidationRecord",
    "over_runs",
]

#: What a named combination is: a feature, a difference or sum of two, a quantity of a pair of particles or of one, |x|.
Kind = Literal["feature", "difference", "sum", "pair", "particle", "norm"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: An azimuth this close to the jump at +-pi [rad] counts as being at it.
JUMP = 0.1
#: Fewer events than this leave the relevance at the mercy of a handful of them. (Means and errors need fewer.)
MIN_EVENTS = 500


#: How the intervals over the runs are obtained.
OVER_RUNS = "mean and standard deviation over the runs"


def _spread(mean: float | None, std: float | None, unit: str = "") -> Number:
    """A mean with the spread over the runs; a single run, or runs that agree to the last digit, give no interval."""
    if mean is None or not std:
        return Number(value=mean, level=None, unit=unit, method=OVER_RUNS)
    return Number.with_error(mean, std, unit, OVER_RUNS)


def over_runs(values: npt.ArrayLike, unit: str = "") -> Number:
    """Mean and standard deviation over the runs.

    >>> over_runs([1.0, 1.2]).text(), over_runs([1.0]).text()
    ('1.10 ± 0.10', '1')
    """
    return Spectrum.of(np.asarray(values, dtype=np.float64)[:, None]).numbers(unit)[0]


class Spectrum(Record):
    """A quantity of every latent; the latents of each run stand in order of decreasing relevance."""

    mean: tuple[float | None, ...] = Field(description="mean over the usable runs; null: not finite")
    std: tuple[float | None, ...] = Field(
        description="standard deviation over the usable runs; 0 for one run"
    )

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> Spectrum:
        """From (U, L): usable runs, latents."""
        with np.errstate(invalid="ignore"):
            return cls(mean=values.mean(axis=0), std=values.std(axis=0))

    @property
    def other_numbers(self) -> dict[str, tuple[str, Number]]:
        """Each latent's mean, counted from 0 in keys and from 1 in words; what is not finite is no answer."""
        return {
            f"mean[{j}]": (f"latent {j + 1}", number)
            for j, number in enumerate(self.numbers())
            if number.value is not None
        }

    def numbers(self, unit: str = "") -> tuple[Number, ...]:
        """Each latent's mean with its spread over the runs.

        >>> [n.text() for n in Spectrum(mean=(5.1, 0.04), std=(0.4, 0.0)).numbers()]
        ['5.1 ± 0.4', '0.04']
        """
        pairs = zip(self.mean, self.std, strict=True)
        return tuple(_spread(m, s, unit) for m, s in pairs)


class RelevantLatents(Number):
    """How many latents are relevant, and how sure that is."""

    value: int = Field(description="median over the runs of the number of relevant latents")
    low: int = Field(description="2.5 % quantile over the runs of the number above the upper end of `band`")
    high: int = Field(
        description="97.5 % quantile over the runs of the number above the lower end of `band`; at least `low` with "
        "the principal components whose linear optimum lies in `band`"
    )
    threshold: float = Field(description="a latent is relevant above this relevance")
    band: tuple[float, float] = Field(
        description="relevances between which it depends on the threshold whether a latent counts"
    )
    per_run: tuple[int, ...] = Field(description="number of relevant latents of each usable run")

    @property
    def collapsed(self) -> int:
        """Runs without a relevant latent."""
        return self.per_run.count(0)

    @property
    def graded(self) -> bool:
        """Does the spectrum fall without a gap, so that the number depends on the threshold?"""
        return self.low < self.high


class DimensionAt(Record):
    """The dimension that nearest neighbours see at one distance."""

    points: int = Field(description="events of each part into which they are split: fewer are further apart")
    neighbour_distance: float = Field(
        description="median distance of the nearest neighbour, of standardised features"
    )
    estimate: Number = Field(description="mean over the parts, with its standard error")


class IntrinsicDimension(Number):
    """Dimension of the set on which the events lie: of TwoNN on its plateau; null without a plateau, with the range."""

    points: int | None = Field(None, description="distinct events used; null: too few for an estimate")
    distinct: int | None = Field(None, description="distinct events; more than 10,000 are not used")
    plateau: bool | None = Field(
        None, description="does the dimension stay over the distances? null: too few events to tell"
    )
    scales: tuple[DimensionAt, ...] = Field((), description="at each distance, the shortest first")
    estimators: dict[str, Number] = Field(
        {},
        description="each estimator's value, by name; of the maximum likelihood the range over numbers of neighbours",
    )


class PrincipalSpectrum(Record):
    """Principal components of the scaled features, largest first."""

    variances: tuple[Number, ...] = Field(
        description="eigenvalues of the weighted covariance, with bootstrap errors"
    )
    rank: int = Field(
        description="components above 1e-6 of the largest variance: number of features minus linear constraints"
    )
    linear_relevance: tuple[float | None, ...] = Field(
        description="relevance sqrt(2 variance/beta - 1) at the optimum of a linear VAE; null: infinite (beta = 0)"
    )


class NearConstant(Number):
    """A combination that never varies, or little: median and central 68 % of the events."""

    name: str = Field(description="the combination")
    kind: Kind = Field(description="feature, difference or sum of two, pair, particle, norm")
    constraint: bool = Field(
        description="whether nothing but rounding is left of its variation: a constraint"
    )
    vanishes: bool = Field(description="whether it is exactly zero")
    value: float = Field(description="median over the events")
    low: float = Field(description="16 % quantile over the events")
    high: float = Field(description="84 % quantile over the events")

    @property
    def width(self) -> float:
        """Half the width of the central 68 %."""
        return (self.high - self.low) / 2


class FeatureRow(Record):
    """A feature of the events."""

    name: str = Field(description="name")
    label: str = Field(description="label of axes, in mathtext")
    unit: str = Field(description="unit; '': a pure number")
    spread: float = Field(description="standard deviation of the scaled feature, without weights")
    near_pi: float | None = Field(
        None,
        description=f"share of the |weight| within {JUMP:g} rad of pi; null: not the azimuth of a direction",
    )
    near_minus_pi: float | None = Field(None, description="the same at -pi")


class CarriedCombination(Record):
    """A named combination of the features, and what the relevant latents carry of it."""

    name: str = Field(description="name")
    label: str = Field(description="label of axes, in mathtext")
    kind: Kind = Field(description="feature, difference or sum of two, pair, particle, norm")
    r_squared: Number = Field(
        description="share of its variance that a linear combination of the run's relevant latents carries"
    )
    r: Number = Field(
        description="multiple correlation with the relevant latents, the square root of that share"
    )
    single_r: Number = Field(description="|r| of the relevant latent that matches best")


class FollowedCombination(Record):
    """The combination that a latent of the representative run follows most closely."""

    combination: str = Field(description="name of the combination")
    r: Number = Field(
        description="|r|, the correlation of the latent's mean with it (the sign of a latent has no meaning)"
    )


class LossTerms(Record):
    """The loss at the end of the training, over the usable runs."""

    reconstruction: Number = Field(
        description="mean squared error per event, summed over the scaled features"
    )
    kl_divergence: Number = Field(description="mean KL divergence to the prior per event, in nats")
    total_correlation: Number = Field(
        description="mean total correlation; 0 where the variant has no such term"
    )
    fall: float | None = Field(
        description="share by which reconstruction + beta KL fell over the last `fall_epochs` epochs; null: "
        "the training was too short, or beta was still rising"
    )
    fall_epochs: int = Field(description="a fifth of the epochs")


class ValidationRecord(Record):
    """The loss after the training on events that it never saw, over the usable runs."""

    reconstruction: Number = Field(
        description="mean squared error per event, summed over the scaled features"
    )
    kl_divergence: Number = Field(description="mean KL divergence to the prior per event, in nats")
    excess_loss: Number = Field(
        description="reconstruction + beta KL of these events less that of the events trained on, both after the "
        "training; mean over the runs, with the standard error from the numbers of events"
    )


class RunCounts(Record):
    """Independent trainings; runs count from 0."""

    asked: int = Field(description="trainings made")
    used: int = Field(description="usable: neither diverged nor useless")
    diverged: int = Field(description="runs whose loss stopped being finite; left out")
    first_divergence: int | None = Field(description="first epoch at which a run diverged; null: none did")
    useless: int = Field(
        description="runs that reconstruct worse than the mean of the features does; left out"
    )
    representative: int = Field(description="number of the run of median final loss")
    epochs: int = Field(description="passes over the events")
    epochs_asked: int = Field(description="passes that the card asked for; min_steps may have raised them")
    steps: int = Field(description="optimiser steps of a run")


class VaeRecord(Record):
    """How many independent directions the events have, and what they are."""

    relevance: Spectrum = Field(description="spread of a latent's mean over the mean width of its posterior")
    relevant_latents: RelevantLatents = Field(
        description="number of relevant latents: independent directions"
    )
    information_bits: Spectrum = Field(description="log2(1 + relevance^2)/2, bits that a latent carries")
    kl_nats: Spectrum = Field(description="KL divergence of a latent's posterior from its prior, in nats")
    active_units: Number = Field(description="latents whose mean has a variance above 0.01 (Burda et al.)")
    intrinsic_dimension: IntrinsicDimension = Field(
        description="dimension of the set on which the events lie"
    )
    intrinsic_dimension_latent: Number = Field(description="the same of the relevant latent means")
    pca: PrincipalSpectrum = Field(description="principal components of the scaled features")
    near_constants: tuple[NearConstant, ...] = Field(
        description="combinations that never vary, or little; constraints first, then the narrowest"
    )
    features: tuple[FeatureRow, ...] = Field(description="the features, in order")
    combinations: tuple[CarriedCombination, ...] = Field(
        description="combinations that vary: features, then what the latents carry best, in the order of their making"
    )
    carried: tuple[str, ...] = Field(
        description="combinations that the relevant latents carry almost whole (r above 0.95 on average), linear ones "
        "first, each independent of those before it; at most as many as relevant latents"
    )
    followed: tuple[FollowedCombination, ...] = Field(
        description="what each relevant latent of the representative run follows"
    )
    loss_terms: LossTerms = Field(description="the loss at the end of the training")
    split: SplitRecord = Field(description="events trained on, and events that the relevance is measured on")
    validation: ValidationRecord | None = Field(
        description="the loss on events not trained on; null: there are none, or too few"
    )
    runs: RunCounts = Field(description="independent trainings")
    events: EventsRecord = Field(description="events that enter")
    beta: float = Field(
        description="weight of the KL term: a direction counts if its scaled variance exceeds it"
    )
    variant: Variant = Field(description="kind of autoencoder")
