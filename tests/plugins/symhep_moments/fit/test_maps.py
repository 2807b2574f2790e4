from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.sums import algebra_sum
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import TwoBody
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.maps import breaking_maps
from symhep_moments.sample import Events

FUNCTIONS = Polynomials(4, 1)


def _events(x: np.ndarray, labels: list[str]) -> Events:
    generators = algebra_sum("poincare", 4).homogeneous().subset(labels)
    ones = torch.ones(len(x), dtype=torch.float64)
    return Events(torch.from_numpy(x), ones, 1.0, ("E", "px", "py", "pz"), "GeV", True, generators)


def test_the_map_of_a_modulation_is_the_modulation() -> None:
    """u = 0.5 cos(2 phi), averaged over bins of azimuth, whatever cos(theta); the pulls are standard normal."""
    x = Accepted(TwoBody(), modulation=0.5).draw(np.random.default_rng(1), 15_000)
    (found,) = breaking_maps(_events(x, ["J_z"]), FUNCTIONS, ["J_z"])
    edges = found.x
    expected = 0.5 * np.diff(np.sin(2 * edges) / 2) / np.diff(edges)
    pulls = (found.values - expected[:, None]) / found.errors
    assert found.values.shape == (12, 8)
    # The sum over azimuth of each of 8 rows is fixed: 88 degrees of freedom, 13 their spread.
    assert 50 < (pulls**2).sum() < 140
    assert (found.kind, found.unit) == ("modulation", "")


def test_the_map_of_a_rate_is_the_change_along_a_boost() -> None:
    """K_z moves c = cos(theta) of a massless particle by 1 - c^2 per unit of rapidity: - h = 2 c where c is uniform."""
    x = TwoBody(mass=2.0).draw(np.random.default_rng(2), 15_000)
    turn, boost = breaking_maps(_events(x, ["J_x", "K_z"]), FUNCTIONS, ["J_x", "K_z"])
    assert np.nanmax(np.abs(turn.values / turn.errors)) < 4.5
    # Half a hat lies beyond the first and the last middle, where it is cut: those are left out.
    middle = (boost.y[1:] + boost.y[:-1]) / 2
    pulls = (boost.values - 2 * middle)[:, 1:-1] / boost.errors[:, 1:-1]
    assert (pulls**2).mean() == pytest.approx(1.0, abs=0.5)


def test_what_moves_neither_coordinate_has_no_map() -> None:
    x = TwoBody().draw(np.random.default_rng(3), 1000)
    assert breaking_maps(_events(x, ["P_t"]), FUNCTIONS, ["P_t"]) == []
