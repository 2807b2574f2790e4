"""Names of generators."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.names import recognise
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
