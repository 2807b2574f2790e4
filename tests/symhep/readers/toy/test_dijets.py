"""Dijets: their spectra, their balance, and which of the two comes first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from symhep.readers.toy.dijets import Dijets

N = 40_000
METRIC = np.array([1.0, -1, -1, -1])
FloatArray = npt.NDArray[np.float64]


def draw(dijets: Dijets, seed: int = 1) -> FloatArray:
    return dijets.draw(np.random.default_rng(seed), N)


def pts(p: FloatArray) -> FloatArray:
    return np.hypot(p[..., 1], p[..., 2])


def test_spectra_without_imbalance() -> None:
    p = draw(Dijets(pt_min=600.0, imbalance=0.0))
    pt, y = pts(p), np.arctanh(p[..., 3] / p[..., 0])
    assert np.array_equal(p[:, 0, 1:3], -p[:, 1, 1:3])
    assert stats.kstest(pt[:, 0], stats.expon(600, 100).cdf).pvalue > 1e-3
    assert stats.kstest((y[:, 0] - y[:, 1]) / 2, stats.norm(0, 0.56).cdf).pvalue > 1e-3
    assert stats.kstest((y[:, 0] + y[:, 1]) / 2, stats.norm(0, 0.47).cdf).pvalue > 1e-3
    ratio = np.sqrt(p**2 @ METRIC) / pt
    for i in (0, 1):
        assert stats.kstest(ratio[:, i], stats.gamma(2, scale=0.075).cdf).pvalue > 1e-3
    assert stats.spearmanr(ratio[:, 0], ratio[:, 1]).pvalue > 1e-3


def test_the_recoil_takes_half_of_its_momentum_from_each() -> None:
    p = draw(Dijets(imbalance=0.08))
    hard = pts(p[:, 0] - p[:, 1]) / 2
    assert stats.kstest(hard, stats.expon(1200, 200).cdf).pvalue > 1e-3
    assert stats.kstest(pts(p.sum(axis=1)) / hard, stats.gamma(2, scale=0.04).cdf).pvalue > 1e-3


@pytest.mark.parametrize("ordered", [False, True])
def test_azimuth_parity_and_exchange(ordered: bool) -> None:
    p, other = draw(Dijets(ordered=ordered), 1), draw(Dijets(ordered=ordered), 2)
    for i in (0, 1):
        azimuth = np.arctan2(p[:, i, 2], p[:, i, 1])
        assert stats.kstest(azimuth, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
        for k in (1, 2, 3):
            assert stats.ks_2samp(p[:, i, k], -other[:, i, k]).pvalue > 1e-3
    assert (stats.ks_2samp(pts(p[:, 0]), pts(other[:, 1])).pvalue > 1e-3) != ordered
    assert bool((pts(p[:, 0]) >= pts(p[:, 1])).all()) == ordered


def test_ordering_changes_nothing_else() -> None:
    one, two = draw(Dijets()), draw(Dijets(ordered=True))
    assert np.array_equal(np.sort(one[..., 0], axis=1), np.sort(two[..., 0], axis=1))
    assert np.count_nonzero(one[:, 0, 0] != two[:, 0, 0]) == pytest.approx(N / 2, abs=4 * np.sqrt(N) / 2)
    assert Dijets(ordered=True).symmetry == "so(2) about z, P"
    assert (Dijets().intrinsic, Dijets(imbalance=0.0).intrinsic) == (8, 6)
