"""The method 'oracle': the Lie algebra that leaves a function of the event as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from symhep.errors import as_card_error
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.events.varied_stream import planned_of, with_stream
from symhep.lie.sums import algebra_sum
from symhep.methods.context import Context
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.methods.varied import How, Shifted
from symhep.methods.verdict import Verdict
from symhep.torchkit.threads import one_thread_per_operation
from symhep_oracle.fit.algebra import analyse
from symhep_oracle.fit.everything import AllEvents
from symhep_oracle.fit.outcome import Outcome
from symhep_oracle.fit.problem import pose
from symhep_oracle.fit.result import result_of
from symhep_oracle.fit.solved import Streams, solved
from symhep_oracle.fit.variation import evaluated, preserved_whatever_the_weights
from symhep_oracle.gradient.flow_outcome import FlowOutcome, fit_flows
from symhep_oracle.gradient.flow_result import flow_result
from symhep_oracle.latent.least import follow_least
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.record import OracleRecord
from symhep_oracle.references import FORESTANO_EXCEPTIONAL, FORESTANO_SPARSE, FORESTANO_SYMMETRIES, ROMAN
from symhep_oracle.sample import Prepared, Sample, layout_of
from symhep_oracle.say.sentences import sentences
from symhep_oracle.say.tables import tables
from symhep_oracle.say.verdicts import verdicts

__all__ = ["OracleGenerators"]

#: Events from which on the suggested card asks: each gives a condition on the 16 numbers of a linear map.
FEWEST = 20


class OracleGenerators(Method[OracleMethodOptions, OracleRecord, Prepared]):
    """Generators of the symmetry of an oracle, a function of the event: the Lie algebra that leaves it as it is.

    References
    ----------
    R. T. Forestano, K. T. Matchev, K. Matcheva, A. Roman, E. B. Unlu and S. Verner, Deep learning symmetries and their
    Lie groups, algebras, and subalgebras from first principles, Mach. Learn.: Sci. Technol. 4 (2023) 025027.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> symhep.oracle(x, oracle="l2").record.algebra.name
    'so(3)'
    """

    name = "oracle"
    takes = frozenset({"mask", "tags", "spectators"})
    summary = "the Lie algebra that preserves a known, user-written or learned function of the event"
    references = (
        FORESTANO_SYMMETRIES,
        FORESTANO_SPARSE,
        ROMAN,
        FORESTANO_EXCEPTIONAL,
    )
    Options = OracleMethodOptions
    Record = OracleRecord
    scaling = "isotropic"
    scan_quantities = (
        ScanQuantity("algebra.dimension", "Generators"),
        ScanQuantity(
            "spectrum.values", "Relative singular value", error_key="spectrum.standard_errors", entry="field"
        ),
        ScanQuantity("residual.closure", "Closure residual"),
    )

    def check(self, data: Dataset, options: OracleMethodOptions) -> None:
        """Raise `CardError` or `MethodError` for vectors that the options or the named algebra do not fit."""
        layout = layout_of(data, options)
        if options.compare is not None:
            with as_card_error():
                algebra_sum(options.compare, layout.dimension)

    def prepare(self, data: Dataset, options: OracleMethodOptions) -> Prepared:
        """The events as vectors."""
        return Prepared(data, options, Sample.of(data, options))

    def fit(self, prepared: Prepared, shard: Shard, context: Context) -> Part:
        """Solve, take out what holds on the data alone, turn to the sparsest basis, break, follow.

        Where all events are to be read, `combine` solves.
        """
        return Part() if prepared.stream is not None else self._solved(prepared, context)

    def _solved(self, prepared: Prepared, context: Context) -> Part:
        everything = None
        if prepared.stream is not None:
            everything = AllEvents(prepared.stream, context.reduce, prepared.options, prepared.sample)
        training, coding = Streams.of(context.seeds, "training", "coding")
        problem = pose(prepared, coding, training, context, everything)
        if prepared.options.solver == "flows":
            (solving,) = Streams.of(context.seeds, "solving")
            return fit_flows(problem, prepared.options.flows, solving, context).to_part()
        (flowing,) = Streams.of(context.seeds, "flowing")
        outcome = solved(problem, prepared.options, context)
        latent = follow_least(problem, prepared, np.random.default_rng(flowing))
        return replace(outcome, latent=latent).to_part()

    def combine(self, prepared: Prepared, parts: Sequence[Part], context: Context) -> Result[OracleRecord]:
        """Name the algebra, and compare it."""
        if prepared.stream is not None:
            with one_thread_per_operation():
                parts = [self._solved(prepared, context.of_shard(0))]
        if prepared.options.solver == "flows":
            return flow_result(FlowOutcome.from_part(parts[0]))
        analysis = analyse(Outcome.from_part(parts[0]), prepared.options, context.seeds)
        return result_of(analysis, prepared)

    def varies_by(self, prepared: Prepared) -> How:
        """Of a known oracle the linear conditions are solved again; whatever was trained is evaluated."""
        options = prepared.options
        trained = isinstance(options.oracle, LearnedOracleOptions) or options.solver != "exact"
        return "evaluation" if trained else "fit"

    def vary(
        self,
        prepared: Prepared,
        result: Result[OracleRecord],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """Of a known oracle solved again, unless nothing but rounding can change; a learned one is not trained again.

        Nothing varies where the generators themselves were trained, by the solvers gradient and flows, or act on
        the latents of an autoencoder: the events were a means of the training, and no training is repeated.
        """
        if prepared.options.solver != "exact" or prepared.options.latent is not None:
            return {}
        if self.varies_by(prepared) == "evaluation":
            return evaluated(prepared, result, alternative, context)
        if alternative.same_rows and preserved_whatever_the_weights(result, prepared):
            return {}
        planned = planned_of(prepared.data)
        streamed = with_stream(alternative, prepared.stream, planned, variation)
        return super().vary(prepared, result, variation, streamed, context)

    def statements(self, record: OracleRecord) -> Iterator[Statement]:
        """The algebra, how it was decided and compared, what breaks it; then warnings."""
        return sentences(record)

    def verdicts(self, record: OracleRecord) -> Iterator[Verdict]:
        """The algebra, whether it closes, how it compares, what breaks it."""
        return verdicts(record)

    def tables(self, record: OracleRecord) -> Mapping[str, Table]:
        """Generators and their entries, spurious fields, breaking; trained fields."""
        return tables(record)

    def figures(self, result: Result[OracleRecord]) -> Iterator[NamedFigure]:
        """Generators, spectrum, structure constants, flows, breaking; those of the solver and the oracle."""
        from symhep_oracle.figures.all import draw_all

        return draw_all(result)

    def init_block(self, sample: SampleView) -> InitBlock | None:
        """The Lorentz norm of four-momenta; nothing where there are none."""
        if sample.object is None:
            return None
        comment = "Which linear maps of the four-momenta leave E^2 - p^2 invariant? (Lie algebra)"
        enough = sample.events >= FEWEST
        if not enough:
            comment += f" There are {sample.events} events, too few for the 16 entries of such a matrix."
        return InitBlock(
            name="algebra",
            comment=comment,
            text=f"use: oracle\nfeatures: {sample.geometric}\noptions: {{oracle: lorentz}}",
            seconds=15,
            active=enough,
        )
