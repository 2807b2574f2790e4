"""Sparsest bases and names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symhep.lie.bases import lorentz, so, su
from symhep_oracle.canonical import quartimax, sparsest
from symhep_oracle.fields import LinearFields, PolynomialFields
from symhep_oracle.layout import Layout
from symhep_oracle.recognised import recognise, towards_known


def mixed(fields: LinearFields, matrices: np.ndarray, seed: int) -> np.ndarray:
    rows = fields.coefficients(matrices)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(len(rows), len(rows))))[0] @ rows


@pytest.mark.parametrize(
    ("fields", "basis", "minkowski"),
    [
        (LinearFields(Layout(1, 4)), lorentz(), True),
        (LinearFields(Layout(1, 6)), so(6), False),
        (LinearFields(Layout(1, 3, complex=True)), su(3), False),
        (LinearFields(Layout(1, 4, complex=True)), su(4), False),
    ],
)
def test_the_textbook_basis_comes_back(fields: LinearFields, basis: object, minkowski: bool) -> None:
    rows = mixed(fields, basis.matrices, 3)  # type: ignore[attr-defined]
    turned = sparsest(rows, np.random.default_rng(1)) @ rows
    turned = towards_known(turned, fields, minkowski, 1e-6) @ turned
    known = recognise(turned, fields, minkowski)
    assert {k.name for k in known} == set(basis.labels)  # type: ignore[attr-defined]
    assert min(k.overlap for k in known) > 1 - 1e-9


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 6))
def test_a_rotation_is_a_rotation_and_never_less_sparse(seed: int, size: int) -> None:
    rows = np.linalg.qr(np.random.default_rng(seed).normal(size=(9, size)))[0].T
    for method in (sparsest, quartimax):
        turn = method(rows, np.random.default_rng(seed))
        assert np.allclose(turn @ turn.T, np.eye(size), atol=1e-12)
    start = quartimax(rows, np.random.default_rng(seed)) @ rows
    final = sparsest(rows, np.random.default_rng(seed)) @ rows
    assert (start**4).sum() >= (rows**4).sum() - 1e-12
    assert np.abs(final).sum() <= np.abs(start).sum() + 1e-9


def test_nothing_to_rotate() -> None:
    assert sparsest(np.zeros((0, 4)), np.random.default_rng(1)).shape == (0, 0)
    assert sparsest(np.ones((1, 4)) / 2, np.random.default_rng(1)).tolist() == [[1.0]]


def test_a_matrix_like_none_gets_a_number_and_a_sign() -> None:
    row = np.array([[0.0, -0.9, 0.19**0.5, 0.0]])
    assert [(k.name, k.sign) for k in recognise(row, LinearFields(Layout(1, 2)), False)] == [("X_1", -1.0)]


def test_a_short_polynomial_is_written_out() -> None:
    fields = PolynomialFields(Layout(1, 2), 2)
    row = np.zeros((1, 12))
    row[0, fields.monomials.index((0, 1))] = -0.5
    row[0, 6 + fields.monomials.index((1, 1))] = 1.0
    assert recognise(row / np.linalg.norm(row), fields, False)[0].name == "-0.5 x1 x2 d1 + x2 x2 d2"
