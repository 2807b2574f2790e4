"""The solvers of the card: exact, or by training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.methods.context import Context
from symhep_oracle.fit import exact
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.solution import Solution
from symhep_oracle.gradient.solve import solve as solve_by_gradient
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.interface import Oracle

__all__ = ["solve"]


def solve(
    conditions: Conditions,
    options: OracleMethodOptions,
    seeds: np.random.SeedSequence,
    context: Context,
    trained: Sequence[Oracle] = (),
    dimension: int | None = None,
) -> Solution:
    """Generators that fulfil the conditions, by the solver that the options name.

    ``trained`` and ``dimension``, of the solver exact: see `exact.solve`.
    """
    if options.solver == "exact":
        return exact.solve_conditions(conditions, np.random.default_rng(seeds), trained, dimension)
    asked = conditions.oracle, conditions.x, conditions.weights, conditions.fields
    with context.progress.task("gradient solver", options.gradient.epochs) as advance:
        return solve_by_gradient(*asked, options.gradient, seeds, conditions.scale, context.device, advance)
