"""Cutflows: raw and weighted counts with their errors, and merging."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from symhep.events.cutflow import Cutflow

WEIGHTS = arrays(np.float64, st.integers(0, 30), elements=st.floats(-100, 100))


def test_error_is_the_root_of_the_sum_of_squares() -> None:
    flow = Cutflow()
    flow.add("all", "", np.array([3.0, -4.0]))
    assert flow.to_json() == [
        {"name": "all", "cut": "", "events": 2, "weighted": -1.0, "weighted_error": 5.0}
    ]


@given(WEIGHTS, WEIGHTS)
def test_merging_files_equals_one_file(a: np.ndarray, b: np.ndarray) -> None:
    whole, first, second = Cutflow(), Cutflow(), Cutflow()
    for flow, weights in ((whole, np.concatenate([a, b])), (first, a), (second, b)):
        flow.add("all", "", weights)
        flow.add("positive", "weight > 0", weights[weights > 0])
    first.merge(second.to_json())
    for mine, theirs in zip(first.rows, whole.rows, strict=True):
        assert (mine.name, mine.events) == (theirs.name, theirs.events)
        np.testing.assert_allclose(
            [mine.sum_w, mine.sum_w2], [theirs.sum_w, theirs.sum_w2], rtol=1e-9, atol=1e-9
        )
