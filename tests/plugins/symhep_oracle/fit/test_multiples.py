"""Multiples of polynomial fields."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_oracle.fit.fields import PolynomialFields
from symhep_oracle.fit.multiples import multiples
from symhep_oracle.oracles.layout import Layout

LAYOUT = Layout(1, 2)


def null_space(degree: int, gradient: object) -> np.ndarray:
    """Fields of the library that are orthogonal to a gradient at many points, by an SVD of its own."""
    x = np.random.default_rng(1).normal(size=(400, 2))
    fields = PolynomialFields(LAYOUT, degree)
    powers = np.stack([np.prod(x[:, list(m)], axis=1) for m in fields.monomials], axis=1)
    slope = gradient(x)  # type: ignore[operator]
    rows = (slope[:, :, None] * powers[:, None, :]).reshape(len(x), -1)
    _, sizes, vectors = np.linalg.svd(rows)
    return vectors[sizes < 1e-10 * sizes[0]]


@pytest.mark.parametrize(("degree", "count"), [(1, 1), (2, 3), (3, 6), (4, 10)])
def test_the_squeeze_has_one_field_times_all_polynomials(degree: int, count: int) -> None:
    """f (x1 d1 - x2 d2) with f of degree n - 1: n (n + 1) / 2 monomials."""
    rows = null_space(degree, lambda x: x[:, ::-1])
    assert len(rows) == count
    mixed = np.linalg.qr(np.random.default_rng(2).normal(size=(count, count)))[0] @ rows
    found = multiples(mixed, PolynomialFields(LAYOUT, degree))
    if degree == 1:
        assert found is None
        return
    assert (found.degree, found.explained, len(found.monomials)) == (1, count, count)
    assert found.monomials[:3] == ("1", "x1", "x2")
    # x1 d1 is unknown number 1, x2 d2 the third monomial of the second component.
    expected = np.zeros(rows.shape[1])
    expected[1], expected[rows.shape[1] // 2 + 2] = np.sqrt(0.5), -np.sqrt(0.5)
    assert abs(found.lowest[0] @ expected) == pytest.approx(1.0)


def test_a_cubic_curve_has_nothing_to_multiply() -> None:
    """x1^3 + x2^3: -x2^2 d1 + x1^2 d2 is the least, of the highest degree."""
    rows = null_space(2, lambda x: x**2)
    assert len(rows) == 1
    assert multiples(rows, PolynomialFields(LAYOUT, 2)) is None


def test_fields_that_are_no_multiples_are_not_explained() -> None:
    fields = PolynomialFields(LAYOUT, 2)
    rows = np.zeros((2, fields.unknowns))
    rows[0, 1] = rows[1, 11] = 1.0  # x1 d1 and x2 x2 d2
    found = multiples(rows, fields)
    assert (found.degree, found.explained) == (1, 1)
