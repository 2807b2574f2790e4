"""Conjugates: what they are as matrices, how they move, and that those in a span are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.lie.bases import poincare
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups import poincare_subgroups
from symhep.lie.subgroups.conjugates import Conjugate, conjugates, limiting

CATALOGUE = poincare_subgroups()
CONSTANTS = structure_constants(poincare().matrices).constants
MATRICES = poincare().matrices


def coefficients(matrices: np.ndarray) -> np.ndarray:
    """Rows in the basis of the Poincare algebra."""
    return np.linalg.lstsq(MATRICES.reshape(10, -1).T, matrices.reshape(len(matrices), -1).T, rcond=None)[0].T


def moved_rows(name: str, direction: np.ndarray, **values: float) -> np.ndarray:
    """Orthonormal rows of g A g^-1 with g = exp(direction), from the matrices themselves."""
    g = expm(np.tensordot(direction, MATRICES, axes=1))
    rows = coefficients(g @ CATALOGUE.matrices(name, **values) @ np.linalg.inv(g))
    return np.linalg.qr(rows.T)[0].T


def sine(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one - one @ other.T @ other, ord=2))


def at_home(name: str, *parameters: float) -> Conjugate:
    c = CATALOGUE[name]
    signs, rows = next(c.signed())
    return Conjugate(c, signs, rows, np.eye(10), np.array(parameters))


@pytest.mark.parametrize(
    ("name", "values"),
    [("SO(2)", {}), ("four-screw", {"c": 0.7}), ("SO(3)", {}), ("E(2)", {}), ("SO(2) x SO(1,1), P_tz", {})],
)
def test_conjugate_of_its_own_class_is_found(name: str, values: dict[str, float]) -> None:
    direction = 0.4 * np.random.default_rng(3).normal(size=10)
    rows = moved_rows(name, direction, **values)
    best = conjugates([CATALOGUE[name]], rows, CONSTANTS)[name][0]
    assert best.sine < 1e-8
    assert sine(best.basis, rows) < 1e-8


def test_parameter_is_found() -> None:
    rows = moved_rows("J_z + a P_z", np.zeros(10), a=0.37)
    best = conjugates([CATALOGUE["J_z + a P_z"]], rows, CONSTANTS)["J_z + a P_z"][0]
    assert best.values["a"] == pytest.approx(0.37)


def test_boosts_are_no_turns() -> None:
    turn = np.eye(10)[2:3]
    assert conjugates([CATALOGUE["SO(1,1)"]], turn, CONSTANTS)["SO(1,1)"][0].sine > 0.5


def test_axis_that_may_be_z_is_z() -> None:
    tilted = np.zeros((1, 10))
    tilted[0, :3] = np.sin(0.05), 0.0, np.cos(0.05)
    first, second = conjugates([CATALOGUE["SO(2)"]], tilted, CONSTANTS)["SO(2)"]
    assert first.at_home
    assert first.sine == pytest.approx(np.sin(0.05))
    assert second.sine < 1e-8
    tilted[0, :3] = np.sin(0.2), 0.0, np.cos(0.2)
    assert not conjugates([CATALOGUE["SO(2)"]], tilted, CONSTANTS)["SO(2)"][0].at_home


@pytest.mark.parametrize(
    ("name", "parameters"), [("SO(3)", ()), ("four-screw", (0.7,)), ("J_z + a P_t, P_z", (0.4,))]
)
def test_tangents_are_the_derivative_of_the_span(name: str, parameters: tuple[float, ...]) -> None:
    """By finite differences: a step h moves a span b to b + h tangent, up to rows inside it."""
    there = at_home(name, *parameters).moved(0.3 * np.arange(10 + len(parameters)) / 10, CONSTANTS)
    assert there is not None
    b, h = there.basis, 1e-6
    for k, tangent in enumerate(there.tangents(CONSTANTS)):
        step = np.zeros(10 + len(parameters))
        step[k] = h
        moved = there.moved(step, CONSTANTS)
        assert moved is not None
        # rows of the moved span with b as their part inside the old one
        rows = np.linalg.solve(moved.basis @ b.T, moved.basis)
        np.testing.assert_allclose((rows - b) / h, tangent, atol=1e-4)


def test_moves_stay_within_bounds() -> None:
    screw = at_home("four-screw", 0.7)
    step = np.zeros(11)
    step[10] = -5.0
    lowered = screw.moved(step, CONSTANTS)
    assert lowered is not None
    assert lowered.values["c"] == pytest.approx(1e-3)
    step[5], step[10] = 9.0, 0.0  # rapidity 9
    assert screw.moved(step, CONSTANTS) is None


def test_limits_are_next_to_the_special_class() -> None:
    turn = moved_rows("SO(2)", np.array([0.3, -0.5, 0, 0, 0, 0, 0, 0, 0, 0]))
    special = conjugates([CATALOGUE["SO(2)"]], turn, CONSTANTS)["SO(2)"][0]
    for name in ("four-screw", "J_z + a P_t", "J_z + e P_+"):
        found = limiting(CATALOGUE[name], special, turn, CONSTANTS)
        assert found
        assert sine(found[0].basis, turn) < 5e-3
    assert limiting(CATALOGUE["K_z + a P_x"], special, turn, CONSTANTS) == []
