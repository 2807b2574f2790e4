"""The test of a class with its direction left free: calibrated whether the direction is fitted or does not matter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from symhep.lie.bases import poincare
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups import poincare_subgroups
from symhep.lie.subgroups.conjugates import Conjugate, conjugates
from symhep.lie.subgroups.conjugation import adjoint_exponential
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.subgroups.conjugate_fit import Fitted, Orbits

CATALOGUE = poincare_subgroups()
CONSTANTS = structure_constants(poincare().matrices).constants
FUNCTIONS = 16
NOISE = 0.02
MIXING = np.random.default_rng(5).normal(size=(10 * FUNCTIONS, 300)) / np.sqrt(300)
COVARIANCE = NOISE**2 * (MIXING @ MIXING.T + 0.3 * np.eye(10 * FUNCTIONS))


def rows_of(name: str, direction: np.ndarray) -> np.ndarray:
    rows = CATALOGUE[name].coefficients() @ adjoint_exponential(direction, CONSTANTS).T
    return np.linalg.qr(rows.T)[0].T


def respecting(rows: np.ndarray, rng: np.random.Generator) -> Moments:
    """Moments that vanish along the rows and nowhere else, but for correlated noise of known covariance."""
    truth = np.random.default_rng(6).normal(size=(FUNCTIONS, 10)) @ (np.eye(10) - rows.T @ rows)
    noise = NOISE * (MIXING @ rng.normal(size=300) + np.sqrt(0.3) * rng.normal(size=10 * FUNCTIONS))
    return Moments(
        truth + noise.reshape(FUNCTIONS, 10), COVARIANCE.reshape(FUNCTIONS, 10, FUNCTIONS, 10), 1e6, poincare(),
        tuple(f"f{k}" for k in range(FUNCTIONS)), {"low": slice(0, 11), "fourier": slice(11, FUNCTIONS)},
    )  # fmt: skip


def fitted(moments: Moments, r: int, name: str) -> Fitted:
    found = rank_test(moments, r).theta
    orbits = Orbits(moments, np.eye(10), found, CONSTANTS)
    near = conjugates([CATALOGUE[name]], np.linalg.qr(found)[0].T, CONSTANTS, starts=2)[name]
    end = orbits.fitted(near[0])
    assert end is not None
    return end


@pytest.mark.parametrize("toys", [25, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("group", "name", "free"),
    [
        ("SO(2)", "SO(2)", 0),  # its axis and centre are fitted
        ("SO(3)", "SO(3)", 0),  # its centre and rest frame are fitted
        ("SO(3)", "SO(2)", 2),  # centre and rest frame are fitted, any axis will do
    ],
)
def test_true_class_is_rejected_as_often_as_it_says(group: str, name: str, free: int, toys: int) -> None:
    rng = np.random.default_rng(17)
    rows = rows_of(group, 0.2 * np.random.default_rng(2).normal(size=10))
    r = len(rows)
    tests = [fitted(respecting(rows, rng), r, name) for _ in range(toys)]
    p = np.exp([test.log_p for test in tests])
    for level in (0.05, 0.5):
        low, high = binom(toys, level).ppf([1e-6, 1 - 1e-6])
        assert low <= np.sum(p < level) <= high
    assert {test.free for test in tests} == {free}


def test_fit_ends_at_the_true_axis() -> None:
    rng = np.random.default_rng(3)
    rows = rows_of("SO(2)", np.array([0.5, 0.3, 0, 0, 0, 0, 0.2, -0.1, 0.4, 0]))
    bases = np.array([fitted(respecting(rows, rng), 1, "SO(2)").conjugate.basis[0] for _ in range(25)])
    bases *= np.sign(bases @ rows[0])[:, None]
    mean, error = bases.mean(axis=0), bases.std(axis=0) / np.sqrt(25)
    assert (np.abs(mean - rows[0]) < 4 * error + 2e-4).all()
    assert error[:3].max() < NOISE


def test_wrong_classes_are_rejected() -> None:
    moments = respecting(np.eye(10)[2:3], np.random.default_rng(4))
    for name in ("SO(1,1)", "P_z", "null rotation"):
        assert fitted(moments, 1, name).log_p < np.log(1e-10)


def test_given_position_is_tested_without_a_fit() -> None:
    c = CATALOGUE["SO(2)"]
    signs, rows = next(c.signed())
    home = Conjugate(c, signs, rows, np.eye(10), np.zeros(0))
    rng = np.random.default_rng(8)
    there, tilted = [], rows_of("SO(2)", np.array([0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    for _ in range(60):
        moments = respecting(np.eye(10)[2:3], rng)
        there.append(Orbits(moments, np.eye(10), np.eye(10)[:, 2:3], CONSTANTS).given(home))
    p = np.exp(there)
    assert 0.33 < np.mean(p < 0.5) < 0.67
    moments = respecting(tilted, rng)
    assert Orbits(moments, np.eye(10), tilted.T, CONSTANTS).given(home) < np.log(1e-6)


def test_conjugates_stay_among_the_candidates() -> None:
    """With J_x, J_y, J_z for candidates a start that is boosted comes back to an axis, and a boost does not."""
    moments = respecting(np.eye(10)[2:3], np.random.default_rng(4)).restricted(np.eye(10)[:, :3])
    orbits = Orbits(moments, np.eye(10)[:, :3], np.eye(3)[:, 2:3], CONSTANTS)
    starts = conjugates(
        [CATALOGUE["SO(2)"], CATALOGUE["SO(1,1)"]], rows_of("SO(2)", 0.05 * np.ones(10)), CONSTANTS
    )
    end = orbits.fitted(starts["SO(2)"][-1])
    assert end is not None
    assert np.abs(end.conjugate.basis[:, 3:]).max() < 1e-4
    assert np.exp(end.log_p) > 1e-3
    assert orbits.fitted(starts["SO(1,1)"][0]) is None
