"""What the label of a combination of generators states."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import gl, so
from symhep.lie.labels import combination_label, stated
from symhep.lie.noise import BORDER


def test_a_rotation_has_one_normalisation_whatever_it_is_written_in() -> None:
    """(E_21 - E_12) / sqrt 2 among the matrix units, of length one, is stated as J_12 among the rotations is."""
    units, turn = gl(2), so(2)
    written = np.array([float(np.vdot(m, turn.matrices[0])) for m in units.matrices]) / np.sqrt(2)
    among_units = np.tensordot(stated(written, np.full(4, 1e-3)), units.matrices, 1)
    among_rotations = np.tensordot(stated([1.0], [1e-3]), turn.matrices, 1)
    np.testing.assert_array_equal(np.abs(among_units), np.abs(among_rotations))
    assert combination_label(written, np.full(4, 1e-3), units.labels) in ("-E_12 + E_21", "E_12 - E_21")


@pytest.mark.parametrize(
    ("away", "expected"), [(0.9 * BORDER, 0.0), (1.1 * BORDER, 0.011 * BORDER)], ids=["within", "beyond"]
)
def test_a_coefficient_within_errors_of_zero_is_left_out(away: float, expected: float) -> None:
    assert stated([1.0, 0.01 * away], [0.001, 0.01]).tolist() == [1.0, pytest.approx(expected)]


def test_the_largest_stays_whatever_its_error() -> None:
    assert stated([0.2, -0.9], [5.0, 5.0]).tolist() == [0.0, -1.0]


def test_the_scale_does_not_matter() -> None:
    c, e = np.array([0.3, -1.7, 0.001]), np.array([0.01, 0.02, 0.01])
    np.testing.assert_allclose(stated(c, e), stated(40 * c, 40 * e))
