"""The method 'oracle': the Lie algebra that leaves a function of the event as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result
from symhep.torchkit.streams import replica_seeds
from symhep_oracle import exact
from symhep_oracle.algebra import Evidence, study
from symhep_oracle.breaking import break_symmetry
from symhep_oracle.canonical import sparsest
from symhep_oracle.conditions import Conditions
from symhep_oracle.fields import Fields, LinearFields
from symhep_oracle.findings import findings
from symhep_oracle.gradient.solve import solve as solve_by_gradient
from symhep_oracle.latent.coded import Coded, encode
from symhep_oracle.latent.morphing import follow
from symhep_oracle.learned.answers import inputs, without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import LearnedOracle, train
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.building import build_oracle
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.outcome import Outcome, make_fields
from symhep_oracle.recognised import recognise, towards_known
from symhep_oracle.results import drawing_arrays, summarise, tables
from symhep_oracle.sample import Sample
from symhep_oracle.solution import Solution
from symhep_oracle.support import split_spurious
from symhep_oracle.target import parse_target

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
        "forestano2023symmetries", "forestano2023sparse", "roman2023latent", "forestano2023exceptional",
    )  # fmt: skip
    Options = OracleMethodOptions
    scan_quantities = (
        ScanQuantity("algebra.dimension", "Generators"),
        ScanQuantity("spectrum.values", "Relative singular value", error_key="spectrum.noise", entry="field"),
        ScanQuantity("residual.closure", "Closure residual"),
    )

    def check(self, data: Dataset, options: OracleMethodOptions) -> None:
        """Raise `CardError` or `MethodError` for events that the oracle, the fields or the target do not fit."""
        sample = Sample.prepare(data, options)
        if options.solver == "gradient" and (options.affine or options.degree > 1):
            raise CardError("the gradient solver trains matrices only", hint="take solver: exact")
        if options.compare is not None:
            if options.degree > 1:
                raise CardError("'compare' needs matrices, not polynomial fields", hint="leave out degree")
            parse_target(options.compare, sample.layout.dimension)
        if not isinstance(options.oracle, LearnedOracleOptions):
            oracle = build_oracle(options.oracle, sample.layout, sample.x)
            Conditions(oracle, make_fields(options, sample.layout), sample.x, sample.weights, sample.scale)

    def fit(self, data: Dataset, options: OracleMethodOptions, shard: Shard, context: Context) -> Part:
        """Solve, take out what holds on the data alone, turn to the sparsest basis, break."""
        solving, thick, turning, breaking, training, coding, flowing = replica_seeds(context.seeds, 7)
        coded = _coded(data, options, coding, context)
        given, data = data, coded.data if coded else data
        sample = Sample.prepare(data, options)
        oracle, sample, info, network = _oracle(data, options, sample, training, context)
        fields = make_fields(options, sample.layout)
        conditions = Conditions(oracle, fields, sample.x, sample.weights, sample.scale)
        arguments = oracle, sample.x, sample.weights, fields
        if options.solver == "exact":
            solution = exact.solve(*arguments, np.random.default_rng(solving), sample.scale)
        else:
            epochs = options.gradient.epochs
            with context.progress.task("gradient solver", epochs) as advance:
                solution = solve_by_gradient(
                    *arguments, options.gradient, solving, sample.scale, context.device, advance
                )
        solution, support = split_spurious(solution, conditions, sample, np.random.default_rng(thick))
        solution = _canonical(solution, fields, sample.minkowski, np.random.default_rng(turning))
        broken = None
        if options.breaking is not None:
            psi = build_oracle(options.breaking.oracle, sample.layout, sample.x)
            rng = np.random.default_rng(breaking)
            broken = break_symmetry(conditions, psi, options.breaking.strengths, solution, rng)
        latent = None
        if coded is not None:
            assert isinstance(oracle, LearnedOracle)
            assert isinstance(options.oracle, LearnedOracleOptions)
            assert options.latent is not None
            assert isinstance(fields, LinearFields)
            _, vectors = np.linalg.eigh(conditions.grams().mean)
            latent = follow(
                coded.coding, oracle, fields, vectors[:, : options.latent.flows].T, sample.x.numpy(),
                without_target(given, options.oracle).values[sample.rows], sample.scale, options.latent,
                np.random.default_rng(flowing),
            ).arrays()  # fmt: skip
            info["latent"] = coded.report
            network = (network or {}) | {f"autoencoder.{name}": a for name, a in coded.parameters.items()}
        info |= {
            "events": len(sample), "scale": sample.scale, "unit": sample.unit, "names": list(sample.names),
            "minkowski": sample.minkowski, "negative_weight": sample.negative, "outputs": oracle.outputs,
            "precision": oracle.precision, "approximate": oracle.approximate,
        }  # fmt: skip
        return Outcome(solution, support, sample.layout, info, broken, network, latent).to_part()

    def combine(self, data: Dataset, options: OracleMethodOptions, parts: Sequence[Part]) -> Result:
        """Name the algebra, compare, and say it."""
        evidence: Evidence = study(Outcome.from_part(parts[0]), options)
        network = evidence.outcome.network
        return Result(
            summary=summarise(evidence, options),
            arrays=drawing_arrays(evidence, data),
            tables=tables(evidence),
            statements=list(findings(evidence, options)),
            checkpoint={"network": network} if network else {},
        )

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """Generators, spectrum, structure constants, flows, breaking; those of the solver and the oracle."""
        from symhep_oracle.figures.all import draw_all

        return draw_all(result)


def _coded(
    data: Dataset, options: OracleMethodOptions, seeds: np.random.SeedSequence, context: Context
) -> Coded | None:
    """The latents of the features, if the options ask for them."""
    if options.latent is None or not isinstance(options.oracle, LearnedOracleOptions):
        return None
    features = inputs(data, options.oracle)
    return encode(data, features, options.latent, seeds, context.device, context.progress)


def _oracle(
    data: Dataset,
    options: OracleMethodOptions,
    sample: Sample,
    seeds: np.random.SeedSequence,
    context: Context,
) -> tuple[Oracle, Sample, dict[str, Any], dict[str, npt.NDArray[np.float32]] | None]:
    """The oracle, the events that it is asked on, what is to be told of it, and its parameters if it was trained."""
    if not isinstance(options.oracle, LearnedOracleOptions):
        return build_oracle(options.oracle, sample.layout, sample.x), sample, {}, None
    seen = replace(
        data,
        values=data.values[sample.rows],
        weights=data.weights[sample.rows],
        labels=data.labels[sample.rows],
        momenta=None if data.momenta is None else data.momenta[sample.rows],
    )
    learned = train(
        seen, sample.x.numpy(), options.oracle, sample.layout, seeds, context.device, context.progress
    )
    return (
        learned.oracle, sample.only(learned.held_out), {"training": learned.report}, learned.oracle.parameters
    )  # fmt: skip


def _canonical(solution: Solution, fields: Fields, minkowski: bool, rng: np.random.Generator) -> Solution:
    """The sparsest basis, with the signs and in the order of the known matrices."""
    noise = float(np.sqrt((solution.errors**2).mean())) if solution.dimension else 0.0
    turned = solution.rotated(sparsest(solution.coefficients, rng, 3 * noise))
    tolerance = max(1e-6, 3 * float(np.linalg.norm(solution.errors, axis=1).max(initial=0.0)))
    turned = turned.rotated(towards_known(turned.coefficients, fields, minkowski, tolerance))
    known = recognise(turned.coefficients, fields, minkowski)
    order = sorted(range(len(known)), key=lambda g: known[g].place)
    permutation = np.zeros((len(known), len(known)))
    for new, old in enumerate(order):
        permutation[new, old] = known[old].sign
    return turned.rotated(permutation)
