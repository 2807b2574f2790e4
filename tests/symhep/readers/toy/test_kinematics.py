"""Boosts against the matrices of the textbooks, and the spectra of what moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from symhep.readers.toy.kinematics import boosted, recoil, resonance_velocity

component = st.floats(-3, 3)


@given(st.tuples(component, component, component), st.tuples(component, component, component))
def test_boosts_are_lorentz_transformations_and_invert(u: tuple[float, ...], p: tuple[float, ...]) -> None:
    velocity, momentum = np.array(u)[:, None], np.array([np.sqrt(4 + np.dot(p, p)), *p]).reshape(4, 1, 1)
    moved = boosted(momentum, velocity)
    assert moved[0] ** 2 - (moved[1:] ** 2).sum() == pytest.approx(4, abs=1e-9)
    assert boosted(moved, -velocity) == pytest.approx(momentum, abs=1e-9)
    at_rest = np.array([1.0, 0, 0, 0]).reshape(4, 1, 1)
    assert boosted(at_rest, velocity).ravel() == pytest.approx([np.sqrt(1 + np.dot(u, u)), *u])


def test_a_boost_along_z_is_the_matrix_of_the_rapidity() -> None:
    p = np.random.default_rng(0).normal(size=(4, 3, 1))
    matrix = np.eye(4)
    matrix[[0, 3], [0, 3]], matrix[[0, 3], [3, 0]] = np.cosh(0.7), np.sinh(0.7)
    assert boosted(p, np.array([[0], [0], [np.sinh(0.7)]]))[..., 0] == pytest.approx(matrix @ p[..., 0])


def test_recoil_falls_and_is_isotropic() -> None:
    k = recoil(np.random.default_rng(1), 20_000, 6.0)
    assert stats.kstest(np.hypot(*k), stats.gamma(2, scale=3.0).cdf).pvalue > 1e-3
    assert stats.kstest(np.arctan2(k[1], k[0]), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_resonances_have_the_rapidity_and_pt_asked_for() -> None:
    u = resonance_velocity(np.random.default_rng(2), 91.2, 20_000, 0.8, 20.0)
    gamma = np.sqrt(1 + (u**2).sum(axis=0))
    assert stats.kstest(np.arctanh(u[2] / gamma), stats.norm(0, 0.8).cdf).pvalue > 1e-3
    assert stats.kstest(91.2 * np.hypot(u[0], u[1]), stats.gamma(2, scale=10.0).cdf).pvalue > 1e-3
