"""Elements tested on all events that were not trained on, block by block."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from symhep.events.dataset import Dataset
from symhep.events.drawn import Drawn
from symhep.events.stream import EventStream, InMemory
from symhep.events.subsample import subsample
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.passes import Pass, State, reduce_here
from symhep.methods.result import Result
from symhep.testing.streaming import backwards
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Rows
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.options import SearchOptions
from symhep_symmetrygan.validation.all_events import AllEvents, View
from symhep_symmetrygan.validation.element_test import measured, wave_log_p
from symhep_symmetrygan.validation.options import PosthocOptions
from symhep_symmetrygan.validation.pictures import with_spectators
from symhep_symmetrygan.validation.posthoc import classify
from symhep_symmetrygan.validation.set_waves import draw_waves
from symhep_symmetrygan.validation.validate import generators_of

FloatArray = npt.NDArray[np.float64]
METHOD = SymmetryGan()
CONTEXT = Context(seed_sequence(1, "symmetrygan", COMBINE))
QUICK: dict[str, Any] = {
    "search": "so(2)",
    "training": {"restarts": 6, "steps": 60},
    "validation": {"random": 2, "waves": 12, "posthoc": {"steps": 30}},
    "train_events": 800,
}
POSTHOC = PosthocOptions(steps=20)


def events(count: int, columns: int = 2, *, units: bool = False, weights: bool = True) -> Dataset:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(count, columns)) * (np.arange(columns) // 2 + 1.0)
    w = rng.choice([1.0, 2.0, -0.5], size=count, p=[0.7, 0.2, 0.1]) if weights else None
    data = Dataset.from_array(x, weights=w, scaling="isotropic")
    data = replace(data, block=(np.arange(count) // 500).astype(np.int64))
    return replace(data, unit=np.arange(count) // 2) if units else data


def turn(angle: float, size: int) -> FloatArray:
    found = np.eye(size + 1)
    found[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return found


@pytest.mark.parametrize("units", [False, True])
@pytest.mark.parametrize("marginal", [None, True, False])
def test_blocks_say_what_all_events_say_at_once(units: bool, marginal: bool | None) -> None:
    """A subsample of everything: then the events held out of it are all that were not drawn, and fit into memory."""
    data = events(3000, 2 if marginal is None else 4, units=units)
    search = SearchOptions(
        group="so(2)", on=() if marginal is None else ("x2", "x1"), marginal=bool(marginal)
    )
    rows = Rows.of(data)
    train_part, _ = rows.parts(np.random.default_rng(2), 0.5, 1000)
    whole = rows.split(np.random.default_rng(2), 0.5, "cpu", 1000)
    assert (len(whole.train), len(whole.held)) == (1000, 2000)
    space = read_space(search, whole)
    seen = space.of(whole)
    elements = np.stack([turn(0.3, 2), np.diag([1.5, 0.5, 1.0])])
    generators = generators_of(space, 2)
    waves = draw_waves(seen.train, 8, np.random.default_rng(3))
    own, along = (
        with_spectators(one, seen.train, element=element)
        for one, element in ((elements, True), (generators, False))
    )
    judged = classify(seen.train, seen.held, own, along, POSTHOC, replica_seeds(np.random.SeedSequence(4), 2))
    drawn = Drawn.of(train_part)
    every = AllEvents(InMemory(data), reduce_here, rows, "auto", None, View.of(space, whole), drawn, "cpu")
    errors = np.stack([np.zeros((1, 1)), np.full((1, 1), 1e-4)])
    found = every.test(elements, generators, errors, seen.train, waves, judged.networks, POSTHOC)
    expected = wave_log_p(waves, seen.held, own, along)
    expected[1] = wave_log_p(waves, seen.held, own[1:], along, seen.train, errors[1:])[0]
    assert found.waves == pytest.approx(expected, rel=2e-3)
    assert expected[0] > np.log(1e-4) > expected[1]
    assert (found.counted.trained, found.counted.validated) == (1000, 2000)
    assert found.judged is not None
    for name in ("excess", "variance", "slope"):
        assert getattr(found.judged, name) == pytest.approx(getattr(judged, name), rel=1e-3, abs=1e-7)
    nu = measured(waves, seen.held, own, along).nu
    assert found.learned == pytest.approx(judged.log_p(nu, errors), rel=1e-3)


def streamed(whole: Dataset) -> Dataset:
    return replace(subsample(whole, 2000), stream=InMemory(whole))


def run(data: Dataset, context: Context = CONTEXT, **options: Any) -> Result[SymmetryGanRecord]:
    prepared = METHOD.prepare(data, SymmetryGanOptions.model_validate({**QUICK, **options}))
    shards = METHOD.shards(prepared)
    parts = [METHOD.fit(prepared, shard, context.of_shard(shard.index)) for shard in shards]
    return METHOD.combine(prepared, parts, context)


def test_components_are_tested_on_everything_that_was_not_trained_on() -> None:
    """A breaking that 1,200 events hardly see, and 30,000 do."""
    data = events(32_000, weights=False)
    bent = replace(data, values=data.values * (1.0, 1.03))
    here, there = run(subsample(bent, 2000)).record, run(streamed(bent)).record
    assert there.split is not None and here.split is not None  # noqa: PT018
    assert there.split.to_json() == {"trained": 800, "validated": 31_200, "neither": 0}
    assert here.split.to_json() == {"trained": 800, "validated": 1200, "neither": 0}
    assert (there.subsample, here.subsample) == (2000, None)
    assert (there.events.used, there.events.available) == (1200, 32_000)
    # what is searched is the same
    assert there.elements == here.elements
    assert there.posthoc_loss == here.posthoc_loss
    one, other = there.connected_components[0], here.connected_components[0]
    assert (one.name, one.p_kind, other.p_kind) == (other.name, "asymptotic", "exact")
    told = [s.text for s in METHOD.statements(there) if s.text.startswith("Trained on")]
    assert told == [
        "Trained on a uniform subsample of 800 of 32,000 events (train_events), validated on the other 31,200; "
        "components are tested on these events, everything else on 1,200 held-out events of a subsample of 2,000."
    ]
    assert not [s for s in METHOD.statements(here) if s.text.startswith("Trained on")]


def test_blocks_may_be_read_in_any_order_by_anybody() -> None:
    data = streamed(events(5000, units=True))
    first, second = run(data), run(data, replace(CONTEXT, reducer=backwards))
    assert first.record == second.record
    assert first.record.split is not None
    assert first.record.split.total == 5000


def test_a_pass_is_small() -> None:
    sizes = []

    def weighed(work: Pass, stream: EventStream) -> State:
        sizes.append(len(pickle.dumps(work)))
        return reduce_here(work, stream)

    run(streamed(events(5000)), replace(CONTEXT, reducer=weighed))
    assert len(sizes) == 1
    assert max(sizes) < 500_000


def test_more_events_than_a_subsample_holds_are_streamed_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhep.events.stream.SUBSAMPLE", 2000)
    prepared = Prepared.of(events(5000), SymmetryGanOptions.model_validate(QUICK))
    assert (len(prepared.rows.table), prepared.rows.available) == (2000, 5000)
    assert prepared.rows.stream is not None
    assert prepared.rows.stream.events == 5000
