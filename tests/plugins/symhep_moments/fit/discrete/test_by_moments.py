"""Blocks of functions of an event and its images."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from symhep.events.dataset import Dataset
from symhep.hypotheses.discrete.orbit_sums import OrbitSums
from symhep.hypotheses.discrete.statistics import Quadratic, Smallest, Squares
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.discrete.by_moments import block_statistics, moment_parts
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events, events_of


def gaussian(shift: float, n: int = 800) -> Events:
    x = np.random.default_rng(1).normal([shift, 0.0], 1, size=(n, 2))
    return events_of(Dataset.from_array(x, scaling="none"))


def test_the_smallest_block_counts() -> None:
    events, frame = gaussian(0.3), Frame(("x1", "x2"), ("1",))
    functions = build_functions(events, FunctionOptions(fourier=8, harmonics=0), np.random.default_rng(2))
    (part,) = moment_parts(
        [read_element("reflection(x1)", frame)], events, Weighting.of(np.ones(len(events))), frame, functions
    )
    statistic = part.tests["moments"]
    assert isinstance(statistic, Smallest)
    observed = part.groups[:, 0].sum(axis=0)[None]
    each = [one.log_p(observed)[0] for one in statistic.of]
    assert statistic.log_p(observed)[0] == min(each)
    # the block of components holds x1 alone, which the mirror changes: a squared pull
    linear = statistic.of[0]
    assert isinstance(linear, Quadratic)
    assert linear.columns.tolist() == [0]


def test_independent_functions_as_hotelling() -> None:
    y = np.random.default_rng(2).normal([0.06, 0.0, 0.0], 1, size=(1500, 3))
    sums = OrbitSums(np.stack([y, -y], axis=1), y.T @ y, np.ones(3, dtype=bool))
    tests = block_statistics(
        sums, {"all": np.ones(3, dtype=bool)}, Weighting.of(np.ones(1500)), gaussian(0.0)
    )
    n, k = y.shape
    t2 = n * y.mean(axis=0) @ np.linalg.solve(np.cov(y.T), y.mean(axis=0))
    log_p = scipy.stats.f.logsf(t2 * (n - k) / (k * (n - 1)), k, n - k)
    assert tests["moments"].log_p(y.sum(axis=0)[None])[0] == pytest.approx(log_p, abs=0.1)


def test_random_signs_take_no_inverse_of_many_functions() -> None:
    y = np.random.default_rng(2).normal(size=(800, 40))
    sums = OrbitSums(np.stack([y, -y], axis=1), y.T @ y, np.ones(40, dtype=bool))
    unequal = Weighting.of(np.r_[2.0, np.ones(799)])
    blocks = {"few": np.arange(40) < 2, "all": np.ones(40, dtype=bool)}
    statistic = block_statistics(sums, blocks, unequal, gaussian(0.0))["moments"]
    assert isinstance(statistic, Smallest)
    assert [type(one) for one in statistic.of] == [Quadratic, Squares]


def test_nothing_changes() -> None:
    sums = OrbitSums(np.zeros((5, 2, 0)), np.zeros((0, 0)), np.zeros(3, dtype=bool))
    assert not block_statistics(
        sums, {"all": np.ones(3, dtype=bool)}, Weighting.of(np.ones(5)), gaussian(0.0)
    )
