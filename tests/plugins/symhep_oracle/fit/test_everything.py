"""The conditions on all events, where those in memory are a subsample."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream, InMemory
from symhep.events.subsample import subsample
from symhep.events.variation import Alternative, Variation
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.passes import Pass, State, reduce_here
from symhep.testing.streaming import backwards
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import Norm
from symhep_oracle.record import OracleRecord

METHOD = OracleGenerators()
CONTEXT = Context(seed_sequence(1, "oracle", COMBINE))


def events(count: int = 4000) -> Dataset:
    rng = np.random.default_rng(1)
    data = Dataset.from_array(
        rng.normal(size=(count, 3)) * (1, 2, 3),
        weights=rng.choice([1.0, 3.0, -1.0], count),
        scaling="isotropic",
    )
    return replace(data, block=np.arange(count) // 700, unit=np.arange(count) // 2 * 2)


def streamed(whole: Dataset, rows: int = 1000) -> Dataset:
    return replace(subsample(whole, rows), stream=InMemory(whole))


def solved(data: Dataset, options: OracleMethodOptions, context: Context = CONTEXT) -> OracleRecord:
    prepared = pickle.loads(pickle.dumps(METHOD.prepare(data, options)))  # noqa: S301
    part = METHOD.fit(prepared, Shard(), context.of_shard(0))
    return METHOD.combine(prepared, [part], context).record


def by_hand(data: Dataset) -> np.ndarray:
    """Singular values of the conditions of |x| on all events: x_i x_j / |x|, weighted by |w|."""
    rows = (data.values[:, :, None] * data.values[:, None]).reshape(len(data), -1)
    rows /= np.linalg.norm(data.values, axis=1)[:, None]
    gram = rows.T @ (np.abs(data.weights)[:, None] * rows)
    return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0.0)))


def test_conditions_are_those_of_all_events() -> None:
    whole = events()
    record = solved(streamed(whole), OracleMethodOptions(oracle="l2", compare="so(3)"))
    expected = by_hand(whole)
    assert record.spectrum.values[3:] == pytest.approx(expected[3:] / expected[-1])
    assert (record.algebra.name, record.algebra.dimension) == ("so(3)", 3)
    assert record.residual.invariance.value == pytest.approx(0, abs=1e-14)
    size = np.abs(whole.weights)
    own = size.reshape(-1, 2).sum(axis=1)
    e = record.events
    assert (e.used, e.available, e.copies) == (4000, 4000, 2000)
    assert e.effective == pytest.approx(own.sum() ** 2 / (own**2).sum())
    assert e.negative == pytest.approx((whole.weights == -1).sum() / size.sum())


def test_the_subsample_decides_no_singular_value() -> None:
    whole = events()
    options = OracleMethodOptions(oracle="l2")
    one, two = (solved(streamed(whole, rows), options).spectrum.values for rows in (500, 2500))
    assert one == pytest.approx(two, abs=1e-12)


def test_blocks_may_be_read_in_any_order_by_anybody() -> None:
    options = OracleMethodOptions(oracle="l2", breaking={"oracle": "l1"})
    data = streamed(events())
    assert solved(data, options) == solved(data, options, replace(CONTEXT, reducer=backwards))


def test_errors_are_those_of_all_events() -> None:
    """A quarter of the events has standard errors twice as large."""
    whole = replace(events(40_000), unit=np.arange(40_000), weights=np.ones(40_000))
    quarter = whole.take(np.flatnonzero(np.arange(40_000) % 4 == 0))
    options = OracleMethodOptions(oracle="l2")
    many, few = (
        np.array(solved(streamed(data), options).spectrum.standard_errors)[3:-1] for data in (whole, quarter)
    )
    here = np.array(solved(whole, options).spectrum.standard_errors)[3:-1]
    assert few / many == pytest.approx(2, rel=0.5)
    assert np.mean(many / here) == pytest.approx(1, rel=0.3)


def test_breaking_is_that_of_all_events() -> None:
    """As without a stream, but for the order of sums."""
    whole = events()
    options = OracleMethodOptions(oracle="l2", breaking={"oracle": "l1", "strengths": [0.1]})
    there, here = solved(streamed(whole), options).breaking, solved(whole, options).breaking
    assert there is not None and here is not None  # noqa: PT018
    assert sorted(n.value for b in there.broken for n in b.violation) == pytest.approx(
        sorted(n.value for b in here.broken for n in b.violation), rel=1e-2
    )


def test_a_function_of_the_user_is_built_where_blocks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function inside a function cannot be sent: blocks load it by its name."""

    def length(x: torch.Tensor) -> torch.Tensor:
        return (x**2).sum(dim=1)

    monkeypatch.setattr("symhep.plugin.user_function.load_function", lambda name, registry: length)
    monkeypatch.setattr("symhep.plugin.user_function.source_checksum", lambda name, registry: "")

    def sent(work: Pass, stream: EventStream) -> State:
        return reduce_here(pickle.loads(pickle.dumps(work)), stream)  # noqa: S301

    options = OracleMethodOptions(oracle={"kind": "function", "function": "mine:length"})
    record = solved(streamed(events()), options, replace(CONTEXT, reducer=sent))
    assert record.algebra.name == "so(3)"


def test_blocks_without_weight_count_for_nothing() -> None:
    whole = events()
    whole = replace(whole, weights=np.where(whole.block == 2, 0.0, whole.weights))
    expected = by_hand(whole)
    record = solved(streamed(whole), OracleMethodOptions(oracle="l2"))
    assert record.spectrum.values[3:] == pytest.approx(expected[3:] / expected[-1])
    assert record.events.used == 4000


def test_a_variation_is_solved_on_all_of_its_events() -> None:
    whole = events()
    options = OracleMethodOptions(oracle="l2", breaking={"oracle": "l1", "strengths": [0.1]})
    prepared = METHOD.prepare(streamed(whole), options)
    result = METHOD.combine(prepared, [METHOD.fit(prepared, Shard(), CONTEXT.of_shard(0))], CONTEXT)
    found = METHOD.vary(prepared, result, "none", Alternative("a", streamed(whole), False), CONTEXT)
    assert found["residual.invariance"].value == result.record.residual.invariance.value


def test_a_variation_of_blocks_is_solved_on_all_of_them() -> None:
    """One number a tenth larger, in the blocks as in those of a sample that is so from the start."""
    whole = events()
    larger = replace(whole, values=whole.values * (1.1, 1, 1))

    def varied(data: Dataset, other: Dataset) -> Dataset:
        return replace(
            data,
            variations=(Variation("e", "envelope", (Alternative("up", other, False),), frozenset({"data"})),),
        )

    few, many = subsample(larger, 1000), InMemory(varied(whole, larger))
    data = varied(replace(subsample(whole, 1000), stream=many), few)
    options = OracleMethodOptions(oracle="l2", breaking={"oracle": "l1", "strengths": [0.1]})
    prepared = METHOD.prepare(data, options)
    result = METHOD.combine(prepared, [METHOD.fit(prepared, Shard(), CONTEXT.of_shard(0))], CONTEXT)
    found = METHOD.vary(prepared, result, "e", Alternative("up", few, False), CONTEXT)
    again = METHOD.prepare(replace(few, stream=InMemory(larger)), options)
    expected = METHOD.combine(again, [METHOD.fit(again, Shard(), CONTEXT.of_shard(0))], CONTEXT).record
    assert expected.breaking is not None
    for row in expected.breaking.broken:
        assert found[f"breaking.broken[{row.name}].violation[0]"].value == row.violation[0].value


def test_a_learned_oracle_says_that_it_used_a_subsample() -> None:
    x = np.random.default_rng(1).normal(size=(3000, 2))
    data = Dataset.from_array(np.c_[x, (x**2).sum(1)], columns=("x", "y", "r"), scaling="isotropic")
    options = OracleMethodOptions.model_validate(
        {
            "oracle": {
                "kind": "learned",
                "task": "regressor",
                "target": "r",
                "epochs": 1,
                "min_steps": 30,
                "retrain": 0,
            }
        }
    )
    record = solved(streamed(data, 1500), options)
    assert (record.subsample, record.events.available) == (1500, 3000)
    told = [s for s in METHOD.statements(record) if s.kind == "warning" and "uniform subsample" in s.text]
    assert told[0].text.startswith("Of 3,000 events a uniform subsample of 1,500 is used")
    assert solved(streamed(events()), OracleMethodOptions(oracle="l2")).subsample is None


def test_few_conditions_are_refused_as_before() -> None:
    layout = Layout(1, 3)
    x = np.random.default_rng(1).normal(size=(4, 3))
    with pytest.raises(MethodError, match="4 events give 4 conditions on 9 unknowns"):
        Conditions(Norm(layout, 2), LinearFields(layout), torch.from_numpy(x), np.ones(4), 1.0)
