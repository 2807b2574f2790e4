"""Structure of algebras, against sympy's Lie tables, analytic Killing forms and worked-out examples."""

from __future__ import annotations

import numpy as np
import pytest
from sympy.liealgebras.cartan_matrix import CartanMatrix
from sympy.liealgebras.root_system import RootSystem

from symhep.errors import LieError
from symhep.lie import bases, exceptional
from symhep.lie.algebra import LieAlgebra, structure_constants

SIMPLE = {
    "A2": bases.su(3), "A3": bases.su(4), "A5": bases.su(6), "B2": bases.so(5), "B3": bases.so(7),
    "C3": bases.usp(3), "D4": bases.so(8), "D5": bases.so(10), "G2": exceptional.g2(), "F4": exceptional.f4(),
    "E6": exceptional.e6(),
}  # fmt: skip


def algebra_of(matrices: np.ndarray) -> LieAlgebra:
    return LieAlgebra(structure_constants(matrices).constants)


@pytest.mark.parametrize("name", SIMPLE)
def test_roots_against_sympy(name: str) -> None:
    algebra = algebra_of(SIMPLE[name].matrices)
    series, rank = name[0], int(name[1:])
    assert algebra.semisimple
    # sympy writes the long and the short root of B, C, F, G in either order: both matrices are the same diagram.
    expected = np.array(CartanMatrix(name).tolist(), dtype=int)
    ours = algebra.cartan_matrix
    assert (ours == expected).all() or (ours == expected.T).all()
    assert algebra.root_system.types == (f"{series}_{rank}",)
    # sympy lists each root of E6 with both signs, and those of some series once.
    roots = RootSystem(name).all_roots()
    if series in "ABCD":
        assert len(algebra.roots) == len({tuple(r) for r in roots.values()})
    assert len(algebra.roots) + rank == algebra.dimension


@pytest.mark.parametrize("n", [2, 3, 4])
def test_killing_form_of_su(n: int) -> None:
    """2 n tr XY."""
    x = bases.su(n).matrices
    expected = 2 * n * np.einsum("aij,bji->ab", x, x).real
    np.testing.assert_allclose(algebra_of(x).killing, expected, atol=1e-12)


@pytest.mark.parametrize(("p", "q"), [(3, 0), (5, 0), (1, 3), (2, 2)])
def test_killing_form_of_so(p: int, q: int) -> None:
    """(n - 2) tr XY."""
    x = bases.so(p, q).matrices
    expected = (p + q - 2) * np.einsum("aij,bji->ab", x, x)
    np.testing.assert_allclose(algebra_of(x).killing, expected, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_killing_form_of_sp(n: int) -> None:
    """(2 n + 2) tr XY."""
    x = bases.sp(n).matrices
    expected = (2 * n + 2) * np.einsum("aij,bji->ab", x, x)
    np.testing.assert_allclose(algebra_of(x).killing, expected, atol=1e-12)


def test_poincare() -> None:
    algebra = algebra_of(bases.poincare().matrices)
    assert [term.dimension for term in algebra.derived_series] == [10]
    assert (algebra.radical.dimension, algebra.nilradical.dimension, algebra.centre.dimension) == (4, 4, 0)
    assert not algebra.solvable
    levi = algebra.restrict(algebra.levi)
    assert [(i.type, i.complex, i.character) for i in levi.simple_ideals] == [("A_1", True, 0)]


def test_levi_subalgebra_is_closed_in_any_basis() -> None:
    """A complement of the radical that is turned by translations is straightened out."""
    x = bases.poincare().matrices
    mixed = np.eye(10) + 0.5 * np.random.default_rng(0).normal(size=(10, 10))
    algebra = algebra_of(np.einsum("ab,bij->aij", mixed, x))
    s = algebra.levi.basis.T
    assert s.shape == (10, 6)
    brackets = np.einsum("abc,ai,bj->ijc", algebra.samples[0], s, s)
    np.testing.assert_allclose(brackets - brackets @ s @ s.T, 0, atol=1e-10)


def test_heisenberg() -> None:
    f = np.zeros((3, 3, 3))
    f[0, 1, 2], f[1, 0, 2] = 1, -1
    algebra = LieAlgebra(f)
    assert [t.dimension for t in algebra.lower_central_series] == [3, 1, 0]
    assert algebra.nilpotent
    assert algebra.nilradical.dimension == 3
    np.testing.assert_allclose(np.abs(algebra.centre.basis), [[0, 0, 1]], atol=1e-12)


def test_borel_of_sl2() -> None:
    """[H, E] = 2 E: solvable, not nilpotent, nilradical E, ad E nilpotent and ad H not."""
    f = np.zeros((2, 2, 2))
    f[0, 1, 1], f[1, 0, 1] = 2, -2
    algebra = LieAlgebra(f)
    assert (algebra.solvable, algebra.nilpotent) == (True, False)
    np.testing.assert_allclose(np.abs(algebra.nilradical.basis), [[0, 1]], atol=1e-12)
    assert algebra.is_ad_nilpotent(np.array([0.0, 1.0]))
    assert not algebra.is_ad_nilpotent(np.array([1.0, 0.0]))
    np.testing.assert_allclose(algebra.killing, [[4, 0], [0, 0]], atol=1e-14)


def test_nilradical_where_the_killing_form_vanishes() -> None:
    """ad x = diag(1, 1) + two turns on R^2 + R^2: tr (ad x)^2 = 1 + 1 - 1 - 1 = 0, but ad x is not nilpotent."""
    f = np.zeros((5, 5, 5))
    f[0, 1, 1] = f[0, 2, 2] = 1
    f[0, 3, 4], f[0, 4, 3] = 1, -1
    algebra = LieAlgebra(f - f.transpose(1, 0, 2))
    np.testing.assert_allclose(algebra.killing, 0, atol=1e-14)
    assert algebra.nilradical.dimension == 4


def test_semidirect_quotient() -> None:
    algebra = algebra_of(bases.poincare().matrices)
    assert algebra.quotient(algebra.radical).signature == (3, 3, 0)


@pytest.mark.parametrize(
    ("basis", "signature"),
    [
        (bases.so(3), (0, 3, 0)),
        (bases.sl(2), (2, 1, 0)),
        (bases.lorentz(), (3, 3, 0)),
        (bases.so(2, 4), (8, 7, 0)),
        (bases.sp(2), (6, 4, 0)),
        (bases.u(2), (0, 3, 1)),
        (exceptional.e6(), (26, 52, 0)),
    ],
)
def test_signature(basis: object, signature: tuple[int, int, int]) -> None:
    """Noncompact directions p q of so(p, q), n (n + 1) of sp(2n, R); compact ones count negative."""
    assert algebra_of(basis.matrices).signature == signature  # type: ignore[attr-defined]


def test_noise_decides() -> None:
    """e(2) with [P_x, P_y] = 0.01 J: so(3) if the constants are good to 0.0005, e(2) if to 0.02."""
    f = np.zeros((3, 3, 3))
    f[0, 1, 2], f[0, 2, 1], f[1, 2, 0] = 1, -1, 0.01
    f = f - f.transpose(1, 0, 2)
    assert LieAlgebra(f, noise=5e-4).semisimple
    assert LieAlgebra(f, noise=2e-2).solvable
    decision = LieAlgebra(f, noise=5e-4)
    assert decision.semisimple
    assert 1 < decision.decisions[0].above < 20


def test_errors() -> None:
    with pytest.raises(LieError, match=r"\(G, G, G\), not \(2, 2\)"):
        LieAlgebra(np.zeros((2, 2)))
    with pytest.raises(LieError, match="not antisymmetric"):
        LieAlgebra(np.ones((2, 2, 2)))
    with pytest.raises(LieError, match="roots are defined for semisimple algebras only"):
        _ = LieAlgebra(np.zeros((2, 2, 2))).roots
