"""The classical algebras against their defining equations and dimension formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import expm
from sympy.physics.matrices import msigma

from symhep.lie.bases import (
    diagonal,
    dilatation,
    gl,
    lorentz,
    poincare,
    realify,
    sl,
    so,
    sp,
    su,
    translations,
    u,
    usp,
)
from symhep.lie.generators import Generators


def _independent(g: Generators) -> bool:
    flat = g.matrices.reshape(len(g), -1)
    return bool(np.linalg.matrix_rank(np.hstack([flat.real, flat.imag])) == len(g))


def _closed(g: Generators) -> bool:
    flat = np.hstack([g.matrices.reshape(len(g), -1).real, g.matrices.reshape(len(g), -1).imag])
    m = g.matrices
    products = np.einsum("aij,bjk->abik", m, m)
    brackets = (products - products.swapaxes(0, 1)).reshape(len(g) ** 2, -1)
    both = np.vstack([flat, np.hstack([brackets.real, brackets.imag])])
    return bool(np.linalg.matrix_rank(both, tol=1e-9) == len(g))


DIMENSIONS: list[tuple[Generators, int]] = [
    *[(gl(n), n * n) for n in (1, 2, 3)],
    *[(gl(n, "C"), 2 * n * n) for n in (1, 2)],
    *[(sl(n), n * n - 1) for n in (2, 3, 4)],
    *[(sl(n, "C"), 2 * (n * n - 1)) for n in (2, 3)],
    *[(so(n), n * (n - 1) // 2) for n in (2, 3, 5, 10)],
    *[(so(p, q), (p + q) * (p + q - 1) // 2) for p, q in ((1, 1), (2, 1), (1, 3), (3, 1), (2, 3))],
    *[(u(n), n * n) for n in (1, 2, 3)],
    *[(su(n), n * n - 1) for n in (2, 3, 4)],
    *[(sp(n), n * (2 * n + 1)) for n in (1, 2, 3)],
    *[(usp(n), n * (2 * n + 1)) for n in (1, 2, 3)],
    (poincare(), 10),
    (translations(3), 3),
    (dilatation(3), 1),
    (diagonal(poincare(), 3), 10),
]


@pytest.mark.parametrize(("g", "dimension"), DIMENSIONS, ids=lambda v: getattr(v, "name", None))
def test_dimension_independence_and_closure(g: Generators, dimension: int) -> None:
    assert len(g) == dimension
    assert _independent(g)
    assert _closed(g)


@pytest.mark.parametrize(("p", "q"), [(3, 0), (1, 3), (3, 1), (2, 2), (1, 1)])
def test_so_preserves_its_metric(p: int, q: int) -> None:
    metric = np.diag([1.0] * p + [-1.0] * q)
    m = so(p, q).matrices
    assert np.array_equal(m.swapaxes(1, 2) @ metric, -metric @ m)


def test_rotations_are_active() -> None:
    angle = 0.3
    turned = expm(angle * so(3)["J_12"]) @ np.array([1.0, 0.0, 0.0])
    np.testing.assert_allclose(turned, [np.cos(angle), np.sin(angle), 0.0], atol=1e-15)
    about_z = expm(angle * lorentz()["J_z"]) @ np.array([2.0, 1.0, 0.0, 0.0])
    np.testing.assert_allclose(about_z, [2.0, np.cos(angle), np.sin(angle), 0.0], atol=1e-15)


def test_boosts_are_active() -> None:
    rapidity = 0.7
    moving = expm(rapidity * lorentz()["K_y"]) @ np.array([1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(moving, [np.cosh(rapidity), 0.0, np.sinh(rapidity), 0.0], atol=1e-15)


def test_poincare_commutators() -> None:
    """Every one of the 100, from [J_i, V_j] = eps_ijk V_k for V = J, K, P and [K_i, K_j] = -eps_ijk J_k,
    [K_i, P_t] = P_i, [K_i, P_j] = delta_ij P_t."""
    g = poincare()
    epsilon = np.zeros((3, 3, 3))
    epsilon[[0, 1, 2], [1, 2, 0], [2, 0, 1]] = 1.0
    epsilon -= epsilon.swapaxes(0, 1)
    f = np.zeros((10, 10, 10))
    rotations, boosts, time, space = slice(0, 3), slice(3, 6), 6, slice(7, 10)
    for vectors in (rotations, boosts, space):
        f[rotations, vectors, vectors] = epsilon
    f[boosts, rotations, boosts] = -epsilon.swapaxes(0, 1)
    f[space, rotations, space] = -epsilon.swapaxes(0, 1)
    f[boosts, boosts, rotations] = -epsilon
    f[boosts, time, space], f[time, boosts, space] = np.eye(3), -np.eye(3)
    f[boosts, space, time], f[space, boosts, time] = np.eye(3), -np.eye(3)
    m = g.matrices
    for a in range(10):
        for b in range(10):
            assert np.array_equal(m[a] @ m[b] - m[b] @ m[a], np.tensordot(f[a, b], m, 1)), (
                g.labels[a],
                g.labels[b],
            )


@pytest.mark.parametrize("n", [2, 3, 4])
def test_unitary_matrices(n: int) -> None:
    m = u(n).matrices
    assert np.array_equal(m.conj().swapaxes(1, 2), -m)
    np.testing.assert_allclose(np.einsum("aij,bji->ab", m, m), -np.eye(n * n) / 2, atol=1e-15)
    np.testing.assert_allclose(np.trace(su(n).matrices, axis1=1, axis2=2), 0, atol=1e-15)
    assert np.array_equal(m[1:], su(n).matrices)


def test_su2_is_paulis() -> None:
    for k in (1, 2, 3):
        np.testing.assert_allclose(2j * su(2)[f"lambda_{k}"], np.array(msigma(k), dtype=complex), atol=1e-15)


def test_gell_manns_structure_constants() -> None:
    """Gell-Mann 1962, table II: f_123 = 1, f_147 = f_246 = f_257 = f_345 = 1/2, f_156 = f_367 = -1/2,
    f_458 = f_678 = sqrt(3)/2, the others zero up to permutation."""
    table = {
        (1, 2, 3): 1.0, (1, 4, 7): 0.5, (2, 4, 6): 0.5, (2, 5, 7): 0.5, (3, 4, 5): 0.5,
        (1, 5, 6): -0.5, (3, 6, 7): -0.5, (4, 5, 8): 3**0.5 / 2, (6, 7, 8): 3**0.5 / 2,
    }  # fmt: skip
    x = su(3).matrices
    products = np.einsum("aij,bjk->abik", x, x)
    # Tr(X_a X_b) = -delta / 2
    f = -2 * np.einsum("abij,cji->abc", products - products.swapaxes(0, 1), x)
    expected = np.zeros((8, 8, 8))
    for (a, b, c), value in table.items():
        for i, j, k in ((a, b, c), (b, c, a), (c, a, b)):
            expected[i - 1, j - 1, k - 1], expected[j - 1, i - 1, k - 1] = value, -value
    np.testing.assert_allclose(f, expected, atol=1e-15)


def _form(n: int) -> np.ndarray:
    return np.kron([[0.0, 1.0], [-1.0, 0.0]], np.eye(n))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_symplectic_matrices(n: int) -> None:
    for g in (sp(n), usp(n)):
        np.testing.assert_allclose(g.matrices.swapaxes(1, 2) @ _form(n), -_form(n) @ g.matrices, atol=1e-15)
    m = usp(n).matrices
    np.testing.assert_allclose(m.conj().swapaxes(1, 2), -m, atol=1e-15)
    np.testing.assert_allclose(np.einsum("aij,bji->ab", m, m), -np.eye(len(m)) / 2, atol=1e-15)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: so(1), r"so\(1,0\) is zero"),
        (lambda: so(2, -1), r"so\(p,q\) needs an integer of at least 0, not -1"),
        (lambda: su(1), r"su\(n\) needs an integer of at least 2, not 1"),
        (lambda: gl(2.5), r"gl\(n\) needs an integer of at least 1, not 2.5"),  # type: ignore[arg-type]
        (lambda: sl(2, "Q"), "field must be 'R' or 'C', not 'Q'"),  # type: ignore[arg-type]
        (lambda: diagonal(so(2), 0), "diagonal needs an integer of at least 1, not 0"),
        (lambda: realify(np.zeros((2, 3))), r"square matrices \(..., n, n\), not \(2, 3\)"),
    ],
)
def test_sizes_that_make_no_sense(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


def test_labels_stay_different_beyond_nine() -> None:
    assert so(12).labels[:2] == ("J_1,2", "J_1,3")
    assert {"J_1,11", "J_1,12", "J_11,12"} <= set(so(12).labels)
