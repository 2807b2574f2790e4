"""The flows in a latent space that change the oracle least, found and followed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.lie.canonical_basis import leading
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.problem import Problem
from symhep_oracle.latent.morph import follow
from symhep_oracle.learned.answers import without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import LearnedOracle
from symhep_oracle.sample import Prepared

__all__ = ["follow_least"]


def follow_least(
    problem: Problem, prepared: Prepared, rng: np.random.Generator
) -> dict[str, npt.NDArray[Any]] | None:
    """Follow as many singular vectors of the conditions as the options ask for; None without a latent space."""
    options = prepared.options
    if problem.coded is None or options.latent is None:
        return None
    conditions, sample = problem.conditions, problem.sample
    oracle, fields = conditions.oracle, conditions.fields
    # The options see to this: latents go with matrices and an oracle that is learned.
    assert isinstance(oracle, LearnedOracle)
    assert isinstance(options.oracle, LearnedOracleOptions)
    assert isinstance(fields, LinearFields)
    originals = without_target(prepared.data, options.oracle).values[sample.rows]
    directions = np.linalg.eigh(conditions.grams().mean)[1][:, : options.latent.flows].T
    directions *= np.sign(directions[np.arange(len(directions)), leading(directions)])[:, None]
    return follow(
        problem.coded.coding, oracle, fields, directions, sample.x.numpy(), originals, sample.scale,
        options.latent, rng,
    ).arrays()  # fmt: skip
