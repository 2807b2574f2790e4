"""Haar measure: known densities of angles, and images of a vector that are even on its orbit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, uniform

from symhep.lie.bases import diagonal, lorentz, realify, so, su
from symhep.lie.sampling.compact import ROUNDS, compact_draw

#: A test that is right fails once in ten thousand seeds; the seed is fixed.
LEAST_P = 1e-4


def _draw(generators: np.ndarray, count: int = 4000, seed: int = 1) -> tuple[str, np.ndarray]:
    found = compact_draw(np.asarray(generators))
    assert found is not None
    return found.how, found.draw(count, np.random.default_rng(seed))


def _uniform_angle(angles: np.ndarray) -> float:
    return float(kstest(np.mod(angles, 2 * np.pi), uniform(0, 2 * np.pi).cdf).pvalue)


def _angle_of_so3(matrices: np.ndarray) -> np.ndarray:
    return np.arccos(np.clip((np.trace(matrices, axis1=1, axis2=2) - 1) / 2, -1, 1))


def _haar_angle(x: np.ndarray) -> np.ndarray:
    """Distribution function of the angle of a Haar-random rotation: the density is (1 - cos x) / pi on [0, pi]."""
    return (x - np.sin(x)) / np.pi


def test_rotations_about_an_axis() -> None:
    how, g = _draw(lorentz().subset(["J_z"]).matrices)
    assert how == "Haar measure of SO(2)"
    assert _uniform_angle(np.arctan2(g[:, 2, 1], g[:, 1, 1])) > LEAST_P
    assert np.allclose(g[:, [0, 3]], np.eye(4)[[0, 3]])


def test_a_boosted_axis_keeps_the_minkowski_form() -> None:
    x = lorentz()["J_z"] + 0.6 * lorentz()["K_x"]
    how, g = _draw(x[None])
    assert how == "Haar measure of SO(2)"
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    assert np.allclose(g.swapaxes(1, 2) @ metric @ g, metric, atol=1e-9)
    assert np.allclose(g @ x, x @ g, atol=1e-9)
    # tr g = 2 + 2 cos(angle) wherever the axis is
    half = np.arccos(np.clip((np.trace(g, axis1=1, axis2=2) - 2) / 2, -1, 1))
    assert kstest(half, uniform(0, np.pi).cdf).pvalue > LEAST_P


@pytest.mark.parametrize("copies", [1, 2])
def test_rotations_of_space_alike_on_each_vector(copies: int) -> None:
    """One vector: all of SO(3). Two together: 3 generators in 6 dimensions, by rounds of rotations."""
    how, g = _draw(diagonal(so(3), copies).matrices)
    assert ("rounds" in how) == (copies == 2)
    one = g[:, :3, :3]
    assert np.allclose(one.swapaxes(1, 2) @ one, np.eye(3), atol=1e-9)
    assert kstest(_angle_of_so3(one), _haar_angle).pvalue > LEAST_P
    image = one[:, :, 0]
    assert kstest(image[:, 2], uniform(-1, 2).cdf).pvalue > LEAST_P  # Archimedes
    assert _uniform_angle(np.arctan2(image[:, 1], image[:, 0])) > LEAST_P
    if copies == 2:
        assert np.allclose(g[:, 3:, 3:], one, atol=1e-9)
        assert np.abs(g[:, :3, 3:]).max() < 1e-9


def test_rotations_in_four_dimensions() -> None:
    how, g = _draw(so(4).matrices)
    assert how == "Haar measure of SO(4)"
    # a coordinate of a uniform point of the 3-sphere: density 2 sqrt(1 - x^2) / pi
    assert kstest(g[:, 2, 1], lambda x: 0.5 + (x * np.sqrt(1 - x**2) + np.arcsin(x)) / np.pi).pvalue > LEAST_P


def test_su3_by_its_characters() -> None:
    """Mean of |tr U|^2 is 1 and of |tr U|^4 is 2, tr U^2 0: irreducible, and 3 x 3* = 1 + 8."""
    _, g = _draw(realify(np.asarray(su(3))))
    u = g[:, :3, :3] + 1j * g[:, 3:, :3]
    assert np.allclose(np.linalg.det(u), 1, atol=1e-9)
    trace = np.einsum("nii->n", u)
    for power, expected in ((2, 1.0), (4, 2.0)):
        values = np.abs(trace) ** power
        assert abs(values.mean() - expected) < 5 * values.std() / np.sqrt(len(values))
    assert abs(trace.mean()) < 5 / np.sqrt(len(trace))


@pytest.mark.parametrize("generators", [diagonal(so(3), 2).matrices, realify(np.asarray(su(3)))])
def test_rounds_have_converged(generators: np.ndarray) -> None:
    """In g x g a round is the product of projections; what is left after all rounds, outside of the invariants."""
    d = generators.shape[1]
    product, rows = np.eye(d * d), []
    for x in generators:
        both = np.kron(x, np.eye(d)) + np.kron(np.eye(d), x)
        product = (np.eye(d * d) - np.linalg.pinv(both) @ both) @ product
        rows.append(both)
    stacked = np.concatenate(rows)
    invariant = np.eye(d * d) - np.linalg.pinv(stacked) @ stacked
    assert np.linalg.norm(np.linalg.matrix_power(product, ROUNDS) - invariant, 2) < 1e-7


def test_a_torus_with_a_common_period() -> None:
    """Frequencies 2 and 3 about two axes: angles (2 t, 3 t), t uniform; both are uniform, their relation is kept."""
    x = np.zeros((1, 4, 4))
    x[0, 1, 0], x[0, 0, 1], x[0, 3, 2], x[0, 2, 3] = 2, -2, 3, -3
    how, g = _draw(x)
    assert how == "uniform angle"
    a, b = np.arctan2(g[:, 1, 0], g[:, 0, 0]), np.arctan2(g[:, 3, 2], g[:, 2, 2])
    assert np.allclose(np.exp(1j * (3 * a - 2 * b)), 1, atol=1e-9)
    assert _uniform_angle(a) > LEAST_P
    assert _uniform_angle(b) > LEAST_P
    assert _uniform_angle(b - a) > LEAST_P  # t itself: (2 t, 3 t) runs through the torus knot once


def test_a_torus_of_two_dimensions_in_a_skew_basis() -> None:
    one, two = np.zeros((4, 4)), np.zeros((4, 4))
    one[1, 0], one[0, 1], two[3, 2], two[2, 3] = 1, -1, 1, -1
    how, g = _draw(np.stack([one + 2 * two, 3 * one - two]))
    assert "torus of 2 dimensions" in how
    a, b = np.arctan2(g[:, 1, 0], g[:, 0, 0]), np.arctan2(g[:, 3, 2], g[:, 2, 2])
    for combination in (a, b, a + b, 2 * a - b, a - 3 * b):
        assert _uniform_angle(combination) > LEAST_P


def test_rotations_that_never_close_are_reported() -> None:
    x = np.zeros((1, 4, 4))
    x[0, 1, 0], x[0, 0, 1], x[0, 3, 2], x[0, 2, 3] = 1, -1, np.sqrt(2), -np.sqrt(2)
    how, g = _draw(x)
    assert "no simple ratio" in how
    assert np.allclose(g.swapaxes(1, 2) @ g, np.eye(4))


def test_boosts_are_not_drawn() -> None:
    assert compact_draw(lorentz().matrices.real) is None
