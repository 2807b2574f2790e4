"""Names of generators."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.names import recognise, towards_known
from symhep_oracle.oracles.layout import Layout


@pytest.mark.parametrize(
    ("angle", "described"),
    [(0.1, "J_12"), (0.3, f"X_1 (near J_12, overlap {np.cos(0.3):.3f})"), (0.6, "X_1")],
)
def test_a_generator_is_named_or_near_a_name(angle: float, described: str) -> None:
    turn, shear = np.array([0.0, -1, 1, 0]) / np.sqrt(2), np.array([1.0, 0, 0, 0])
    other = np.array([0.0, 1, 1, 0]) / np.sqrt(2)
    away = (shear + other) / np.sqrt(2)  # no name of its own
    row = np.cos(angle) * turn + np.sin(angle) * away
    found = recognise(row[None], LinearFields(Layout(1, 2)), False)[0]
    assert found.described == described
    assert found.known == (found.name != "X_1")


@pytest.mark.parametrize("tolerance", [0.1, 0.99, 1.0, 3.0])
def test_rows_of_which_nothing_is_known_stay(tolerance: float) -> None:
    """diag(1, 1) is known, 0.3 rad from it is not; a training that has not ended gives any tolerance."""
    row = np.cos(0.3) * np.array([1.0, 0, 0, 1]) / np.sqrt(2) + np.sin(0.3) * np.array(
        [1.0, 0, 0, -1]
    ) / np.sqrt(2)
    found = towards_known(row[None], LinearFields(Layout(1, 2)), False, tolerance)
    assert abs(found) == pytest.approx(np.ones((1, 1)))
