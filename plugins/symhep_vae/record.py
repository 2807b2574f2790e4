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

    mean: tuple[float | None, ...] = Field(description="mean over the converged runs; null: not finite")
    std: tuple[float | None, ...] = Field(
        description="standard deviation over the converged runs; 0 for one run"
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
    low: int = Field(
        description="2.5 % quantile, over the runs, of the number of latents with a relevance above the "
        "upper end of `band`"
    )
    high: int = Field(
        description="97.5 % quantile, over the runs, of the number of latents with a relevance above the "
        "lower end of `band`; at least `low` plus the number of principal components whose "
        "linear optimum lies in `band`"
    )
    threshold: float = Field(description="threshold: a latent with a larger relevance is relevant")
    band: tuple[float, float] = Field(description="range of the threshold used for `low` and `high`")
    per_run: tuple[int, ...] = Field(description="number of relevant latents of each converged run")

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

    points: int = Field(
        description="events in each part of the split sample; fewer events mean larger distances"
    )
    neighbour_distance: float = Field(
        description="median nearest-neighbour distance in standardised features"
    )
    estimate: Number = Field(description="mean over the parts with its standard error")


class IntrinsicDimension(Number):
    """Dimension of the set on which the events lie: of TwoNN on its plateau; null without a plateau, with the range."""

    points: int | None = Field(
        None, description="number of distinct events used; null: too few for an estimate"
    )
    distinct: int | None = Field(None, description="number of distinct events; at most 10,000 are used")
    plateau: bool | None = Field(
        None, description="whether the dimension is the same at all distances; null: too few events"
    )
    scales: tuple[DimensionAt, ...] = Field(
        (), description="dimension at each distance scale, shortest first"
    )
    estimators: dict[str, Number] = Field(
        {},
        description="value of each estimator, by name; for the maximum-likelihood estimator the range over "
        "the number of neighbours",
    )


class PrincipalSpectrum(Record):
    """Principal components of the scaled features, largest first."""

    variances: tuple[Number, ...] = Field(
        description="eigenvalues of the weighted covariance, with bootstrap errors"
    )
    rank: int = Field(
        description="number of components above 1e-6 of the largest variance: number of features minus "
        "number of linear constraints"
    )
    linear_relevance: tuple[float | None, ...] = Field(
        description="relevance sqrt(2 variance/beta - 1) at the optimum of a linear VAE; null: infinite "
        "(beta = 0)"
    )


class NearConstant(Number):
    """A combination that never varies, or little: median and central 68 % of the events."""

    name: str = Field(description="the combination")
    kind: Kind = Field(
        description="type of combination: type of combination: feature, difference or sum of two, pair, "
        "particle, norm"
    )
    constraint: bool = Field(description="whether it is constant up to rounding, that is a constraint")
    vanishes: bool = Field(description="whether it vanishes exactly")
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
    spread: float = Field(description="standard deviation of the scaled feature (unweighted)")
    near_pi: float | None = Field(
        None,
        description=f"fraction of the sum of |w| within {JUMP:g} rad of pi; null: not an azimuthal angle",
    )
    near_minus_pi: float | None = Field(None, description="the same at -pi")


class CarriedCombination(Record):
    """A named combination of the features, and what the relevant latents carry of it."""

    name: str = Field(description="name")
    label: str = Field(description="label of axes, in mathtext")
    kind: Kind = Field(
        description="type of combination: type of combination: feature, difference or sum of two, pair, "
        "particle, norm"
    )
    r_squared: Number = Field(
        description="fraction of its variance explained by a linear combination of the relevant latents of "
        "the run"
    )
    r: Number = Field(
        description="multiple correlation with the relevant latents: the square root of `r_squared`"
    )
    single_r: Number = Field(description="|r| of the relevant latent that matches best")


class FollowedCombination(Record):
    """The combination that a latent of the representative run follows most closely."""

    combination: str = Field(description="name of the combination")
    r: Number = Field(
        description="|r|, absolute correlation of the latent mean with it (the sign of a latent is arbitrary)"
    )


class LossTerms(Record):
    """The loss at the end of the training, over the usable runs."""

    reconstruction: Number = Field(
        description="mean squared error per event, summed over the scaled features"
    )
    kl_divergence: Number = Field(description="mean KL divergence to the prior per event, in nats")
    total_correlation: Number = Field(description="mean total correlation; 0 if the variant has no such term")
    fall: float | None = Field(
        description="relative decrease of reconstruction + beta KL over the last `fall_epochs` epochs; "
        "null: training too short, or warm-up not finished"
    )
    fall_epochs: int = Field(description="number of epochs over which `fall` is taken: a fifth of all epochs")


class ValidationRecord(Record):
    """The loss after the training on events that it never saw, over the usable runs."""

    reconstruction: Number = Field(
        description="mean squared error per event, summed over the scaled features"
    )
    kl_divergence: Number = Field(description="mean KL divergence to the prior per event, in nats")
    excess_loss: Number = Field(
        description="reconstruction + beta KL of the validation events minus that of the training events, "
        "both after training; mean over the runs with the statistical error of the events"
    )


class RunCounts(Record):
    """Independent trainings; runs count from 0."""

    asked: int = Field(description="number of trainings")
    used: int = Field(description="number of converged runs: neither diverged nor useless")
    diverged: int = Field(description="number of runs with a non-finite loss; excluded")
    first_divergence: int | None = Field(
        description="first epoch at which a run diverged; null: no run diverged"
    )
    useless: int = Field(
        description="number of runs with a reconstruction error larger than that of predicting the mean of "
        "the features; excluded"
    )
    representative: int = Field(description="index of the run with the median final loss")
    epochs: int = Field(description="number of training epochs")
    epochs_asked: int = Field(description="number of epochs requested in the card; min_steps may raise it")
    steps: int = Field(description="number of optimiser steps per run")


class VaeRecord(Record):
    """How many independent directions the events have, and what they are."""

    relevance: Spectrum = Field(
        description="relevance: standard deviation of the latent mean divided by the mean posterior width"
    )
    relevant_latents: RelevantLatents = Field(
        description="number of relevant latents, an estimate of the number of independent directions"
    )
    information_bits: Spectrum = Field(description="information per latent, log2(1 + relevance^2)/2, in bits")
    kl_nats: Spectrum = Field(description="KL divergence between posterior and prior of each latent, in nats")
    active_units: Number = Field(
        description="number of active units: number of active units: latents whose mean has a variance "
        "above 0.01 (Burda et al.)"
    )
    intrinsic_dimension: IntrinsicDimension = Field(description="intrinsic dimension of the sample")
    intrinsic_dimension_latent: Number = Field(description="intrinsic dimension of the relevant latent means")
    pca: PrincipalSpectrum = Field(description="principal components of the scaled features")
    near_constants: tuple[NearConstant, ...] = Field(
        description="combinations that are constant or vary little; constraints first, then by width"
    )
    features: tuple[FeatureRow, ...] = Field(description="the features, in order")
    combinations: tuple[CarriedCombination, ...] = Field(
        description="combinations that vary: features first, then the combinations best explained by the "
        "latents"
    )
    carried: tuple[str, ...] = Field(
        description="combinations almost fully explained by the relevant latents (mean r above 0.95), "
        "linear ones first, each independent of the preceding ones; at most as many as "
        "relevant latents"
    )
    followed: tuple[FollowedCombination, ...] = Field(
        description="best-matching combination for each relevant latent of the representative run"
    )
    loss_terms: LossTerms = Field(description="loss at the end of the training")
    split: SplitRecord = Field(description="numbers of training and validation events")
    validation: ValidationRecord | None = Field(
        description="loss on the validation events; null: none or too few"
    )
    runs: RunCounts = Field(description="independent trainings")
    events: EventsRecord = Field(description="input events")
    beta: float = Field(
        description="weight of the KL term: a direction is relevant if its scaled variance exceeds it"
    )
    variant: Variant = Field(description="variant of the autoencoder")
