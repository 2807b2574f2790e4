"""What is asked: the events, the oracle and the conditions on the fields that preserve it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.latent.latents import Coded, encode
from symhep_oracle.learned.answers import inputs, without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import train
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.build import build_oracle
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.fit.outcome import make_fields
from symhep_oracle.sample import MOMENTUM, Sample, acts_on_momenta

__all__ = ["Problem", "pose"]

Parameters = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Problem:
    """The ``conditions``, on the events of ``sample``.

    ``info`` (JSON) is what the result has to tell of both. ``parameters`` of what was trained on the way, empty if
    nothing was; ``coded`` is set where the fields act on latents of the features.
    """

    conditions: Conditions
    sample: Sample
    info: dict[str, Any]
    parameters: Parameters
    coded: Coded | None


def pose(
    data: Dataset,
    options: OracleMethodOptions,
    coding: np.random.SeedSequence,
    training: np.random.SeedSequence,
    context: Context,
) -> Problem:
    """Code the features if that is asked for, train the oracle if it is to be learned, and write the conditions.

    The seeds ``coding`` and ``training`` are those of the autoencoder and of the oracle.
    """
    coded: Coded | None = None
    info: dict[str, Any] = {}
    parameters: Parameters = {}
    if options.latent is not None and isinstance(options.oracle, LearnedOracleOptions):
        features = inputs(data, options.oracle)
        coded = encode(data, features, options.latent, coding, context.device, context.progress)
        data, info["latent"] = coded.data, coded.report
        parameters = {f"autoencoder.{name}": values for name, values in coded.parameters.items()}
    sample = Sample.prepare(data, options)
    oracle: Oracle
    if isinstance(options.oracle, LearnedOracleOptions):
        x, layout = sample.x.numpy(), sample.layout
        learned = train(
            _events(data, sample.rows), x, options.oracle, layout, training, context.device, context.progress
        )
        oracle, sample, info["training"] = learned.oracle, sample.only(learned.held_out), learned.report
        parameters = learned.oracle.parameters | parameters
    else:
        oracle = build_oracle(options.oracle, sample.layout, sample.x)
    fields = make_fields(options, sample.layout)
    conditions = Conditions(oracle, fields, sample.x, sample.weights, sample.scale)
    on_momenta = acts_on_momenta(data, options)
    info |= {
        "events": len(sample), "scale": sample.scale, "unit": sample.unit, "names": list(sample.names),
        "minkowski": sample.minkowski, "negative_weight": sample.negative, "outputs": oracle.outputs,
        "on_momenta": on_momenta, "unused": _unused(data, options) if on_momenta else [],
        "precision": oracle.precision, "approximate": oracle.approximate,
    }  # fmt: skip
    return Problem(conditions, sample, info, parameters, coded)


def _unused(data: Dataset, options: OracleMethodOptions) -> list[str]:
    """Variables of the features that four-momenta take the place of."""
    if isinstance(options.oracle, LearnedOracleOptions):
        data = without_target(data, options.oracle)
    variables = dict.fromkeys(c.variable or c.name for c in data.columns)
    return [v for v in variables if v not in MOMENTUM]


def _events(data: Dataset, rows: npt.NDArray[np.int64]) -> Dataset:
    """Some of the events, with all that belongs to them."""
    return replace(
        data,
        values=data.values[rows],
        weights=data.weights[rows],
        labels=data.labels[rows],
        momenta=None if data.momenta is None else data.momenta[rows],
    )
