"""Groups with several components, finite ones, and those that need a bound."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from symhep.errors import LieError
from symhep.lie.bases import lorentz, poincare
from symhep.lie.sampling.finite import finite_group
from symhep.lie.sampling.group import group_draw

NONE = np.zeros((0, 4, 4))
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def _turn(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_orders_of_known_groups() -> None:
    mirror = np.diag([1.0, -1.0])
    assert len(finite_group(np.stack([_turn(2 * np.pi / 8), mirror]))) == 16  # D_8
    assert len(finite_group(np.stack([_turn(2 * np.pi / 3)]))) == 3
    signed = np.stack([np.diag([-1.0, 1, 1]), np.eye(3)[[1, 0, 2]], np.eye(3)[[1, 2, 0]]])
    assert len(finite_group(signed)) == 48  # signed permutations of three axes
    with pytest.raises(LieError, match="do not generate a finite group"):
        finite_group(_turn(1.0)[None])


def test_components_are_equally_likely_and_times_haar() -> None:
    p, jz = np.diag([1.0, -1, -1, -1]), lorentz().subset(["J_z"]).matrices
    draw = group_draw(jz, np.stack([p, np.diag([1.0, -1, 1, 1])]))
    assert draw.how == "Haar measure of SO(2), times a finite group of 4 elements with equal probability"
    g = draw.draw(4000, np.random.default_rng(3))
    for sign in (np.linalg.det(g[:, 1:3, 1:3]), g[:, 3, 3]):
        assert np.allclose(np.abs(sign), 1)
        assert abs((sign > 0).sum() - 2000) < 5 * np.sqrt(1000)
    angle = np.arctan2(g[:, 2, 1], g[:, 1, 1])
    assert kstest(angle, lambda x: (x + np.pi) / (2 * np.pi)).pvalue > 1e-4


def test_a_finite_group_alone() -> None:
    draw = group_draw(NONE, np.diag([1.0, -1, -1, -1])[None])
    g = draw.draw(1000, np.random.default_rng(1))
    assert set(np.unique(g)) == {-1.0, 0.0, 1.0}
    assert abs((g[:, 1, 1] > 0).sum() - 500) < 5 * np.sqrt(250)


def test_boosts_and_translations_up_to_their_bounds() -> None:
    all_ten = poincare().matrices.real
    draw = group_draw(all_ten, np.zeros((0, 5, 5)), boosts=0.3, translations=2.0)
    assert draw.how.startswith("Haar measure of SO(3), then boosts")
    g = draw.draw(4000, np.random.default_rng(2))
    linear, shift = g[:, :4, :4], g[:, :4, 4]
    assert np.allclose(linear.swapaxes(1, 2) @ METRIC @ linear, METRIC, atol=1e-12)
    # uniform in a ball of k dimensions: (r / bound)^k is uniform
    rapidity = np.arccosh(np.maximum(linear[:, 0, 0], 1))
    assert kstest((rapidity / 0.3) ** 3, "uniform").pvalue > 1e-4
    assert kstest((np.linalg.norm(shift, axis=1) / 2) ** 4, "uniform").pvalue > 1e-4
    assert np.abs(shift.mean(axis=0)).max() < 5 * 2 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("names", "bounds", "message"),
    [
        (["K_z"], {}, "is not compact .boosts or scalings.*give 'boosts'"),
        (["J_z", "K_z"], {"translations": 1.0}, "is not compact .boosts"),
        (["P_x"], {}, "is not compact .translations.*give 'translations'"),
        (["J_z", "K_z", "P_t", "P_z"], {"boosts": 1.0}, "is not compact .translations"),
        (["J_x", "J_z"], {}, "do not close.*use generators of a closed algebra"),
    ],
)
def test_what_is_refused(names: list[str], bounds: dict[str, float], message: str) -> None:
    with pytest.raises(LieError, match=message):
        group_draw(poincare().subset(names).matrices.real, np.zeros((0, 5, 5)), **bounds)


def test_nothing_to_draw() -> None:
    with pytest.raises(LieError, match="unit element only"):
        group_draw(NONE, NONE)


def test_rotations_of_each_vector_and_an_exchange_of_both() -> None:
    swap = np.eye(9)[[4, 5, 6, 7, 0, 1, 2, 3, 8]]
    space = poincare().subset(["J_x", "J_y", "J_z"]).matrices.real
    draw = group_draw(space, swap[None])
    assert draw.how == "Haar measure of SO(3), times a finite group of 2 elements with equal probability"
    g = draw.draw(2000, np.random.default_rng(4))
    swapped = g[:, 0, 0] == 0
    assert abs(swapped.sum() - 1000) < 5 * np.sqrt(500)
    one = np.where(swapped[:, None, None], g[:, 4:8, :4], g[:, :4, :4])
    two = np.where(swapped[:, None, None], g[:, :4, 4:8], g[:, 4:8, 4:8])
    assert np.allclose(one, two)
    assert np.allclose(np.linalg.det(one), 1)
    # and the other way round: what acts on all components, and a mirror of each vector
    turn = np.zeros((1, 9, 9))
    turn[0, 2, 1], turn[0, 1, 2] = 1, -1
    both = group_draw(turn, np.diag([1.0, 1, 1, -1, 1])[None]).draw(100, np.random.default_rng(1))
    assert set(np.unique(both[:, 3, 3])) == {-1.0, 1.0}
    assert (both[:, 7, 7] == both[:, 3, 3]).all()
