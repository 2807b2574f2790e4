"""What is asked: the events, the oracle and the conditions on the fields that preserve it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.events.copies import copies_of, independent, units_or_none
from symhep.events.dataset import Dataset
from symhep.events.effective import effective_events
from symhep.methods.context import Context
from symhep.methods.events import EventsRecord
from symhep.methods.record import Record
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.everything import AllEvents
from symhep_oracle.fit.fields import make_fields
from symhep_oracle.latent.latents import Coded, encode
from symhep_oracle.learned.answers import inputs, without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import train
from symhep_oracle.learned.record import TrainingRecord
from symhep_oracle.learned.retraining import retrain
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.build import build_oracle, sent_oracle
from symhep_oracle.oracles.description import describe
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.record import FunctionRecord, LayoutRecord
from symhep_oracle.sample import MOMENTUM, Prepared, Sample, acts_on_momenta

__all__ = ["Facts", "Problem", "conditions_of", "pose"]

Parameters = dict[str, npt.NDArray[np.float32]]


class Facts(Record):
    """What the result has to tell of the events and the oracle."""

    events: EventsRecord
    scale: float
    unit: str
    layout: LayoutRecord
    oracle: FunctionRecord
    subsample: int | None = Field(None, description="events looked at, where there are more")
    coding: dict[str, Any] | None = Field(None, description="how well an autoencoder codes the features")


@dataclass(frozen=True)
class Problem:
    """The ``conditions``, on the events of ``sample``.

    ``facts`` tell of both. ``parameters`` of what was trained on the way, empty if nothing was; ``coded`` is set where
    the fields act on latents of the features. ``trained`` are learned oracles from bootstrap samples.
    """

    conditions: Conditions
    sample: Sample
    facts: Facts
    parameters: Parameters
    coded: Coded | None
    trained: tuple[Oracle, ...] = ()


def pose(
    prepared: Prepared,
    coding: np.random.SeedSequence,
    training: np.random.SeedSequence,
    context: Context,
    everything: AllEvents | None = None,
) -> Problem:
    """Code the features if that is asked for, train the oracle if it is to be learned, and write the conditions.

    The seeds ``coding`` and ``training`` are those of the autoencoder and of the oracle. ``everything``: all events, of
    which those prepared are a subsample, for an oracle that is known.
    """
    data, options, sample = prepared.data, prepared.options, prepared.sample
    coded: Coded | None = None
    parameters: Parameters = {}
    if options.latent is not None and isinstance(options.oracle, LearnedOracleOptions):
        features = inputs(data, options.oracle)
        coded = encode(data, features, options.latent, coding, context.device, context.progress)
        data = coded.data
        sample = Sample.of(data, options)
        parameters = {f"autoencoder.{name}": values for name, values in coded.parameters.items()}
    oracle: Oracle
    report: TrainingRecord | None = None
    trained: tuple[Oracle, ...] = ()
    if isinstance(options.oracle, LearnedOracleOptions):
        x, layout = sample.points.numpy(), sample.layout
        learned = train(
            data.take(sample.rows), x, options.oracle, layout, training, context.device, context.progress
        )
        trained = retrain(
            data.take(sample.rows), x, options.oracle, learned, training, context.device, context.progress
        )
        oracle, sample, report = learned.oracle, sample.only(learned.held_out), learned.report
        parameters = learned.oracle.parameters | parameters
    else:
        build = build_oracle if everything is None else sent_oracle
        oracle = build(options.oracle, sample.layout, sample.x)
    coding_report = None if coded is None else coded.report
    conditions, sample, facts = conditions_of(data, options, sample, oracle, report, coding_report)
    if everything is not None:
        conditions = replace(conditions, everything=everything)
        facts = facts.model_copy(update={"events": everything.record(conditions)})
    elif prepared.data.stream is not None:
        facts = facts.model_copy(update={"subsample": len(prepared.sample)})
    return Problem(conditions, sample, facts, parameters, coded, trained)


def conditions_of(
    data: Dataset,
    options: OracleMethodOptions,
    sample: Sample,
    oracle: Oracle,
    report: TrainingRecord | None = None,
    coding: dict[str, Any] | None = None,
) -> tuple[Conditions, Sample, Facts]:
    """The conditions on the events of ``sample``, which are rows of ``data``; these events in order; and the facts."""
    fields = make_fields(sample.layout, options.degree, options.affine)
    if (
        units_or_none(data.unit[sample.rows]) is not None
    ):  # rows of one event stand together, in one block of the errors
        sample = sample.only(np.argsort(data.unit[sample.rows], kind="stable"))
    used = data.take(sample.rows)
    copies = copies_of(used)
    facts = Facts(
        events=EventsRecord(
            used=len(sample), available=sample.available,
            effective=effective_events(independent(sample.weights, used.unit)), negative=sample.negative,
            copies=copies.repeated, alike=copies.alike,
        ),
        scale=sample.scale,
        unit=sample.unit,
        layout=_layout(data, options, sample, coding is not None),
        oracle=FunctionRecord(
            description=describe(options.oracle), outputs=oracle.outputs, precision=oracle.precision,
            approximate=oracle.approximate, training=report,
        ),
        coding=coding,
    )  # fmt: skip
    conditions = Conditions(oracle, fields, sample.points, sample.weights, sample.scale)
    return conditions, sample, facts


def _layout(data: Dataset, options: OracleMethodOptions, sample: Sample, coded: bool) -> LayoutRecord:
    momenta = acts_on_momenta(data, options)
    layout = sample.layout
    return LayoutRecord(
        number=layout.vectors, size=layout.dimension, complex=layout.complex,
        components=sample.names,
        acts_on="latents" if coded else "momenta" if momenta else "features",
        unused=_unused(data, options) if momenta else (),
        sets=tuple(sorted(data.sets)) if layout.masked else (), tag_names=data.tag_names if layout.tags else (),
        spectator_names=tuple(c.name for c in data.spectator_columns),
    )  # fmt: skip


def _unused(data: Dataset, options: OracleMethodOptions) -> tuple[str, ...]:
    """Variables of the features that four-momenta take the place of."""
    if isinstance(options.oracle, LearnedOracleOptions):
        data = without_target(data, options.oracle)
    variables = dict.fromkeys(c.variable or c.name for c in data.columns)
    return tuple(v for v in variables if v not in MOMENTUM)
