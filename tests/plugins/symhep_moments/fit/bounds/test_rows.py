"""Sizes and limits in the rows of a result: candidates, what was found, classes, given groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord


def _measured(x: np.ndarray, **options: Any) -> MomentsRecord:
    data = Dataset.from_array(x, scaling="isotropic")
    method, chosen = MomentConditions(), MomentsOptions(discrete=None, **options)
    context = Context(seed_sequence(1, "moments", 0))
    sample = method.prepare(data, chosen)
    return method.combine(sample, [method.fit(sample, Shard(), context)], context).record


def test_rotations_of_a_plane_that_was_found() -> None:
    """Expected, with 11 quantities: (sqrt(-2 ln tail) + median of the largest of six Rayleigh numbers) / sqrt(2 n)."""
    record = _measured(np.random.default_rng(1).normal(size=(2500, 2)), bounds={"delta": 0.1})
    algebra = record.algebra
    assert algebra.name == "so(2)"
    assert algebra.upper_95 is not None
    assert algebra.expected_95 is not None
    assert record.bounds is not None
    assert record.bounds.quantities == 11
    tail = 1 - 0.95 ** (1 / 11)
    expected = np.sqrt(-2 * np.log(tail)) + np.sqrt(-2 * np.log(1 - 0.5 ** (1 / 6)))
    assert algebra.expected_95 == pytest.approx(expected / np.sqrt(5000), rel=0.03)
    assert algebra.upper_95 < 0.13
    assert algebra.below_delta is (algebra.upper_95 < 0.1)
    assert (record.bounds.highest_order, record.bounds.delta) == (6, 0.1)
    assert {row.label for row in record.bounds.without} >= {"P_1", "P_2"}
    shift = next(c for c in record.candidates if c.label == "P_1")
    assert (shift.size_kind, shift.upper_95) == ("rate", None)


def test_orders_and_no_bounds() -> None:
    x = np.random.default_rng(2).normal(size=(1000, 2))
    few = _measured(x, generators="so(2)", bounds={"orders": 2})
    assert few.bounds is not None
    assert few.bounds.quantities == 2
    none = _measured(x, generators="so(2)", bounds=False)
    assert (none.bounds, none.candidates[0].size, none.algebra.upper_95) == (None, None, None)


def test_a_given_group_of_few_events_has_the_largest_limit_of_its_planes() -> None:
    x = np.random.default_rng(3).normal(size=(60, 3))
    record = _measured(x, generators="so(3)", groups=["so(3)"])
    (row,) = record.groups
    assert row.upper_95 == pytest.approx(max(c.upper_95 or 0.0 for c in record.candidates))
    assert 0.3 < (row.upper_95 or 0.0) < 1.0
    assert (row.expected_95 or 0.0) > 0.3
