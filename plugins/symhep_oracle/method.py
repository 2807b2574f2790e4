"""The method 'oracle': the Lie algebra that leaves a function of the event as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from symhep.events.dataset import Dataset
from symhep.lie.sums import algebra_sum
from symhep.methods.context import Context
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.algebra import study
from symhep_oracle.breaking import break_symmetry
from symhep_oracle.canonical import canonical
from symhep_oracle.conditions import Conditions
from symhep_oracle.findings import findings
from symhep_oracle.finite import doubt, transform
from symhep_oracle.gradient.flow_outcome import FlowOutcome, fit_flows
from symhep_oracle.gradient.flow_results import flow_result
from symhep_oracle.latent.least import follow_least
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.building import build_oracle
from symhep_oracle.outcome import Outcome, make_fields
from symhep_oracle.problem import pose
from symhep_oracle.references import FORESTANO_EXCEPTIONAL, FORESTANO_SPARSE, FORESTANO_SYMMETRIES, ROMAN
from symhep_oracle.results import drawing_arrays, summarise, tables
from symhep_oracle.sample import Sample
from symhep_oracle.solving import solve
from symhep_oracle.support import split_spurious
from symhep_oracle.vouched import vouched

__all__ = ["OracleGenerators"]


class OracleGenerators(Method[OracleMethodOptions]):
    """Generators of the symmetry of an oracle (Forestano et al., Deep learning symmetries).

    >>> from symhep.methods.context import seed_sequence
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> data = Dataset.from_array(x, scaling="isotropic")
    >>> options, method = OracleMethodOptions(oracle="l2"), OracleGenerators()
    >>> part = method.fit(data, options, Shard(), Context(seed_sequence(1, "oracle", 0)))
    >>> method.combine(data, options, [part]).summary["algebra"]["name"]
    'so(3)'
    """

    name = "oracle"
    summary = "the Lie algebra that preserves a known, user-written or learned function of the event"
    references = (
        FORESTANO_SYMMETRIES,
        FORESTANO_SPARSE,
        ROMAN,
        FORESTANO_EXCEPTIONAL,
    )
    Options = OracleMethodOptions
    scan_quantities = (
        ScanQuantity("algebra.dimension", "Generators"),
        ScanQuantity("spectrum.values", "Relative singular value", error_key="spectrum.noise", entry="field"),
        ScanQuantity("residual.closure", "Closure residual"),
    )

    def check(self, data: Dataset, options: OracleMethodOptions) -> None:
        """Raise `CardError` or `MethodError` for events that the oracle, the fields or the target do not fit."""
        sample = Sample.prepare(data, options)
        if options.compare is not None:
            algebra_sum(options.compare, sample.layout.dimension)
        if not isinstance(options.oracle, LearnedOracleOptions):
            oracle = build_oracle(options.oracle, sample.layout, sample.x)
            Conditions(oracle, make_fields(options, sample.layout), sample.x, sample.weights, sample.scale)

    def fit(self, data: Dataset, options: OracleMethodOptions, shard: Shard, context: Context) -> Part:
        """Solve, take out what holds on the data alone, turn to the sparsest basis, break, follow."""
        solving, thick, turning, breaking, training, coding, flowing, moving = replica_seeds(context.seeds, 8)
        problem = pose(data, options, coding, training, context)
        if options.solver == "flows":
            return fit_flows(problem, options.flows, solving, context).to_part()
        conditions, sample = problem.conditions, problem.sample
        solution = solve(conditions, options, solving, context)
        solution, support = split_spurious(solution, conditions, sample, np.random.default_rng(thick))
        solution = canonical(solution, conditions.fields, sample.minkowski, np.random.default_rng(turning))
        if options.solver == "exact" and not conditions.oracle.approximate:
            finite = transform(conditions, solution, np.random.default_rng(moving))
            solution, problem.info["finite"] = doubt(solution, finite), finite.to_json()
        broken = None
        if options.breaking is not None:
            broken = break_symmetry(conditions, options.breaking, solution, np.random.default_rng(breaking))
        latent = follow_least(problem, data, options, np.random.default_rng(flowing))
        network = problem.parameters or None
        return Outcome(solution, support, sample.layout, problem.info, broken, network, latent).to_part()

    def combine(self, data: Dataset, options: OracleMethodOptions, parts: Sequence[Part]) -> Result:
        """Name the algebra, compare, and say it."""
        if options.solver == "flows":
            return flow_result(FlowOutcome.from_part(parts[0]), options)
        evidence = study(Outcome.from_part(parts[0]), options)
        network, symmetry = evidence.outcome.network, vouched(evidence, data)
        summary, arrays = summarise(evidence, options), drawing_arrays(evidence, data)
        if symmetry is not None:
            summary["symmetry"] = symmetry.to_summary()
            arrays |= symmetry.to_arrays()
        return Result(
            summary=summary,
            arrays=arrays,
            tables=tables(evidence),
            statements=list(findings(evidence, options)),
            checkpoint={"network": network} if network else {},
        )

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """Generators, spectrum, structure constants, flows, breaking; those of the solver and the oracle."""
        from symhep_oracle.figures.all import draw_all

        return draw_all(result)
