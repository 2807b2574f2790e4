"""Nearest neighbours as a test function."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.hypotheses.discrete.neighbours import Neighbours, few_enough

RNG = np.random.default_rng(1)


def test_distances_written_out() -> None:
    """Independent columns of widths 1 and 10: distances in units of their widths."""
    reference = RNG.normal(size=(300, 2)) * [1.0, 10.0]
    x = RNG.normal(size=(5, 2)) * [1.0, 10.0]
    found = Neighbours.of(reference)(x)
    covariance = np.cov(reference.T, bias=True)
    left = x[:, None] - reference
    d = np.sort(np.sqrt(np.einsum("nri,ij,nrj->nr", left, np.linalg.inv(covariance), left)), axis=1)
    assert found[:, 0] == pytest.approx(-np.log(d[:, 0]))
    assert found[:, 1] == pytest.approx(-np.log(d[:, :20]).mean(axis=1))


def test_a_direction_in_which_nothing_varies_counts_as_wide() -> None:
    """Off the plane by the widest width: at a distance of one."""
    plane = np.c_[RNG.normal(size=(400, 2)) * [3.0, 1.0], np.full(400, 2.0)]
    near = Neighbours.of(plane)
    moved = plane[:50] + np.array([0.0, 0.0, plane[:, 0].std()])
    assert near(moved)[:, 0] == pytest.approx(0.0, abs=0.1)
    assert near(plane[:50])[:, 0].min() > 5


def test_fewer_events_than_neighbours() -> None:
    assert Neighbours.of(RNG.normal(size=(6, 2)))(RNG.normal(size=(3, 2))).shape == (3, 2)


def test_many_numbers_want_fewer_events() -> None:
    assert few_enough(3) > few_enough(60)
