"""Tests of one element joined into one p."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symhep.hypotheses.discrete.joined import Together, joined_p, learned, with_moments
from symhep.hypotheses.discrete.orbit_sums import OrbitSums
from symhep.hypotheses.discrete.statistics import Upward

RNG = np.random.default_rng(1)


def part(shift: float, *names: str) -> Together:
    y = RNG.normal(size=(400, len(names)))
    y[:, 0] += shift
    scale = np.sqrt((y**2).sum(axis=0))
    return Together(np.stack([y, -y], axis=1), {n: Upward(k, float(scale[k])) for k, n in enumerate(names)})


def test_parts_are_joined_by_bonferroni() -> None:
    """The first is as small as 199 draws allow: 1 / 200; the smaller of two parts counts twice."""
    log_p, single = joined_p(
        [part(1.0, "moments"), part(0.0, "network")], np.random.default_rng(2), 199, "exact"
    )
    assert math.exp(log_p) == pytest.approx(2 / 200)
    assert math.exp(single["moments"][0]) == pytest.approx(1 / 200)
    assert single["network"][1] == "exact"


def test_tests_of_one_part_share_their_images() -> None:
    """The smallest within the same choices costs less than a factor of two, and at least nothing."""
    log_p, single = joined_p([part(1.0, "network", "neighbours")], np.random.default_rng(2), 199, "exact")
    assert math.exp(log_p) == pytest.approx(1 / 200)
    assert set(single) == {"network", "neighbours"}


def test_nothing_changes() -> None:
    assert joined_p([Together(np.zeros((3, 2, 0)), {})], np.random.default_rng(0), 99, "exact") == (0.0, {})


def test_scores_without_change_are_left_out() -> None:
    sums = OrbitSums(np.zeros((3, 2, 2)), np.diag([4.0, 9.0]), np.array([True, False, True]))
    found = learned(sums, {"network": [0], "none": [1], "neighbours": [1, 2]}, 5)
    assert found == {"network": Upward(5, 2.0), "neighbours": Upward(6, 3.0)}


def test_moments_of_all_events_make_the_joint_p_asymptotic() -> None:
    """Twice the smaller of two; alone where nothing was learned."""
    single = {"neighbours": (math.log(0.01), "exact")}
    log_p, kind, tests = with_moments(math.log(0.2), math.log(0.01), single)
    assert (math.exp(log_p), kind) == (pytest.approx(0.02), "asymptotic")
    assert tests == {"moments": (math.log(0.2), "asymptotic"), **single}
    assert with_moments(math.log(0.2), 0.0, {})[0] == math.log(0.2)
    assert with_moments(math.log(0.9), math.log(0.8), single)[0] == 0.0
