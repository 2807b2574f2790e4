"""Named functions: harmonics of angles by hand, signs of differences."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import so
from symhep_symmetrygan.bounds.functions import ORDERS, asymmetries, harmonics


def _homogeneous(linear: np.ndarray) -> np.ndarray:
    return np.pad(linear, ((0, 1), (0, 1)))


def test_a_common_rotation_has_the_angle_of_each_vector() -> None:
    x = np.random.default_rng(1).normal(size=(50, 4))
    turn = _homogeneous(np.kron(np.eye(2), [[0.0, -1.0], [1.0, 0.0]]))
    found = dict(harmonics(turn, x, ("px1", "py1", "px2", "py2")))
    assert len(found) == 2 * ORDERS
    phi = np.arctan2(x[:, 3], x[:, 2])
    modulus = np.abs(found["cos, sin 3 phi(px2, py2)"] @ [1, 1j])
    assert modulus == pytest.approx(np.ones(50))
    # up to the phase at which the angle starts, and its sense
    both = np.abs(np.mean(found["cos, sin 3 phi(px2, py2)"] @ [1, 1j])), np.abs(np.mean(np.exp(3j * phi)))
    assert both[0] == pytest.approx(both[1])


def test_boosts_dilatations_and_turns_about_other_points_have_no_angle() -> None:
    x = np.ones((3, 2))
    assert not list(harmonics(_homogeneous(np.array([[0.0, 1.0], [1.0, 0.0]])), x, ("a", "b")))
    assert not list(harmonics(_homogeneous(np.eye(2)), x, ("a", "b")))
    shifted = _homogeneous(np.asarray(so(2).matrices[0], dtype=float))
    shifted[0, 2] = 1.0
    assert not list(harmonics(shifted, x, ("a", "b")))


def test_asymmetries_are_of_what_moves() -> None:
    x = np.array([[1.0, 2.0], [-3.0, 1.0], [2.0, 5.0]])
    found = dict(asymmetries(np.diag([-1.0, 1.0, 1.0]), x, ("a", "b")))
    assert {name: values.tolist() for name, values in found.items()} == {"a": [1.0, -1.0, 1.0]}
    swapped = dict(asymmetries(np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]]), x, ("a", "b")))
    assert swapped["|a|"].tolist() == [-1.0, 1.0, -1.0]
