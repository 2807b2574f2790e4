"""Numbers of a result under a systematic variation: of a learned oracle without training it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symhep.events.counterparts import counterparts
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context
from symhep.methods.result import Result
from symhep.methods.varied import Shifted
from symhep_oracle.fit.algebra import analyse
from symhep_oracle.fit.outcome import Outcome
from symhep_oracle.fit.problem import Problem, conditions_of
from symhep_oracle.fit.result import result_of
from symhep_oracle.fit.solved import Streams, solved
from symhep_oracle.learned.answers import Answers
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import LearnedOracle, quality_of, trained_before
from symhep_oracle.record import OracleRecord
from symhep_oracle.sample import Prepared, Sample

__all__ = ["evaluated", "preserved_whatever_the_weights"]


def preserved_whatever_the_weights(result: Result[OracleRecord], prepared: Prepared) -> bool:
    """Are all numbers rounding? Then weights, which say how much each event counts, change none of them."""
    record = result.record
    return (
        prepared.options.solver == "exact"
        and prepared.options.breaking is None
        and not record.oracle.approximate
        and record.algebra.breaking.value == 0
    )


def evaluated(
    nominal: Prepared, result: Result[OracleRecord], alternative: Alternative, context: Context
) -> dict[str, Shifted]:
    """Numbers of a learned oracle: the nominal networks on varied events that stand for those held out.

    The generators are fitted again to these, as many as on the nominal events; what the networks learned does not
    change. The quality is that of a classifier on the varied events; a regressor's, whose target has the units of the
    nominal events, is left out.
    """
    options = nominal.options
    assert isinstance(options.oracle, LearnedOracleOptions)
    shard = context.of_shard(0)
    (training,) = Streams.of(shard.seeds, "training")
    used = nominal.data.take(nominal.sample.rows)
    oracle, held_out = trained_before(
        used, nominal.sample.points.numpy(), options.oracle, nominal.sample.layout, training,
        result.checkpoint["network"],
    )  # fmt: skip
    data = alternative.data
    sample = _held_out(nominal, used.unit[held_out], data, context)
    conditions, sample, facts = conditions_of(data, options, sample, oracle)
    varied = Prepared(data, options, sample)
    problem = Problem(conditions, sample, facts, {}, None)
    count = result.record.algebra.dimension + len(result.record.support.spurious)
    outcome = Outcome.from_part(solved(problem, options, shard, count).to_part())
    again = result_of(analyse(outcome, options, context.of_shard(COMBINE).seeds), varied).record
    known = {key for key, answer in answers_of(result.record).items() if answer.number is not None}
    found = {
        key: Shifted(answer.number.value)
        for key, answer in answers_of(again).items()
        if key in known and answer.number is not None and answer.number.value is not None
    }
    score = _score(data, options.oracle, sample, oracle)
    return found if score is None else found | {"oracle.training.quality.score": Shifted(score)}


def _held_out(nominal: Prepared, held_out: np.ndarray, data: Dataset, context: Context) -> Sample:
    """Varied events that stand for those held out; what was trained on is not among them."""
    options = nominal.options
    assert isinstance(options.oracle, LearnedOracleOptions)
    every = Sample.of(data, options.model_copy(update={"max_events": None}), nominal.sample)
    rng = np.random.default_rng(context.shared("events of a variation"))
    left_out = np.setdiff1d(nominal.data.unit, held_out)
    share = len(np.unique(held_out)) / len(np.unique(nominal.data.unit))
    rows = counterparts(data.unit[every.rows], held_out, left_out, share, rng)
    return replace(every.only(rows), available=len(data))


def _score(
    data: Dataset, options: LearnedOracleOptions, sample: Sample, oracle: LearnedOracle
) -> float | None:
    if options.task == "regressor":
        return None
    answers = Answers.of(data, options).at(sample.rows)
    return quality_of(oracle, sample.points.numpy(), answers).score.value
