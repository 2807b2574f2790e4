"""Oracles learned again from bootstrap samples: others, on the same events, and never across copies."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.methods.context import SilentProgress
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import train
from symhep_oracle.learned.retraining import resampled, retrain
from symhep_oracle.oracles.layout import Layout

OPTIONS = {
    "kind": "learned",
    "task": "regressor",
    "target": "x3",
    "network": "plain",
    "hidden": (16,),
    "min_steps": 200,
}


def test_events_are_drawn_with_all_their_rows() -> None:
    unit = np.repeat(np.arange(50), 3)
    rows = resampled(unit, np.arange(30, 150), np.random.default_rng(1))
    units, counts = np.unique(unit[rows], return_counts=True)
    assert (counts % 3 == 0).all()
    assert units.min() >= 10
    assert len(rows) == 120
    # of 40 units drawn 40 times, 1 - 1/e are there: 25 +- 2
    assert 18 < len(units) < 32


@pytest.mark.parametrize("count", [0, 2])
def test_as_many_as_asked_with_parameters_of_their_own(count: int) -> None:
    x = np.random.default_rng(2).normal(size=(600, 2))
    data = Dataset.from_array(np.c_[x, (x**2).sum(axis=1)], scaling="none")
    options = LearnedOracleOptions.model_validate(OPTIONS | {"retrain": count})
    seeds = np.random.SeedSequence(3)
    learned = train(data, x, options, Layout(1, 2), seeds, "cpu", SilentProgress())
    found = retrain(data, x, options, learned, seeds, "cpu", SilentProgress())
    assert len(found) == count
    again = retrain(data, x, options, learned, seeds, "cpu", SilentProgress())
    first = [next(iter(o.parameters.values())) for o in (learned.oracle, *found)]
    for i, one in enumerate(first):
        assert all(not np.array_equal(one, other) for other in first[:i])
    for one, other in zip(found, again, strict=True):
        assert all(np.array_equal(one.parameters[k], other.parameters[k]) for k in one.parameters)
        assert one.scale == learned.oracle.scale
