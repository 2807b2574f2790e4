"""The method 'vae': how many independent directions the events have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result
from symhep.stats.intervals import quantile_interval
from symhep.stats.intrinsic_dimension import intrinsic_dimension
from symhep.stats.principal_components import principal_components
from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_vae.cautions import cautions
from symhep_vae.combinations import constraints, named_combinations
from symhep_vae.correlations import correlate
from symhep_vae.ensemble import Runs, gather, join, to_part
from symhep_vae.evidence import Evidence
from symhep_vae.findings import findings
from symhep_vae.options import RUNS_PER_SHARD, VaeOptions
from symhep_vae.references import FACCO, KINGMA_WELLING, LEVINA_BICKEL, SANZ, SANZ_REVIEW, SCIKIT_DIMENSION
from symhep_vae.relevance import count_relevant, moments
from symhep_vae.results import drawing_arrays, summarise, tables
from symhep_vae.sample import Sample, effective_events
from symhep_vae.training import train

__all__ = ["VaeRelevance"]

FloatArray = npt.NDArray[np.float64]

#: Latent means of this many runs give the spread of the intrinsic dimension of the code.
CODES_MEASURED = 5


class VaeRelevance(Method[VaeOptions]):
    """Relevance of the latents of variational autoencoders (V. Sanz, Learning symmetries in datasets).

    >>> from symhep.methods.context import seed_sequence
    >>> x = np.random.default_rng(0).normal(size=(600, 2))
    >>> data = Dataset.from_array(np.c_[x, -x])
    >>> options = VaeOptions(latent_dim=3, runs=2, epochs=2)
    >>> method = VaeRelevance()
    >>> part = method.fit(data, options, Shard(), Context(seed_sequence(1, "vae", 0)))
    >>> part.arrays["spread"].shape
    (2, 3)
    """

    name = "vae"
    summary = "how many independent directions the events have: relevance of the latents of a VAE"
    references = (
        SANZ,
        SANZ_REVIEW,
        KINGMA_WELLING,
        FACCO,
        LEVINA_BICKEL,
        SCIKIT_DIMENSION,
    )
    Options = VaeOptions
    scan_quantities = (
        ScanQuantity("relevant_latents", "Relevant latents"),
        ScanQuantity("relevance.mean", "Relevance", error_key="relevance.std", entry="latent"),
        ScanQuantity("intrinsic_dimension", "Intrinsic dimension"),
    )

    def check(self, data: Dataset, options: VaeOptions) -> None:
        """Raise `MethodError` for samples that cannot be trained on."""
        Sample.prepare(data, options)

    def shards(self, data: Dataset, options: VaeOptions) -> Sequence[Shard]:
        """Blocks of 20 runs, whatever the number of workers."""
        blocks = range(0, options.runs, RUNS_PER_SHARD)
        return tuple(
            Shard(i, f"runs {start}-{min(start + RUNS_PER_SHARD, options.runs) - 1}")
            for i, start in enumerate(blocks)
        )

    def fit(self, data: Dataset, options: VaeOptions, shard: Shard, context: Context) -> Part:
        """Train one block of runs and evaluate it on all events."""
        runs = min(RUNS_PER_SHARD, options.runs - shard.index * RUNS_PER_SHARD)
        sample = Sample.prepare(data, options)
        seeds = replica_seeds(context.seeds, runs)
        with context.progress.task(
            f"{runs} autoencoders", options.epochs_for(len(sample.x)) * runs
        ) as advance:

            def train_group(members: list[int]) -> Part:
                training = train(sample, options, [seeds[r] for r in members], context.device, advance)
                return to_part(training, moments(training.model, sample, options.beta, context.device))

            return join(in_groups(train_group, runs, context.device))

    def combine(self, data: Dataset, options: VaeOptions, parts: Sequence[Part]) -> Result:
        """Order, count, correlate, and say it."""
        sample = Sample.prepare(data, options)
        components = principal_components(sample.x, sample.weights)
        runs = gather(parts, options, float(components.variances.sum()))
        count = count_relevant(runs.relevance)
        rows = sample.rows[runs.rows]
        named = named_combinations(data, rows)
        means, weights = runs.means.astype(np.float64), sample.weights[runs.rows]
        evidence = Evidence(
            data=data,
            options=options,
            runs=runs,
            count=count,
            components=components,
            dimension=intrinsic_dimension(sample.x, np.random.default_rng(0)),
            constraints=constraints(named),
            correlations=correlate(means, count.per_run.tolist(), named, weights),
            events=len(sample.x),
            effective=effective_events(sample.weights),
        )
        summary = summarise(evidence, sample) | {
            "intrinsic_dimension_latent": _code_dimension(runs, count.per_run)
        }
        return Result(
            summary=summary,
            arrays=drawing_arrays(evidence, rows),
            tables=tables(evidence),
            statements=[*findings(evidence), *cautions(evidence, sample)],
            checkpoint={"vae": runs.parameters},
        )

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """Relevance, principal components, correlations, latents over the features, losses."""
        from symhep_vae.figures import draw_all

        return draw_all(result)


def _code_dimension(runs: Runs, relevant: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Intrinsic dimension of the relevant latent means of the first few usable runs: median and range."""
    rng = np.random.default_rng(0)
    found = [
        intrinsic_dimension(runs.means[r, :, :n].astype(np.float64), rng, half_samples=2)
        for r, n in enumerate(relevant[:CODES_MEASURED])
        if n > 0
    ]
    values = [f.combined.value for f in found if f is not None]
    method = f"TwoNN on the relevant latent means; median and range over {len(values)} runs"
    return dict(quantile_interval(values, method, level=1.0).to_json())
