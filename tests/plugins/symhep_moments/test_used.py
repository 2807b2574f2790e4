"""Which events are used, where a number of them is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.stream import InMemory
from symhep.events.subsample import subsample
from symhep.events.variation import Alternative, Variation
from symhep_moments.used import used_of


def events(n: int = 1000, block: int = 50) -> Dataset:
    return replace(Dataset.from_array(np.arange(float(n))[:, None]), block=np.arange(n) // block)


@pytest.fixture(autouse=True)
def few_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", 200)


def test_few_events_are_evenly_spaced_rows_with_their_variations() -> None:
    data = events(150)
    weighted = Alternative("up", replace(data, weights=np.arange(150.0)), True)
    found = used_of(replace(data, variations=(Variation("s", "up_down", (weighted,), frozenset()),)), 4)
    assert found.values[:, 0].tolist() == [0.0, 49.0, 99.0, 149.0]
    assert found.variations[0].alternatives[0].data.weights.tolist() == [0.0, 49.0, 99.0, 149.0]
    assert found.stream is None


def test_of_many_events_so_few_are_rows_of_the_subsample() -> None:
    data = events()
    found = used_of(data, 100)
    assert (len(found), found.events) == (100, 100)
    assert {*found.unit.tolist()} <= {*subsample(data, 200).unit.tolist()}
    other = used_of(replace(subsample(data, 200), stream=InMemory(data)), 100)
    assert other.values.tolist() == found.values.tolist()


def test_of_many_events_more_are_whole_blocks_evenly_spaced() -> None:
    data = events()
    found = used_of(data, 410)
    assert found.stream is not None
    assert (len(found), found.events) == (200, 400)
    firsts = [found.stream.block(n).values[0, 0] for n in range(len(found.stream))]
    assert firsts[0] == 0.0
    assert firsts[-1] == 950.0
    assert {*np.diff(firsts).tolist()} <= {100.0, 150.0}
    assert found.stream.key != used_of(data, 510).stream.key  # type: ignore[union-attr]


def test_all_are_used_where_so_many_are_asked_for() -> None:
    data = events()
    assert used_of(data, 1000).events == used_of(data).events == 1000
