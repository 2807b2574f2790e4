"""Flat phase space against its formulas and against another algorithm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from symhep.readers.toy.phase_space import phase_space

N = 20_000
FloatArray = npt.NDArray[np.float64]


def rambo(rng: np.random.Generator, n: int, bodies: int) -> FloatArray:
    """R. Kleiss, W. J. Stirling, S. D. Ellis, Comput. Phys. Commun. 40 (1986) 359: (n, P, 4), mass 1."""
    energy = -np.log(rng.random((n, bodies)) * rng.random((n, bodies)))
    direction = rng.normal(size=(n, bodies, 3))
    q = energy[..., None] * direction / np.linalg.norm(direction, axis=2, keepdims=True)
    total_e, total = energy.sum(axis=1), q.sum(axis=1)
    mass = np.sqrt(total_e**2 - (total**2).sum(axis=1))
    b, gamma = -total / mass[:, None], total_e / mass
    a = 1 / (1 + gamma)
    along = (q * b[:, None]).sum(axis=2)
    p = q + b[:, None] * (energy + a[:, None] * along)[..., None]
    e = gamma[:, None] * energy + along
    return np.concatenate((e[..., None], p), axis=2) / mass[:, None, None]


@pytest.mark.parametrize("bodies", [2, 3, 4, 5])
def test_massless_and_at_rest(bodies: int) -> None:
    p = phase_space(np.random.default_rng(1), N, bodies)
    assert np.abs(p.sum(axis=1)[1:]).max() < 1e-15
    assert np.abs(p[0].sum(axis=0) - 1).max() < 1e-14
    assert np.abs(p[0] ** 2 - (p[1:] ** 2).sum(axis=0)).max() < 1e-14
    assert p[0].min() > 0


@pytest.mark.parametrize("bodies", [2, 3, 4])
def test_every_body_is_isotropic(bodies: int) -> None:
    p = phase_space(np.random.default_rng(2), N, bodies)
    for i in range(bodies):
        assert stats.kstest(p[3, i] / p[0, i], stats.uniform(-1, 2).cdf).pvalue > 1e-3
        assert stats.kstest(np.arctan2(p[2, i], p[1, i]), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_the_dalitz_plot_is_flat() -> None:
    """With x = 2 E each x1 in [0, 1] has x2 from 1 - x1 to 1, so the density of x1 is 2 x1."""
    x = 2 * phase_space(np.random.default_rng(3), N, 3)[0]
    for i, j in ((0, 1), (1, 2), (2, 0)):
        assert stats.kstest(x[i], stats.beta(2, 1).cdf).pvalue > 1e-3
        assert stats.kstest((x[j] - 1 + x[i]) / x[i], stats.uniform.cdf).pvalue > 1e-3


@pytest.mark.parametrize("bodies", [4, 5])
def test_more_bodies_are_those_of_another_algorithm(bodies: int) -> None:
    ours = phase_space(np.random.default_rng(4), N, bodies).transpose(2, 1, 0)
    theirs = rambo(np.random.default_rng(5), N, bodies)
    for i in range(bodies):
        # What recoils against one massless body has the mass^2 1 - 2 E: a share ~ Beta(P - 2, 2).
        assert stats.kstest(1 - 2 * ours[:, i, 0], stats.beta(bodies - 2, 2).cdf).pvalue > 1e-3
        for j in range(i):
            masses = [((p[:, i] + p[:, j]) ** 2 @ np.array([1.0, -1, -1, -1])) for p in (ours, theirs)]
            assert stats.ks_2samp(*masses).pvalue > 1e-3
    volumes = [np.einsum("ni,ni->n", p[:, 0, 1:], np.cross(p[:, 1, 1:], p[:, 2, 1:])) for p in (ours, theirs)]
    assert stats.ks_2samp(*volumes).pvalue > 1e-3
    assert (
        stats.ks_2samp(ours[:, 0, 0], rambo(np.random.default_rng(6), N, bodies - 1)[:, 0, 0]).pvalue < 1e-9
    )
