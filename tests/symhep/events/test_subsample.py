"""Uniform subsamples by hashes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.subsample import event_hashes, smallest, subsample, subsampled
from symhep.events.variation import Alternative, Variation


def test_hashes_are_uniform_and_tell_purposes_and_files_apart() -> None:
    """The mean of n uniform numbers has the spread 1 / sqrt(12 n); correlations 1 / sqrt(n)."""
    n = 100_000
    entry = np.arange(n)
    columns = [
        event_hashes(purpose, key, entry, seed) / 2.0**64
        for purpose, key, seed in (("a", 1, 0), ("b", 1, 0), ("a", 2, 0), ("a", 1, 1))
    ]
    for u in columns:
        assert abs(u.mean() - 0.5) < 5 / np.sqrt(12 * n)
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 5 / np.sqrt(n)
    correlations = np.corrcoef(columns)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(n)


def test_the_smallest_of_parts_hold_the_smallest_of_all() -> None:
    values = event_hashes("test", 3, np.arange(1000))
    whole = smallest(values, 50)
    parts = [smallest(values[rows], 50) + rows.start for rows in (slice(0, 400), slice(400, 1000))]
    assert set(whole) <= {*np.concatenate(parts).tolist()}
    assert len(whole) == 50
    assert smallest(values, 0).tolist() == []
    assert smallest(values, 2000).tolist() == list(range(1000))


def test_the_order_of_rows_does_not_matter() -> None:
    data = replace(Dataset.from_array(np.arange(300.0)[:, None]), block=np.repeat([0, 1, 2], 100))
    mixed = data.take(np.random.default_rng(1).permutation(300))
    one, other = subsample(data, 40), subsample(mixed, 40)
    assert len(one) == 40
    assert {*one.values[:, 0].tolist()} == {*other.values[:, 0].tolist()}


def test_rows_of_an_event_stay_together_and_alternatives_match() -> None:
    unit = np.arange(300) // 3
    data = replace(Dataset.from_array(np.arange(300.0)[:, None]), unit=unit)
    shifted = replace(data.take(np.arange(0, 300, 2)), values=data.values[::2] + 0.1)
    weighted = replace(data, weights=2 * data.weights)
    alternatives = (Alternative("up", weighted, True), Alternative("down", shifted, False))
    varied = replace(data, variations=(Variation("s", "up_down", alternatives, frozenset({"data"})),))
    found = subsample(varied, 60)
    assert np.unique(found.unit, return_counts=True)[1].tolist() == [3] * 20
    up, down = (a.data for a in found.variations[0].alternatives)
    assert (up.unit == found.unit).all()
    assert (up.weights == 2.0).all()
    # of 150 rows at most 60, the same events first
    assert {*found.unit.tolist()} <= {*down.unit.tolist()}


def test_more_events_than_fit_have_a_stream_beside_a_subsample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", 50)
    data = replace(Dataset.from_array(np.arange(300.0)[:, None]), block=np.repeat([0, 1, 2], 100))
    found = subsampled(data)
    assert (len(found), found.events) == (50, 300)
    assert found.stream is not None
    assert np.concatenate([found.stream.block(n).values[:, 0] for n in range(3)]).tolist() == list(range(300))
    assert subsampled(found) is found
