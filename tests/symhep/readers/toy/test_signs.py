"""Negative weights leave the signed density as it is, and the number of events per sign as asked for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import FourBody, TwoBody
from symhep.readers.toy.density import Density
from symhep.readers.toy.dijets import Dijets
from symhep.readers.toy.signs import Signed

N = 100_000
FloatArray = npt.NDArray[np.float64]


def functions(p: FloatArray) -> FloatArray:
    """(n, K) bounded numbers of an event: directions, energies, correlations of two particles."""
    first, second = p[:, 0], p[:, 1]
    phi, share = np.arctan2(first[:, 2], first[:, 1]), first[:, 0] / p[:, :, 0].sum(axis=1)
    c, d = first[:, 3] / first[:, 0], second[:, 3] / second[:, 0]
    return np.stack(
        (np.cos(phi), np.sin(phi), np.cos(2 * phi), c, c**2, c * d, share, d * np.cos(phi)), axis=1
    )


@pytest.mark.parametrize(
    "density", [TwoBody(a_fb=0.3, rapidity=0.4), FourBody(handedness=0.8), Accepted(Dijets(), 0.4, 2)]
)
@pytest.mark.parametrize("fraction", [0.1, 0.35])
def test_signed_moments_are_those_of_the_density(density: Density, fraction: float) -> None:
    p, w = Signed(density, fraction).draw(np.random.default_rng(1), N)
    wanted = functions(density.draw(np.random.default_rng(2), N))
    assert set(w.tolist()) == {-1.0, 1.0}
    assert np.count_nonzero(w < 0) == pytest.approx(
        fraction * N, abs=4 * np.sqrt(fraction * (1 - fraction) * N)
    )
    # E[w h] = (1 - 2 f) E[h], each mean with its own error.
    signed = w[:, None] * functions(p) / (1 - 2 * fraction)
    error = np.sqrt((signed.var(axis=0) + wanted.var(axis=0)) / N)
    assert np.abs((signed.mean(axis=0) - wanted.mean(axis=0)) / np.maximum(error, 1e-15)).max() < 4


def test_dropping_the_signs_is_seen() -> None:
    """Of the events 2 f have the density 1 + cos(phi), with the mean 1/2: |w| gives f, w gives 0."""
    p, w = Signed(TwoBody(), 0.2).draw(np.random.default_rng(3), N)
    cos = functions(p)[:, 0]
    assert cos.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.5 / N))
    assert (w * cos).mean() == pytest.approx(0, abs=4 * np.sqrt(0.5 / N))
    # Negative events alone are those of 1 + cos(phi).
    assert cos[w < 0].mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / (0.2 * N)))


def test_errors_are_those_of_independent_events() -> None:
    """Over 1000 toys the pull of a signed mean is a unit normal."""
    pulls = []
    rng = np.random.default_rng(4)
    for _ in range(1000):
        p, w = Signed(TwoBody(), 0.3).draw(rng, 500)
        signed = w * functions(p)[:, 0]
        pulls.append(signed.mean() / signed.std(ddof=1) * np.sqrt(500))
    assert stats.kstest(pulls, stats.norm.cdf).pvalue > 1e-3


def test_without_negative_weights_nothing_changes_in_distribution() -> None:
    p, w = Signed(TwoBody(a_fb=0.2), 0.0).draw(np.random.default_rng(5), 20_000)
    assert (w == 1).all()
    other = TwoBody(a_fb=0.2).draw(np.random.default_rng(6), 20_000)
    assert stats.ks_2samp(p[:, 0, 3], other[:, 0, 3]).pvalue > 1e-3
