"""The distance to an algebra named in a card."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.lie.bases import lorentz
from symhep.lie.sums import algebra_sum
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.fit.target import compare
from symhep_oracle.oracles.layout import Layout

FIELDS = LinearFields(Layout(1, 4))


def test_a_tilt_is_measured_with_its_error() -> None:
    rows = FIELDS.coefficients(lorentz().matrices) / np.sqrt(2)
    tilted = rows.copy()
    tilted[0] = np.cos(0.1) * rows[0] + np.sin(0.1) * np.eye(4).ravel() / 2  # J_x towards the dilatation
    influences = np.zeros((1, 6, 16))
    influences[0, 0] = 0.01 * np.eye(4).ravel() / 2
    k = np.zeros(16)
    solution = Solution(tilted, influences, k, k, 6, 1.0, "", np.zeros(6))
    found = compare(solution, FIELDS, algebra_sum("so(1,3)", 4), "so(1,3)", np.random.default_rng(1))
    assert found.distance == pytest.approx(0.1)
    assert found.distance_error == pytest.approx(0.01, rel=0.2)
    assert found.angles[:5] == pytest.approx(np.zeros(5), abs=1e-12)
    assert found.outside == pytest.approx(0.1)


def test_translations_need_affine_fields() -> None:
    solution = Solution(
        np.zeros((0, 16)), np.zeros((1, 0, 16)), np.zeros(16), np.zeros(16), 0, 1.0, "", np.zeros(0)
    )
    with pytest.raises(CardError, match="'poincare' contains translations; set affine: true"):
        compare(solution, FIELDS, algebra_sum("poincare", 4), "poincare", np.random.default_rng(1))
    nothing = compare(solution, FIELDS, algebra_sum("D", 4), "D", np.random.default_rng(1))
    assert nothing.distance == nothing.outside == pytest.approx(np.pi / 2)
