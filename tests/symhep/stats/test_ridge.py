"""Ridge regression from sums, with the penalty of generalised cross-validation."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import MethodError
from symhep.stats.ridge import PENALTIES, ridge


def _sums(s: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = len(s)
    return s.T @ s / n, s.T @ y / n, (y**2).mean(axis=0)


def test_it_is_the_solution_of_the_normal_equations() -> None:
    rng = np.random.default_rng(1)
    s, y = rng.normal(size=(400, 5)), rng.normal(size=(400, 3))
    y[:, 0] += s @ [3.0, -1.0, 0.5, 0.0, 2.0]
    gram, cross, squares = _sums(s, y)
    found = ridge(gram, cross, squares, 400)
    for column in range(3):
        penalty = found.penalties[column]
        expected = np.linalg.solve(gram + penalty * np.eye(5), cross[:, column])
        np.testing.assert_allclose(found.coefficients[:, column], expected, rtol=1e-9)
        np.testing.assert_allclose(found.solver(column) @ cross[:, column], expected, rtol=1e-9)


def test_the_penalty_is_that_of_the_least_score() -> None:
    """Generalised cross-validation by its definition, with residuals and the trace of the hat matrix."""
    rng = np.random.default_rng(2)
    s, y = rng.normal(size=(60, 20)), rng.normal(size=(60, 1))
    scores = []
    for penalty in PENALTIES:
        hat = s @ np.linalg.solve(s.T @ s / 60 + penalty * np.eye(20), s.T) / 60
        scores.append(((y - hat @ y) ** 2).mean() / (1 - np.trace(hat) / 60) ** 2)
    assert ridge(*_sums(s, y), 60).penalties[0] == PENALTIES[int(np.argmin(scores))] == PENALTIES[-1]
    strong = s[:, :1] + 1e-3 * y
    assert ridge(*_sums(s, strong), 60).penalties[0] == PENALTIES[0]


def test_directions_without_variance_have_no_coefficient() -> None:
    rng = np.random.default_rng(3)
    s = rng.normal(size=(100, 2)) @ [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    found = ridge(*_sums(s, s[:, :1]), 100)
    assert found.coefficients[0, 0] == pytest.approx(found.coefficients[1, 0])
    assert found.coefficients[:2, 0].sum() == pytest.approx(1.0, abs=1e-5)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(MethodError, match="events or weights are not finite; remove NaN and infinities"):
        ridge(np.array([[np.inf]]), np.ones((1, 1)), np.ones(1), 10)
