"""Passes over events that need not be in one memory."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.stream import InMemory
from symhep.events.subsample import subsample
from symhep.methods.passes import State
from symhep_moments.events import Events
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.sums import moments_over
from symhep_moments.sample import events_of
from symhep_moments.stream import EventsPass, Recipe, over_all, parts_of, together

BLOCKS, ROWS = 6, 50


class Sum(EventsPass):
    name = "sum"

    def of_events(self, events: Events, number: int) -> State:
        return {
            "x": (events.weights[:, None, None] * events.x).sum(dim=0).numpy(),
            "w": np.array(float(events.weights.sum())),
            "n": np.array(len(events)),
        }


class Largest(EventsPass):
    name = "largest"
    largest = frozenset({"x"})
    joined = frozenset({"rows"})

    def of_events(self, events: Events, number: int) -> State:
        return {"x": events.x.amax().numpy(), "rows": np.array([len(events)])}


def data_of(seed: int = 1, copies: bool = False) -> Dataset:
    rng, n = np.random.default_rng(seed), BLOCKS * ROWS
    data = Dataset.from_array(
        rng.normal([0.4, 0.0, 0.0], size=(n, 3)),
        weights=rng.choice([1.0, 1.0, -0.4], n),
        scaling="isotropic",
    )
    data = replace(data, block=np.arange(n) // ROWS)
    return data.take(np.r_[0:n, 10:30, 210:220]) if copies else data


def streamed(data: Dataset, rows: int) -> Dataset:
    """As the data would come if they were too many for the memory."""
    return replace(subsample(data, rows), stream=InMemory(data))


@pytest.mark.parametrize("copies", [False, True])
def test_sums_over_blocks_are_those_over_all_rows(copies: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", 120)
    data = data_of(copies=copies)
    events = events_of(data, "so(3)")
    assert (len(events) <= 120, events.subsampled, events.number) == (True, True, len(data))
    total, largest = together([Sum(), Largest()], events)
    np.testing.assert_allclose(
        total["x"][0], (data.weights @ data.values) / events.scale, rtol=1e-12, atol=1e-12
    )
    assert float(total["w"]) == pytest.approx(float(data.weights.sum()))
    assert int(total["n"]) == BLOCKS * ROWS  # copies are one row with their weight
    assert int(largest["rows"].sum()) == BLOCKS * ROWS
    assert len(largest["rows"]) == BLOCKS
    assert float(largest["x"]) == data.values.max() / events.scale


def test_data_in_memory_and_too_many_for_it_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", 120)
    data = data_of()
    one, other = (events_of(d, "so(3)") for d in (data, streamed(data, 120)))
    assert one.scale == other.scale
    np.testing.assert_array_equal(one.x, other.x)
    functions = build_functions(one, FunctionOptions(fourier=3), np.random.default_rng(2))
    found = [moments_over(events, functions) for events in (one, other)]
    np.testing.assert_array_equal(found[0].mean, found[1].mean)
    np.testing.assert_array_equal(found[0].covariance, found[1].covariance)
    assert found[0].nu == found[1].nu


def test_the_means_are_of_all_events_and_the_covariance_of_the_subsample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", 120)
    data = data_of()
    events = events_of(data, "so(3)")
    functions = build_functions(events, FunctionOptions(fourier=3), np.random.default_rng(2))
    found = moments_over(events, functions)
    monkeypatch.setattr(streams, "SUBSAMPLE", 1000)
    whole = events_of(data, "so(3)")
    assert not whole.subsampled
    rescaled = replace(whole, x=whole.x * (whole.scale / events.scale), scale=events.scale)
    expected = moments_over(replace(rescaled, stream=None, here=None), functions)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-10, atol=1e-14)
    few = moments_over(replace(events, stream=None, here=None, subsampled=False), functions)
    assert found.nu == pytest.approx(few.nu)
    # centred at another mean, and for more events: the spread of one event times sum w^2 / (sum w)^2 of all
    assert np.abs(found.covariance).max() == pytest.approx(
        np.abs(few.covariance).max() * few_over_all(data, events), rel=0.05
    )


def few_over_all(data: Dataset, events: Events) -> float:
    few, every = events.weights.numpy(), data.weights
    return float((every**2).sum() / every.sum() ** 2 * few.sum() ** 2 / (few**2).sum())


def test_a_block_without_events_or_weights_adds_nothing() -> None:
    data = data_of()
    data = replace(data, weights=np.where(data.block == 2, 0.0, data.weights))
    events = events_of(data, "so(3)")
    recipe = pickle.loads(pickle.dumps(Recipe.of(events)))  # noqa: S301
    assert len(recipe(data.take(slice(0, 0)))) == 0
    block = recipe(data.take(np.flatnonzero(data.block == 2)))
    assert float(block.weights.abs().sum()) == 0.0
    assert float(over_all(Sum(), events)["w"]) == pytest.approx(float(data.weights.sum()))


def test_parts_of_events_in_memory_hold_whole_independent_events(monkeypatch: pytest.MonkeyPatch) -> None:
    import symhep_moments.stream as module

    monkeypatch.setattr(module, "BLOCK_EVENTS", 7)
    events = events_of(data_of(), "so(3)")
    source = np.arange(len(events)) % 40
    parts = list(parts_of(replace(events, source=source, stream=None)))
    assert sum(len(p) for p in parts) == len(events)
    seen = [{*p.source.tolist()} for p in parts if p.source is not None]
    assert sum(len(s) for s in seen) == 40
