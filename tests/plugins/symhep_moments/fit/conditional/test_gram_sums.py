"""Regressions along orbits from sums over all events: those of the same events in memory."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative, Variation
from symhep.lie.bases import so
from symhep.methods.context import Context, seed_sequence
from symhep.methods.passes import Pass, State, reduce_here
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.gram_sums import GramSums, gram_sums
from symhep_moments.fit.conditional.known import KnownSums, OrbitPoints, known_law, known_sums
from symhep_moments.fit.conditional.moments import orbit_features
from symhep_moments.fit.conditional.partialling import partialled
from symhep_moments.fit.conditional.varied import partialled_each
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.points import Points, points_of
from symhep_moments.fit.relative import relative_influences
from symhep_moments.sample import Events, events_of
from symhep_moments.varied import VariedEvents, varied_events

N, FEW, ROWS = 4000, 1500, 250
TURN = so(2).homogeneous()
ORBIT = ClosedOrbit(TURN.matrices[0])
FUNCTIONS = Polynomials(2, 2)


def reduce_pickled(work: Pass, stream: streams.EventStream) -> State:
    """As a worker does: what a pass needs travels, and events do not."""
    sent = pickle.dumps(work)
    assert len(sent) < 200_000
    return reduce_here(pickle.loads(sent), stream)  # noqa: S301


CONTEXT = Context(seed_sequence(1, "moments", 0), reducer=reduce_pickled)


def data_of(seed: int, own_rows: bool = False) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.normal([0.3, 0.1], [1.0, 1.3], size=(N, 2))
    data = replace(
        Dataset.from_array(x, weights=rng.uniform(0.5, 1.5, N), scaling="none"), block=np.arange(N) // ROWS
    )
    heavier = replace(data, weights=data.weights * np.exp(0.2 * x[:, 0]))
    alternatives = (Alternative("up", heavier, True), Alternative("down", heavier, True))
    if own_rows:
        moved = replace(data, values=data.values * 1.02).take(np.arange(0, N - 10))
        alternatives = (Alternative("up", moved, False), Alternative("down", heavier, True))
    return replace(data, variations=(Variation("v", "envelope", alternatives, frozenset({"data"})),))


def both(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> tuple[Events, Events]:
    """A subsample beside all, and all in memory, in the same units."""
    monkeypatch.setattr(streams, "SUBSAMPLE", FEW)
    few = events_of(data)
    monkeypatch.setattr(streams, "SUBSAMPLE", 10 * N)
    whole = events_of(data)
    assert few.subsampled
    assert len(few) <= FEW
    assert not whole.subsampled
    return few, whole.scaled_as(few)


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Points], list[Points]]:
    pairs = [both(data_of(seed), monkeypatch) for seed in (1, 2)]
    reference = [e.scaled_as(pairs[0][0]) for e in pairs[1]]
    return [points_of(pairs[0][0]), points_of(reference[0])], [
        points_of(pairs[0][1]),
        points_of(reference[1]),
    ]


def features_of(few: list[Points]) -> Callable[[Tensor], np.ndarray]:
    return orbit_features(few[0], few[1], ORBIT, np.random.default_rng(3))


def test_moments_along_orbits_are_those_of_all_events(
    samples: tuple[list[Points], list[Points]],
) -> None:
    few, whole = samples
    features = features_of(few)
    found = partialled(few[0], few[1], features, FUNCTIONS.values, 2, CONTEXT)
    expected = partialled(whole[0], whole[1], features, FUNCTIONS.values, 2)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-8, atol=1e-11)
    # errors are those of the events in memory, for all: of 1500 events to some 4 %, and leverages of few are larger
    ratio = np.sqrt(np.diag(found.covariance) / np.diag(expected.covariance))
    np.testing.assert_allclose(ratio, 1.0, atol=0.1)
    np.testing.assert_allclose(found.influences.T @ found.influences, found.covariance[-2:, -2:], rtol=1e-9)
    assert np.diag(found.gram) == pytest.approx(np.diag(expected.gram), rel=0.15)


def test_several_share_a_reading_and_stay_apart(samples: tuple[list[Points], list[Points]]) -> None:
    few, _ = samples
    features = features_of(few)
    works = [GramSums(features, FUNCTIONS.values), GramSums(features, lambda x: x[:, 0])]
    found = gram_sums(works, few)
    assert [len(states) for states in found] == [2, 2]
    alone = gram_sums(works[1:], few)[0]
    np.testing.assert_array_equal(found[1][0]["sf"], alone[0]["sf"])
    x, w = few[1].all_events, float(found[0][1]["w"])
    assert x.number == N
    assert w == pytest.approx(float(data_of(2).weights.sum()))


def test_moments_by_derivatives_are_those_of_all_events(
    samples: tuple[list[Points], list[Points]],
) -> None:
    few, whole = samples
    found = relative_influences(few[0], few[1], FUNCTIONS, TURN, context=CONTEXT)
    expected = relative_influences(whole[0], whole[1], FUNCTIONS, TURN)
    np.testing.assert_allclose(found.moments.mean, expected.moments.mean, rtol=1e-8, atol=1e-12)
    own, all_of_them = (np.einsum("kaka->ka", m.moments.covariance) for m in (found, expected))
    np.testing.assert_allclose(np.sqrt(own / all_of_them), 1.0, atol=0.1)
    x = few[0].x[:5]
    np.testing.assert_allclose(pickle.loads(pickle.dumps(found.influence))(x), expected.influence(x))  # noqa: S301


@pytest.mark.parametrize("own_rows", [False, True])
def test_shifts_of_the_reference_are_those_of_all_events(
    own_rows: bool, samples: tuple[list[Points], list[Points]], monkeypatch: pytest.MonkeyPatch
) -> None:
    features = features_of(samples[0])
    unit, found = samples[0][0].all_events, []
    for number, most in enumerate((FEW, 10 * N)):
        monkeypatch.setattr(streams, "SUBSAMPLE", most)
        data = samples[number][0]
        variations, reference = _varied(data_of(2, own_rows), unit)
        works = [GramSums(features, FUNCTIONS.values)]
        found += partialled_each(works, data, reference, [0], variations, CONTEXT)
    few, whole = (one.under for one in found)
    assert few is not None
    assert whole is not None
    error = np.sqrt(np.diag(found[1].covariance))
    assert (abs(whole.differences) > error).any()
    # of other weights the two linearise alike but for leverages; of other events the regressions are the same
    np.testing.assert_allclose(few.differences / error, whole.differences / error, atol=0.1)
    if own_rows:
        np.testing.assert_allclose(few.differences[0], whole.differences[0], rtol=1e-6, atol=1e-10)


def _varied(data: Dataset, unit: Events) -> tuple[tuple[VariedEvents, ...], Points]:
    from symhep_moments.used import used_of

    nominal = events_of(data).scaled_as(unit)
    return varied_events(used_of(data), nominal, lambda one: events_of(one).scaled_as(unit)), points_of(
        nominal
    )


def half(x: Tensor) -> Tensor:
    """One half where x < 0, else one."""
    return torch.where(x[:, 0, 0] > 0, 1.0, 0.5).double()


def test_relative_to_an_efficiency_they_are_those_of_all_events(
    samples: tuple[list[Points], list[Points]],
) -> None:
    few, whole = samples
    work = KnownSums(OrbitPoints(ORBIT, None), half, FUNCTIONS.values)
    (state,) = known_sums([work], few[0], CONTEXT)
    found = known_law(few[0], work.images, half, FUNCTIONS.values, 1, state)
    expected = known_law(whole[0], work.images, half, FUNCTIONS.values, 1)
    # the points of an orbit begin where the number of the event in its block says
    np.testing.assert_allclose(found.mean, expected.mean, atol=2e-4)
    np.testing.assert_allclose(found.gram, expected.gram, atol=2e-3)
    ratio = np.sqrt(np.diag(found.covariance) / np.diag(expected.covariance))
    np.testing.assert_allclose(ratio, 1.0, atol=0.1)
    assert known_sums([work], whole[0]) == [None]
