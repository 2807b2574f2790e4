"""Edges along a flow are told from densities that change smoothly."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.bases import poincare
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.functions.harmonics import Harmonics
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.union import Joined
from symhep_moments.fit.points import Points
from symhep_moments.fit.steepness import OrbitWaves, steepness

ROTATIONS = poincare().subset(["J_z", "K_z"]).homogeneous()
FUNCTIONS = Joined(Squashed(Polynomials(4, 2), 2.0), Harmonics({"": [0]}, [0.05], (1, 2), 6))


def _drawn(rng: np.random.Generator, n: int, lost: float = 0.0, modulation: float = 0.0) -> Points:
    """Massless vectors, a sector of azimuth ``lost``, 1 + modulation cos 2 phi."""
    phi = rng.uniform(-np.pi, np.pi, 3 * n)
    phi = phi[rng.random(3 * n) * (1 + modulation) < 1 + modulation * np.cos(2 * phi)]
    phi = phi[abs(phi) > lost / 2][:n]
    pt, eta = rng.gamma(5.0, 0.2, n), rng.normal(size=n)
    x = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)[:, None]
    return Points(torch.from_numpy(x), torch.ones(n, dtype=torch.float64))


@pytest.mark.parametrize(
    ("lost", "modulation", "steep"),
    [(0.0, 0.0, False), (0.0, 0.3, False), (0.5, 0.0, True), (0.5, 0.3, True)],
)
def test_a_dead_sector_is_steep_and_a_modulation_is_not(lost: float, modulation: float, steep: bool) -> None:
    rng = np.random.default_rng(1)
    found = steepness(
        _drawn(rng, 5000, lost, modulation), _drawn(rng, 5000, lost, modulation), FUNCTIONS, ROTATIONS, rng
    )
    assert list(found) == ["J_z", "K_z"]
    assert (found["J_z"] < np.log(1e-6)) == steep
    assert steep or found["J_z"] > np.log(1e-3)


def test_level_without_edges() -> None:
    """40 toys: p < 0.2 in 8 +- 2.5 of them."""
    small = 0
    for toy in range(40):
        rng = np.random.default_rng([2, toy])
        one = ROTATIONS.subset(["J_z"])
        small += steepness(_drawn(rng, 1000), _drawn(rng, 1000), FUNCTIONS, one, rng)["J_z"] < np.log(0.2)
    assert small <= 17


def test_the_waves_have_the_derivatives_of_the_flow() -> None:
    """Against differences along the orbit."""
    orbit = ClosedOrbit(2.0 * poincare()["J_z"])
    waves = OrbitWaves(orbit, 2)
    x = torch.from_numpy(np.random.default_rng(3).normal(size=(10, 2, 4)))
    steps = 20_000
    around = orbit.points(x, steps)
    ahead, behind = around[:, 1], around[:, 0]
    change = (waves.values(ahead) - waves.values(behind)) / (orbit.period / steps)
    middle = waves.along(behind, behind[:, None])[:, :, 0]
    assert middle.shape == (10, 2 * 2 * 10)
    torch.testing.assert_close(change, middle, rtol=0.05, atol=0.15)
