"""The method 'vae': how many independent directions the events have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from symhep.events.dataset import Dataset
from symhep.events.effective import FEW
from symhep.events.variation import Alternative
from symhep.events.varied_stream import with_stream
from symhep.methods.context import Context
from symhep.methods.enumeration import plural
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.methods.varied import Shifted
from symhep.methods.verdict import Verdict
from symhep.stats.principal_components import principal_components
from symhep_vae.options import RUNS_PER_SHARD, VaeOptions
from symhep_vae.record import VaeRecord
from symhep_vae.references import FACCO, KINGMA_WELLING, LEVINA_BICKEL, SANZ, SANZ_REVIEW, SCIKIT_DIMENSION
from symhep_vae.sample import Sample, require_trainable, to_train_on
from symhep_vae.say.cautions import cautions
from symhep_vae.say.sentences import sentences
from symhep_vae.say.tables import tables
from symhep_vae.say.verdicts import verdicts

__all__ = ["VaeRelevance"]

#: Latents of the suggested card at most: directions of more features can be asked for by hand.
MOST_LATENTS = 12


class VaeRelevance(Method[VaeOptions, VaeRecord, Sample]):
    """Relevance of the latents of variational autoencoders: how many independent directions the events have.

    References
    ----------
    V. Sanz, Learning symmetries in datasets, arXiv:2504.05174.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> x = np.random.default_rng(0).normal(size=(600, 2))
    >>> symhep.vae(np.c_[x, -x], latent_dim=3, runs=2, epochs=2).record.pca.rank
    2
    """

    name = "vae"
    #: A code of events that lack some of the features has no relevance to compare; spectators would be features.
    takes = frozenset({"kinds"})
    summary = "number of independent directions in the events, from the relevance of the latents of a VAE"
    references = (
        SANZ,
        SANZ_REVIEW,
        KINGMA_WELLING,
        FACCO,
        LEVINA_BICKEL,
        SCIKIT_DIMENSION,
    )
    Options = VaeOptions
    Record = VaeRecord
    varied_by = "evaluation"
    scan_quantities = (
        ScanQuantity("relevant_latents", "Relevant latents"),
        ScanQuantity("relevance.mean", "Relevance", error_key="relevance.std", entry="latent"),
        ScanQuantity("intrinsic_dimension", "Intrinsic dimension"),
    )

    def check(self, data: Dataset, options: VaeOptions) -> None:
        """Raise `MethodError` for samples that cannot be trained on."""
        require_trainable(to_train_on(data, options))

    def prepare(self, data: Dataset, options: VaeOptions) -> Sample:
        """The events as the networks see them."""
        return Sample.prepare(data, options)

    def shards(self, prepared: Sample) -> Sequence[Shard]:
        """Blocks of 20 runs, whatever the number of workers."""
        runs = prepared.options.runs
        blocks = range(0, runs, RUNS_PER_SHARD)
        return tuple(
            Shard(i, f"runs {start}-{min(start + RUNS_PER_SHARD, runs) - 1}")
            for i, start in enumerate(blocks)
        )

    def fit(self, prepared: Sample, shard: Shard, context: Context) -> Part:
        """Train one block of runs and evaluate it on the same events."""
        # What fits, and torch with it, is loaded by the first fit: a card is checked without.
        from symhep.torchkit.streams import replica_seeds
        from symhep.torchkit.threads import in_groups
        from symhep_vae.fit.relevance import moments
        from symhep_vae.fit.runs import join, to_part
        from symhep_vae.fit.training import train

        options = prepared.options
        runs = min(RUNS_PER_SHARD, options.runs - shard.index * RUNS_PER_SHARD)
        seeds = replica_seeds(context.seeds, runs)
        epochs = options.epochs_for(len(prepared.x))
        with context.progress.task(plural(runs, "autoencoder"), epochs * runs) as advance:

            def train_group(members: list[int]) -> Part:
                training = train(prepared, options, [seeds[r] for r in members], context.device, advance)
                return to_part(training, moments(training.model, prepared, options.beta, context.device))

            return join(in_groups(train_group, runs, context.device))

    def combine(self, prepared: Sample, parts: Sequence[Part], context: Context) -> Result[VaeRecord]:
        """Read the events that were not trained on; order, count, correlate."""
        from symhep_vae.fit.findings import Findings
        from symhep_vae.fit.runs import gather, join, trained_parameters
        from symhep_vae.fit.validation import validate

        components = principal_components(
            prepared.x, prepared.weights, context.shared("bootstrap of the principal components")
        )
        part = join(parts)
        validated = validate(prepared, trained_parameters(part), context)
        runs = gather(part, prepared.options, float(components.variances.sum()), validated)
        found = Findings.of(prepared, runs, components, context, validated)
        return Result(found.record(), found.arrays(), checkpoint={"vae": runs.parameters})

    def vary(
        self,
        prepared: Sample,
        result: Result[VaeRecord],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """The trained networks evaluated on the varied events; nothing is trained again."""
        return self.vary_weights(prepared, result, variation, [alternative], context)[0]

    def vary_weights(
        self,
        prepared: Sample,
        result: Result[VaeRecord],
        variation: str,
        alternatives: Sequence[Alternative],
        context: Context,
    ) -> Sequence[Mapping[str, Shifted]]:
        """All from one pass of the networks."""
        from symhep_vae.fit.variation import evaluated

        streamed = [with_stream(a, prepared.others, prepared.planned, variation) for a in alternatives]
        return evaluated(prepared, result, streamed, context)

    def statements(self, record: VaeRecord) -> Iterable[Statement]:
        """Directions, constraints, what the latents follow; then warnings."""
        return [*sentences(record), *cautions(record)]

    def verdicts(self, record: VaeRecord) -> Iterator[Verdict]:
        """How many directions, which, and what never varies."""
        return verdicts(record)

    def tables(self, record: VaeRecord) -> Mapping[str, Table]:
        """Latents, and named combinations."""
        return tables(record)

    def figures(self, result: Result[VaeRecord]) -> Iterator[NamedFigure]:
        """Relevance, principal components, correlations, latents over the features, losses."""
        from symhep_vae.figures.gallery import draw_all

        return draw_all(result)

    def init_block(self, sample: SampleView) -> InitBlock:
        """A run on all variables, each scaled by itself; a comment for fewer events than can be trained on."""
        options = VaeOptions()
        steps = options.epochs_for(sample.events) * sample.events / options.batch_size
        # On two cores: a thousand steps of the runs take a second, loading and drawing some twenty.
        seconds = 20 + steps / 1000
        text = f"""\
use: vae
features: {sample.measured}
options:
  latent_dim: {min(sample.features, MOST_LATENTS)}
  runs: {options.runs}
  epochs: {options.epochs}
  beta: {options.beta:g}
# scan: {{beta: [0.01, 0.1, 1.0]}}          # repeat for several values of an option
"""
        comment = (
            "How many independent directions do the events have, and which constraints remove the others?"
        )
        enough = sample.effective >= FEW
        if not enough:
            comment += (
                f" The effective number of events is {sample.effective:.0f}, too few for the training: "
                f"enable it with {FEW:.0f} or more."
            )
        return InitBlock("relevance", comment, text, seconds, active=enough)
