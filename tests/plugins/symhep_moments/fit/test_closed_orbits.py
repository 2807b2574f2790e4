from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from symhep.lie.bases import poincare
from symhep_moments.fit.closed_orbits import ClosedOrbit


def test_points_lie_on_the_orbit_evenly() -> None:
    matrix = poincare().combination(0.5 * np.eye(10)[poincare().labels.index("J_x")])
    x = torch.randn(3, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    orbit = ClosedOrbit(matrix)
    assert orbit.period == pytest.approx(4 * np.pi)
    around = orbit.points(x, 5)
    step = torch.from_numpy(expm(orbit.period / 5 * matrix)[:4, :4])
    torch.testing.assert_close(around[:, 1:], torch.einsum("ij,nmpj->nmpi", step, around[:, :-1]))
    torch.testing.assert_close(around[0, 0], x[0])


def test_a_turn_about_another_place_and_in_a_moving_frame() -> None:
    """exp(P_x) J_z exp(-P_x), and J_z boosted along x, come back after 2 pi."""
    basis = poincare()
    for name in ("P_x", "K_x"):
        way = expm(0.7 * basis[name])
        orbit = ClosedOrbit(way @ basis["J_z"] @ np.linalg.inv(way))
        assert orbit.period == pytest.approx(2 * np.pi)
        x = torch.randn(4, 1, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
        waves = orbit.harmonics(orbit.points(x, 12), 2)
        torch.testing.assert_close(
            waves.mean(dim=1), torch.zeros(4, 4, dtype=torch.float64), atol=1e-9, rtol=0
        )
        torch.testing.assert_close(waves.square().mean(dim=1), torch.full((4, 4), 0.5, dtype=torch.float64))


@pytest.mark.parametrize("sums", ["K_z", "P_t", "J_z, K_z", "J_z + 0.3*K_z", "J_z + P_z"])
def test_flows_that_do_not_come_back(sums: str) -> None:
    with pytest.raises(ValueError, match=r"no closed orbits|do not close"):
        ClosedOrbit(poincare().parse(sums)[-1])
    assert ClosedOrbit.of(poincare().parse(sums)[-1]) is None


def test_angles_are_counted_from_an_axis() -> None:
    """cos and sin of the azimuth, or of minus it, whatever phase an eigenvector comes with."""
    x = torch.tensor([[[7.0, 3.0, 4.0, 1.0]]], dtype=torch.float64)
    cosine, sine = ClosedOrbit(poincare()["J_z"]).harmonics(x, 1)[0].tolist()
    assert (cosine, abs(sine)) == (pytest.approx(0.6), pytest.approx(0.8))
