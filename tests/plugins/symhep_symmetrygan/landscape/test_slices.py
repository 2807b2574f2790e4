"""The maxima that figures 2, 4 to 8 and 10 must show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep.lie.groups import AffineLine, Components, Iwasawa, PlaneRotations, Similarity, reflections
from symhep_symmetrygan.landscape.mixture import Mixture
from symhep_symmetrygan.landscape.slices import Axis, CyclicTerm, Landscape, Slice

LINE = Mixture.of([[0.5]], [[[1.0]]])
N11 = Mixture.of([[0.0, 0.0]], np.eye(2))
N12 = Mixture.of([[0.0, 0.0]], np.diag([1.0, 2.0]))
REST = {"d": 1.0, "theta_12": 0.0, "log_r_1": 0.0, "u_12": 0.0, "b_1": 0.0, "b_2": 0.0}


def _points(piece: Slice) -> list[tuple[float, ...]]:
    return sorted(tuple(p) for p in (piece.maxima.points.round(5) + 0.0).tolist())


def _plane(density: Mixture, first: Axis, second: Axis) -> Slice:
    fixed = {k: v for k, v in REST.items() if k not in (first.label, second.label)}
    return Landscape(density, Iwasawa(2)).slice([first, second], fixed)


def test_figure_2_has_two_maxima() -> None:
    piece = Landscape(LINE, AffineLine()).slice([Axis("c", -2, 2), Axis("b", -3, 3, 61)], {})
    assert piece.loss.shape == (81, 61)
    assert _points(piece) == [(-1.0, 1.0), (1.0, 0.0)]
    assert piece.symmetric.all()
    assert piece.maxima.single.all()
    assert piece.deficit.max() <= 1e-9
    np.testing.assert_allclose(piece.loss[40], 0, atol=1e-9)  # c = 0: the barrier


def test_figure_4_has_a_true_and_a_false_maximum() -> None:
    """g_(1/c) is r g_c^(-1) r for the reflection r(x) = 1 - x that keeps the density, and a map, its inverse and its

    conjugate have one loss: L(1/c) = L(c), so the only maximum with c > 0 is at c = 1 (the paper's text says 0.5, which
    comes out of this density at no variance near one).
    """
    piece = Landscape(LINE, AffineLine(1.0)).slice([Axis("c", -2, 2, 101)], {})
    assert _points(piece) == [(-1.0,), (1.0,)]
    assert piece.symmetric.tolist() == [True, False]  # the highest first
    c = piece.axes[0].values[60:]
    by = Landscape(LINE, AffineLine(1.0)).slice([Axis("c", 1 / c[3], 1 / c[2], 2)], {}).loss
    np.testing.assert_allclose(by, piece.loss[60:][[3, 2]], atol=1e-8)


def test_figure_5_has_the_unit_circle_or_two_points() -> None:
    axes = [Axis("c", -1.5, 1.5, 17), Axis("s", -1.5, 1.5, 17)]
    circle = Landscape(N11, Similarity()).slice(axes, {})
    np.testing.assert_allclose(np.linalg.norm(circle.maxima.points, axis=1), 1, atol=1e-5)
    assert not circle.maxima.single.any()
    assert circle.symmetric.all()
    assert _points(Landscape(N12, Similarity()).slice(axes, {})) == [(-1.0, 0.0), (1.0, 0.0)]


@pytest.mark.parametrize("order", [2, 3, 7])
def test_figure_6_has_the_roots_of_unity(order: int) -> None:
    axes = [Axis("c", -1.4, 1.4, 29), Axis("s", -1.4, 1.4, 29)]
    piece = Landscape(N11, Similarity(), CyclicTerm(order)).slice(axes, {})
    found = np.array(_points(piece))[piece.symmetric[np.lexsort(piece.maxima.points.T[::-1])]]
    turns = 2 * math.pi * np.arange(order) / order
    expected = np.stack([np.cos(turns), np.sin(turns)], 1)
    nearest = np.linalg.norm(expected[:, None] - found, axis=2).min(1)
    np.testing.assert_allclose(nearest, 0, atol=1e-4)
    assert len(found) == order


def test_figure_7_has_the_identity_away_from_rotations() -> None:
    assert _points(_plane(N11, Axis("log_r_1", -1, 1, 21), Axis("u_12", -2, 2, 21))) == [(0.0, 0.0)]


def test_figure_8_has_turned_and_stretched_symmetries() -> None:
    """r = sqrt(2) undoes the covariance: theta = pi / 2 and 3 pi / 2 are symmetries there (the paper, section V.B)."""
    found = _points(_plane(N12, Axis("log_r_1", -1, 1, 21), Axis("theta_12", -1, 5.5, 27)))
    half = math.log(2) / 2
    expected = [(0.0, 0.0), (0.0, math.pi), (half, math.pi / 2), (half, 3 * math.pi / 2)]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert _points(_plane(N12, Axis("d", -2, 2, 21), Axis("u_12", -2, 2, 21))) == [(-1.0, 0.0), (1.0, 0.0)]


@pytest.mark.parametrize("component", [0, 1])
def test_figure_10_has_the_octagon(component: int) -> None:
    turns = 2 * math.pi * np.arange(8) / 8
    octagon = Mixture.of(np.stack([np.cos(turns), np.sin(turns)], 1), 0.1 * np.eye(2))
    family = Components(Similarity(), reflections(2))
    axes = [Axis("c", -1.2, 1.2, 17), Axis("s", -1.2, 1.2, 17)]
    piece = Landscape(octagon, family).slice(axes, {"component": component})
    found = np.array(_points(piece))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    angles = np.sort(np.arctan2(found[:, 1], found[:, 0]) % (2 * math.pi - 1e-3))
    np.testing.assert_allclose(angles, turns, atol=1e-3)


def test_what_a_slice_cannot_be() -> None:
    line = Landscape(LINE, AffineLine())
    with pytest.raises(CardError, match="no parameter 'd'"):
        line.slice([Axis("d", 0, 1)], {"b": 0.0})
    with pytest.raises(CardError, match="also needs a value of b"):
        line.slice([Axis("c", 0, 1)], {})
    with pytest.raises(CardError, match="must name different parameters"):
        line.slice([Axis("c", 0, 1)], {"c": 1.0, "b": 0.0})
    with pytest.raises(MethodError, match="acts on 2 coordinates, but the density of the landscape has 1"):
        Landscape(LINE, Similarity())
    with pytest.raises(MethodError, match="one or two coordinates"):
        Landscape(Mixture.of([[0.0] * 3], np.eye(3)), PlaneRotations(3))
