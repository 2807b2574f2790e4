"""Distances from where a formula expects the end of a training."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symhep_symmetrygan.maps.distance import far_from


def test_distances_of_angles_are_the_smallest() -> None:
    turn = 2 * np.pi
    away = far_from(np.array([[0.1, 3.0]]), np.array([[turn - 0.1, 4.0]]), np.array([turn, 0.0]))
    assert away["median"] == pytest.approx(math.hypot(0.2, 1.0))


def test_shares_of_far_points_have_an_error_also_at_zero() -> None:
    near = far_from(np.zeros((98, 1)), np.full((98, 1), 0.1), np.zeros(1))
    assert (near["far"].value, near["median"]) == (0.0, pytest.approx(0.1))
    # standard deviation of the Beta(1, 99) that a flat prior leaves
    assert near["far"].error == pytest.approx(math.sqrt(99 / (100**2 * 101)))
    assert far_from(np.full((2, 1), np.nan), np.zeros((2, 1)), np.zeros(1))["far"] is None
