from __future__ import annotations

import math

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep_symmetrygan.maps.formulas import FORMULAS, formula_of

ZERO = np.zeros(1)


def test_a1_and_a6_keep_the_side_of_the_barrier() -> None:
    """N(0.5, 1): (0, 1) for c > 0 and (1, -1) for c < 0; N(0, 1): the sign."""
    start = np.array([[4.0, 0.1], [-3.0, 5.0], [2.0, -0.1]])
    found = FORMULAS["side"].expected(start, np.array([0.5]))
    assert found.tolist() == [[0, 1], [0, 1], [1, -1]]
    assert FORMULAS["sign"].expected(np.array([[0.3], [-2.0]]), ZERO).tolist() == [[1], [-1]]


def test_a5_is_a3_in_polar_coordinates() -> None:
    start = np.random.default_rng(1).uniform(-1, 1, (50, 2))
    formula = FORMULAS["radial"]
    r, theta = formula.expected(formula.coordinates(start), ZERO).T
    end = np.stack([r * np.cos(theta), r * np.sin(theta)], 1)
    np.testing.assert_allclose(end, start / np.linalg.norm(start, axis=1, keepdims=True), atol=1e-12)


def test_31_as_printed() -> None:
    start = np.random.default_rng(2).uniform(0, 2 * math.pi, (200, 2))
    first, second = start.T
    printed = (first + second) / 2 - np.where(abs(first - second) > math.pi, math.pi, 0)
    found = FORMULAS["bisecting"].expected(start, ZERO)
    np.testing.assert_allclose(np.exp(1j * found[:, 0]), np.exp(1j * printed), atol=1e-9)
    assert (found[:, 0] == found[:, 1]).all()


def test_a_function_of_the_users() -> None:
    formula = formula_of(lambda c: 2 * c, ("u", "v"), np.array([0.0, 2 * math.pi]))
    assert formula.names == ("u", "v")
    assert formula.expected(np.ones((1, 2)), ZERO).tolist() == [[2.0, 2.0]]
    for wrong in (lambda c: c[:, :1], lambda c: c * np.nan):
        with pytest.raises(MethodError, match=r"finite numbers of shape \(1, 2\)"):
            formula_of(wrong, ("u", "v"), np.zeros(2)).expected(np.ones((1, 2)), ZERO)


def test_a_formula_of_other_parameters_is_refused() -> None:
    with pytest.raises(CardError, match="'radial' is for the parameters c, s, but the search space has b, c"):
        formula_of("radial", ("b", "c"), np.zeros(2))
