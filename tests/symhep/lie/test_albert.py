"""The exceptional Jordan algebra, built in this test from octonionic matrices."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.albert import cubic_form, monomials, trace_form
from symhep.lie.octonions import octonion_product

CONJUGATION = np.diag([1.0] + [-1.0] * 7)
POINTS = np.random.default_rng(1).normal(size=(20, 27))


def _matrix(x: np.ndarray) -> np.ndarray:
    """Coordinates (27,) as a Hermitian matrix of octonions (3, 3, 8)."""
    m = np.zeros((3, 3, 8))
    m[[0, 1, 2], [0, 1, 2], 0] = x[:3]
    for (i, j), u in zip(((1, 2), (2, 0), (0, 1)), x[3:].reshape(3, 8) / np.sqrt(2), strict=True):
        m[i, j], m[j, i] = u, CONJUGATION @ u
    return m


def _jordan(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    product = np.einsum("kpq,ijp,jlq->ilk", octonion_product(), a, b)
    return (product + np.einsum("kpq,ijp,jlq->ilk", octonion_product(), b, a)) / 2


def _trace(m: np.ndarray) -> float:
    return float(np.einsum("iik->k", m)[0])


@pytest.mark.parametrize("x", POINTS[:5])
def test_coordinates_are_orthonormal_for_the_trace_form(x: np.ndarray) -> None:
    m = _matrix(x)
    assert _trace(_jordan(m, m)) == pytest.approx(x @ x)
    assert _trace(m) == pytest.approx(trace_form() @ x)


@pytest.mark.parametrize("x", POINTS)
def test_determinant_by_newtons_identity(x: np.ndarray) -> None:
    """det = tr(x^3) / 3 - tr(x^2) tr(x) / 2 + tr(x)^3 / 6 with Jordan powers (Freudenthal 1954)."""
    m = _matrix(x)
    square = _jordan(m, m)
    t1, t2, t3 = _trace(m), _trace(square), _trace(_jordan(square, m))
    det = np.einsum("ijk,i,j,k", cubic_form(), x, x, x)
    assert det == pytest.approx(t3 / 3 - t2 * t1 / 2 + t1**3 / 6, abs=1e-12)


def test_diagonal_and_complex_matrices_have_the_ordinary_determinant() -> None:
    """With entries in C = span(1, e_1) the octonions associate and numpy's determinant must come out."""
    x = POINTS[0].copy()
    x[3:].reshape(3, 8)[:, 2:] = 0
    m = _matrix(x)
    ordinary = np.linalg.det(m[:, :, 0] + 1j * m[:, :, 1])
    assert np.einsum("ijk,i,j,k", cubic_form(), x, x, x) == pytest.approx(ordinary.real)
    assert abs(ordinary.imag) < 1e-14


@pytest.mark.parametrize("x", POINTS)
def test_freudenthals_identity(x: np.ndarray) -> None:
    """(x#)# = det(x) x with x# = grad det(x): the cubic is an admissible one (McCrimmon 1969)."""
    sharp = 3 * np.einsum("ijk,j,k", cubic_form(), x, x)
    again = 3 * np.einsum("ijk,j,k", cubic_form(), sharp, sharp)
    det = np.einsum("ijk,i,j,k", cubic_form(), x, x, x)
    np.testing.assert_allclose(again, det * x, atol=1e-10)


def test_the_traceless_cubic_is_the_restriction() -> None:
    y = POINTS[:, :26]
    x = np.hstack(
        [y[:, :1] * [[1, -1, 0]] / np.sqrt(2) + y[:, 1:2] * [[1, 1, -2]] / np.sqrt(6), y[:, 2:]],
    )
    np.testing.assert_allclose(x @ trace_form(), 0, atol=1e-15)
    np.testing.assert_allclose((x**2).sum(axis=1), (y**2).sum(axis=1))
    restricted = np.einsum("ijk,ni,nj,nk->n", cubic_form(26), y, y, y)
    np.testing.assert_allclose(restricted, np.einsum("ijk,ni,nj,nk->n", cubic_form(), x, x, x), atol=1e-12)


@pytest.mark.parametrize("dimension", [26, 27])
def test_monomials_are_the_polynomial(dimension: int) -> None:
    x = POINTS[:, :dimension]
    indices, coefficients = monomials(cubic_form(dimension))
    assert (np.diff(indices, axis=1) >= 0).all()
    value = (coefficients * x[:, indices].prod(axis=-1)).sum(axis=1)
    np.testing.assert_allclose(
        value, np.einsum("ijk,ni,nj,nk->n", cubic_form(dimension), x, x, x), atol=1e-12
    )
    # 1 + 3 * 8 + 8 * 8 for the formula of the determinant
    assert dimension == 26 or len(indices) == 89


def test_wrong_requests() -> None:
    with pytest.raises(ValueError, match="in the 26 traceless ones, not in 25"):
        cubic_form(25)
    lopsided = np.zeros((2, 2, 2))
    lopsided[0, 0, 1] = 1.0
    with pytest.raises(ValueError, match="symmetrise it first"):
        monomials(lopsided)
