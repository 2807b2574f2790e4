"""From the conditions to an outcome: solved, cleaned of what holds on the events alone, in the sparsest basis."""

from __future__ import annotations

import numpy as np

from symhep.methods.context import Context
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.fit.breaking import break_symmetry
from symhep_oracle.fit.canonical import canonical
from symhep_oracle.fit.finite import doubt, transform
from symhep_oracle.fit.outcome import Outcome
from symhep_oracle.fit.problem import Problem
from symhep_oracle.fit.solver import solve
from symhep_oracle.fit.support import split_spurious
from symhep_oracle.options import OracleMethodOptions

__all__ = ["Streams", "solved"]


class Streams:
    """The random streams of a fit, each for a purpose.

    >>> Streams.of(np.random.SeedSequence(1), "solving")[0].spawn_key
    (0,)
    """

    PURPOSES = ("solving", "thick", "turning", "breaking", "training", "coding", "flowing", "moving")

    @classmethod
    def of(cls, seeds: np.random.SeedSequence, *purposes: str) -> list[np.random.SeedSequence]:
        """Those of the purposes."""
        every = dict(zip(cls.PURPOSES, replica_seeds(seeds, len(cls.PURPOSES)), strict=True))
        return [every[purpose] for purpose in purposes]


def solved(
    problem: Problem, options: OracleMethodOptions, context: Context, dimension: int | None = None
) -> Outcome:
    """Solve, take out what holds on the data alone, turn to the sparsest basis, break.

    ``dimension``: the number of fields of a learned oracle, where that is decided already.
    """
    solving, *others = Streams.of(context.seeds, "solving", "thick", "turning", "breaking", "moving")
    thick, turning, breaking, moving = map(np.random.default_rng, others)
    conditions, sample = problem.conditions, problem.sample
    solution = solve(conditions, options, solving, context, problem.trained, dimension)
    solution, support = split_spurious(solution, conditions, sample, thick)
    solution = canonical(solution, conditions.fields, sample.minkowski, turning)
    finite = broken = None
    if options.solver == "exact" and not conditions.oracle.approximate:
        moved = transform(conditions, solution, moving)
        solution, finite = doubt(solution, moved), moved.to_record()
    if options.breaking is not None:
        broken = break_symmetry(conditions, options.breaking, solution, breaking)
    network = problem.parameters or None
    return Outcome(solution, support, sample.layout, problem.facts, broken, network, finite=finite)
