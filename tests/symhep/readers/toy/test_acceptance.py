"""Acceptance by azimuth, and turned events."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from symhep.readers.toy.acceptance import Accepted, Tilted
from symhep.readers.toy.decays import FourBody, TwoBody
from symhep.readers.toy.density import Density
from symhep.readers.toy.dijets import Dijets

N = 40_000
FloatArray = npt.NDArray[np.float64]


def draw(density: Density, seed: int = 1, n: int = N) -> FloatArray:
    return density.draw(np.random.default_rng(seed), n)


@pytest.mark.parametrize("density", [TwoBody(), FourBody(), Dijets()])
@pytest.mark.parametrize(("epsilon", "m"), [(0.3, 2), (-0.3, 1), (1.0, 3), (-1.0, 2)])
def test_the_azimuth_is_modulated_and_nothing_else(density: Density, epsilon: float, m: int) -> None:
    p, before = draw(Accepted(density, epsilon, m)), draw(density, 2)
    phi = np.arctan2(p[:, 0, 2], p[:, 0, 1])
    # The variance of cos(m phi) under 1 + epsilon cos(m phi) is 1/2 - epsilon^2 / 4.
    error = np.sqrt((0.5 - epsilon**2 / 4) / N)
    assert np.cos(m * phi).mean() == pytest.approx(epsilon / 2, abs=4 * error)

    def cdf(phi: FloatArray) -> FloatArray:
        return (phi + np.pi + epsilon * (np.sin(m * phi) - np.sin(-m * np.pi)) / m) / (2 * np.pi)

    assert stats.kstest(phi, cdf).pvalue > 1e-3
    for particle in (0, 1):
        assert stats.ks_2samp(p[:, particle, 3], before[:, particle, 3]).pvalue > 1e-3
        assert stats.spearmanr(np.cos(m * phi), p[:, particle, 3]).pvalue > 1e-3


@pytest.mark.parametrize("n", [0, 1, 3, 500])
def test_as_many_as_asked_for(n: int) -> None:
    p = draw(Accepted(Dijets(), 1.0, 1), 3, n)
    assert p.shape == (n, 2, 4)
    assert np.isfinite(p).all()
    assert len(np.unique(p[:, 0, 0])) == n


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_events_are_turned(axis: str) -> None:
    turned, before = draw(Tilted(Dijets(), 0.6, axis), n=1000), draw(Dijets(), n=1000)  # type: ignore[arg-type]
    matrix = Rotation.from_euler(axis, 0.6).as_matrix()
    assert turned[..., 0] == pytest.approx(before[..., 0])
    assert turned[..., 1:] == pytest.approx(before[..., 1:] @ matrix.T)


def test_the_beam_points_where_the_docstring_says() -> None:
    beam = TwoBody(rapidity=3.0)
    for axis, direction in (("x", [0, -np.sin(0.6), np.cos(0.6)]), ("y", [np.sin(0.6), 0, np.cos(0.6)])):
        total = draw(Tilted(beam, 0.6, axis), n=1000).sum(axis=1)[:, 1:]  # type: ignore[arg-type]
        assert np.cross(total, direction) == pytest.approx(np.zeros((1000, 3)), abs=1e-9)
