"""The record and the arrays of a result, from the trained runs and what they carry of the events."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.events.copies import copies_of
from symhep.methods.context import Context
from symhep.methods.events import EventsRecord
from symhep.methods.number import Number
from symhep.methods.result import Arrays
from symhep.methods.split import SplitRecord
from symhep.stats.intervals import Interval, quantile_interval
from symhep.stats.intrinsic_dimension import DimensionEstimate, intrinsic_dimension
from symhep.stats.principal_components import PrincipalComponents
from symhep_vae.fit.combinations import named_combinations, near_constant
from symhep_vae.fit.correlations import LatentCorrelations, best_combination, carried_whole, correlate
from symhep_vae.fit.count import count_relevant, information_bits, linear_relevance, undecided
from symhep_vae.fit.runs import Runs
from symhep_vae.fit.validation import Validated
from symhep_vae.record import (
    JUMP,
    CarriedCombination,
    DimensionAt,
    FeatureRow,
    FollowedCombination,
    IntrinsicDimension,
    LossTerms,
    NearConstant,
    PrincipalSpectrum,
    RelevantLatents,
    RunCounts,
    Spectrum,
    VaeRecord,
    ValidationRecord,
    over_runs,
)
from symhep_vae.sample import Sample

__all__ = ["Findings"]

FloatArray = npt.NDArray[np.float64]

#: Events that scatter plots show.
DRAWN_EVENTS = 4000
#: Combinations a table or heat map has room for.
MAX_COMBINATIONS = 24
#: Burda et al., arXiv:1509.00519: a unit is active if the variance of its mean exceeds this.
ACTIVE = 0.01
#: Latent means of this many runs give the spread of the intrinsic dimension of the code.
CODES_MEASURED = 5
#: Points of each of them.
CODE_POINTS = 4000


@dataclass(frozen=True, eq=False)
class Findings:
    """What was measured; `record` and `arrays` say it to others."""

    sample: Sample
    runs: Runs
    count: RelevantLatents
    components: PrincipalComponents
    dimension: DimensionEstimate | None
    code_dimension: Number
    constraints: list[NearConstant]
    correlations: LatentCorrelations
    validated: Validated | None = None

    @classmethod
    def of(
        cls,
        sample: Sample,
        runs: Runs,
        components: PrincipalComponents,
        context: Context,
        validated: Validated | None = None,
        only: Container[str] | None = None,
    ) -> Findings:
        """Count, correlate, and measure dimensions, with random subsets of points from the context."""
        points = np.random.default_rng(context.shared("points of the intrinsic dimension"))
        codes = np.random.default_rng(context.shared("latent points of the intrinsic dimension"))
        found = cls.without_dimensions(sample, runs, components, validated, only)
        return replace(
            found,
            dimension=intrinsic_dimension(sample.x, points),
            code_dimension=_code_dimension(runs, found.count.per_run, codes),
        )

    @classmethod
    def without_dimensions(
        cls,
        sample: Sample,
        runs: Runs,
        components: PrincipalComponents,
        validated: Validated | None = None,
        only: Container[str] | None = None,
    ) -> Findings:
        """All but the intrinsic dimensions, which take longest; ``only``: names of the combinations to look at."""
        options = sample.options
        near = 0 if options.variant == "ae" else undecided(components, options.beta)
        count = count_relevant(runs.relevance, near)
        named = [c for c in named_combinations(sample.data.take(runs.rows)) if only is None or c.name in only]
        means, weights = runs.means.astype(np.float64), sample.weights[runs.rows]
        return cls(
            sample, runs, count, components, None, Number(),
            near_constant(named),
            correlate(means, count.per_run, named, weights),
            None if validated is None else validated.of(runs.used),
        )  # fmt: skip

    @property
    def effective(self) -> float:
        """Effective number of events."""
        return self.sample.data.effective

    def record(self) -> VaeRecord:
        """All numbers; latents in order of decreasing relevance."""
        runs, options = self.runs, self.sample.options
        active = (runs.means.var(axis=1) > ACTIVE).sum(axis=1)
        return VaeRecord(
            relevance=Spectrum.of(runs.relevance),
            relevant_latents=self.count,
            information_bits=Spectrum.of(information_bits(runs.relevance)),
            kl_nats=Spectrum.of(runs.kl),
            active_units=over_runs(active),
            intrinsic_dimension=self._dimension(),
            intrinsic_dimension_latent=self.code_dimension,
            pca=self._spectrum(),
            near_constants=tuple(self.constraints),
            features=tuple(self._features()),
            combinations=self._combinations(),
            carried=tuple(self.correlations.combinations[i].name for i in self._carried()),
            followed=self._followed(),
            loss_terms=self._loss(),
            split=self._split(),
            validation=self._validation(),
            runs=self._run_counts(),
            events=self._events(),
            beta=options.beta,
            variant=options.variant,
        )

    def arrays(self) -> Arrays:
        """What figures need besides the record. Latents are those of the representative run, of the sign that makes
        their largest correlation positive."""
        runs, c, data = self.runs, self.correlations, self.sample.data
        run = runs.representative
        signs = np.ones(runs.relevance.shape[1])
        for j in range(len(signs)):
            best = best_combination(c, run, j, self.effective)
            signs[j] = -1.0 if best is not None and best.r < 0 else 1.0
        drawn = np.linspace(0, len(runs.rows) - 1, min(len(runs.rows), DRAWN_EVENTS)).astype(np.int64)
        return {
            "used": runs.used,
            "relevance": runs.relevance,
            "kl": runs.kl,
            "curves": runs.curves[:, :, runs.used],
            "features": data.values[runs.rows[drawn]],
            "latent_means": (runs.means[run][drawn] * signs).astype(np.float32),
            "correlation": c.matrix[run][:, self._shown()] * signs[:, None],
            "latent": runs.order,
        }

    def _dimension(self) -> IntrinsicDimension:
        found = self.dimension
        if found is None:
            return IntrinsicDimension(method="too few distinct events")
        both = found.combined
        return IntrinsicDimension(
            value=found.value, low=both.low, high=both.high, level=0.95 if found.plateau is not False else None,
            method=both.method, points=found.events, distinct=found.distinct, plateau=found.plateau,
            scales=tuple(
                DimensionAt(
                    points=s.points, neighbour_distance=s.distance, estimate=Number.with_error(s.dimension, s.error)
                )
                for s in found.scales
            ),
            estimators={
                name: _number(i, 0.95 if name == "TwoNN" and found.plateau is not False else None)
                for name, i in found.by_estimator.items()
            },
        )  # fmt: skip

    def _spectrum(self) -> PrincipalSpectrum:
        found, beta = self.components, self.sample.options.beta
        return PrincipalSpectrum(
            variances=tuple(
                Number.with_error(value, error, method="bootstrap")
                for value, error in zip(found.variances, found.errors, strict=True)
            ),
            rank=found.rank(),
            linear_relevance=tuple(linear_relevance(found.variances, beta).tolist()),
        )

    def _features(self) -> list[FeatureRow]:
        """With the shares of events at the jump of an azimuth: back-to-back directions lie on both sides of it."""
        data = self.sample.data
        weights = np.abs(data.weights) / np.abs(data.weights).sum()
        rows = []
        for column, values, x in zip(data.columns, data.values.T, self.sample.x.T, strict=True):
            near: list[float | None] = [None, None]
            if "phi" in (column.variable or column.name):
                near = [float(weights[np.abs(values - jump) < JUMP].sum()) for jump in (np.pi, -np.pi)]
            rows.append(
                FeatureRow(
                    name=column.name, label=column.label or column.name, unit=column.unit, spread=x.std(),
                    near_pi=near[0], near_minus_pi=near[1],
                )
            )  # fmt: skip
        return rows

    def _carried(self) -> list[int]:
        return carried_whole(self.correlations)[: self.count.value]

    def _shown(self) -> list[int]:
        """Positions of the combinations worth a row: features first, then what the latents carry best."""
        c = self.correlations
        span = c.span.mean(axis=0)
        features = [i for i, n in enumerate(c.combinations) if n.kind == "feature"]
        others = sorted(set(range(len(span))) - set(features), key=lambda i: -span[i])
        kept = features[:MAX_COMBINATIONS] + others[: max(0, MAX_COMBINATIONS - len(features))]
        return sorted({*kept, *self._carried()})

    def _combinations(self) -> tuple[CarriedCombination, ...]:
        c = self.correlations
        single = c.best_match(self.count.per_run)
        return tuple(
            CarriedCombination(
                name=c.combinations[i].name, label=c.combinations[i].label, kind=c.combinations[i].kind,
                r_squared=over_runs(c.span[:, i]), r=over_runs(np.sqrt(c.span[:, i])), single_r=over_runs(single[:, i]),
            )
            for i in self._shown()
        )  # fmt: skip

    def _followed(self) -> tuple[FollowedCombination, ...]:
        run = self.runs.representative
        found = [
            best_combination(self.correlations, run, j, self.effective)
            for j in range(self.count.per_run[run])
        ]
        return tuple(
            FollowedCombination(combination=f.name, r=Number.with_error(abs(f.r), f.error))
            for f in found
            if f is not None
        )

    def _loss(self) -> LossTerms:
        """The fall over the last fifth of the epochs tells whether the training had ended."""
        options, curves = self.sample.options, self.runs.curves[:, :, self.runs.used]
        total = (curves[0] + options.beta * curves[1]).mean(axis=1)
        epochs, back, fall = len(total), max(1, len(total) // 5), None
        if epochs > back and options.warmup < epochs - back:
            fall = float(1 - total[-1] / total[-1 - back]) if total[-1 - back] > 0 else 0.0
        reconstruction, kl, correlation = (over_runs(term) for term in curves[:, -1])
        return LossTerms(
            reconstruction=reconstruction,
            kl_divergence=kl,
            total_correlation=correlation,
            fall=fall,
            fall_epochs=back,
        )

    def _run_counts(self) -> RunCounts:
        runs = self.runs
        when = runs.diverged_at[runs.diverged_at > 0]
        return RunCounts(
            asked=runs.total, used=len(runs.used), useless=len(runs.useless),
            diverged=len(when), first_divergence=int(when.min()) if len(when) else None,
            representative=int(runs.used[runs.representative]),
            epochs=runs.curves.shape[1], epochs_asked=self.sample.options.epochs, steps=runs.steps,
        )  # fmt: skip

    def _split(self) -> SplitRecord:
        if self.validated is not None:
            return self.validated.split
        trained = len(self.sample.x)
        return SplitRecord(trained=trained, validated=0, neither=self.sample.available - trained)

    def _validation(self) -> ValidationRecord | None:
        v = self.validated
        if v is None:
            return None
        # all runs are judged by the same events: the mean is no better known than one of them
        excess, error = float(v.excess.mean()), float(v.excess_error.mean())
        return ValidationRecord(
            reconstruction=over_runs(v.reconstruction),
            kl_divergence=over_runs(v.divergence),
            excess_loss=Number.with_error(
                excess, error, method="mean over the runs; error: statistical, from the events"
            ),
        )

    def _events(self) -> EventsRecord:
        if self.validated is not None:
            return self.validated.events
        data = self.sample.data
        return EventsRecord.of(data.weights, self.sample.available, copies_of(data), data.unit)


def _code_dimension(runs: Runs, relevant: tuple[int, ...], rng: np.random.Generator) -> Number:
    """Intrinsic dimension of the relevant latent means of the first few usable runs: median and range."""
    found = [
        intrinsic_dimension(runs.means[r, :, :n].astype(np.float64), rng, CODE_POINTS)
        for r, n in enumerate(relevant[:CODES_MEASURED])
        if n > 0
    ]
    values = [f.value for f in found if f is not None and f.value is not None]
    method = f"TwoNN on the relevant latent means; median and range over {len(values)} runs"
    return _number(quantile_interval(values, method, level=1.0), level=1.0)


def _number(interval: Interval, level: float | None = 0.95) -> Number:
    return Number(
        value=None if np.isnan(interval.value) else interval.value,
        low=interval.low,
        high=interval.high,
        level=level,
        method=interval.method,
    )
