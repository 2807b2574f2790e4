"""Sparsest bases and names."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import lorentz, so, su
from symhep.lie.sparsest import sparsest
from symhep_oracle.fit.fields import LinearFields, PolynomialFields
from symhep_oracle.fit.names import recognise, towards_known
from symhep_oracle.oracles.layout import Layout


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


def test_a_matrix_like_none_gets_a_number_and_a_sign() -> None:
    row = np.array([[0.0, -0.9, 0.19**0.5, 0.0]])
    assert [(k.name, k.sign) for k in recognise(row, LinearFields(Layout(1, 2)), False)] == [("X_1", -1.0)]


def test_a_short_polynomial_is_written_out() -> None:
    fields = PolynomialFields(Layout(1, 2), 2)
    row = np.zeros((1, 12))
    row[0, fields.monomials.index((0, 1))] = -0.5
    row[0, 6 + fields.monomials.index((1, 1))] = 1.0
    assert recognise(row / np.linalg.norm(row), fields, False)[0].name == "-0.5 x1 x2 d1 + x2 x2 d2"
