"""Exceptional algebras: dimensions, invariance, Killing forms, and the constructions of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest
from sympy.liealgebras.root_system import RootSystem

from symhep.lie.albert import cubic_form, trace_form
from symhep.lie.exceptional import e6, f4, g2, stabiliser
from symhep.lie.generators import Generators
from symhep.lie.octonions import three_form


def _killing(g: Generators) -> np.ndarray:
    """Tr(ad_a ad_b), in an orthonormal basis of the span."""
    m = g.matrices
    products = np.einsum("aij,bjk->abik", m, m, optimize=True)
    brackets = (products - products.swapaxes(0, 1)).reshape(len(g) ** 2, -1)
    constants = brackets @ m.reshape(len(g), -1).T
    residual = brackets - constants @ m.reshape(len(g), -1)
    assert np.abs(residual).max() < 1e-12, "the span does not close"
    f = constants.reshape(len(g), len(g), len(g))
    return np.einsum("acd,bdc->ab", f, f, optimize=True)


@pytest.mark.parametrize(("algebra", "rank", "kind"), [(g2(), 2, "G2"), (f4(), 4, "F4"), (e6(), 6, "E6")])
def test_dimension_is_rank_plus_roots(algebra: Generators, rank: int, kind: str) -> None:
    assert len(algebra) == rank + len(RootSystem(kind).all_roots())
    gram = np.einsum("aij,bij->ab", algebra.matrices, algebra.matrices)
    np.testing.assert_allclose(gram, np.eye(len(algebra)), atol=1e-12)


@pytest.mark.parametrize(("algebra", "compact"), [(g2(), 14), (f4(), 52), (e6(), 52)])
def test_killing_form_has_the_signature_of_the_real_form(algebra: Generators, compact: int) -> None:
    """Simple, so the Killing form is a multiple of the trace form: c Tr(X_a X_b), c = 4 (g2), 3 (f4), 4 (e6).

    c = 2 h / (index of the representation): h = 4, 9, 12 and 7, 26, 27 of index 2, 6, 6 (long roots of length 2).
    """
    values = np.linalg.eigvalsh(_killing(algebra))
    constant = {14: 4.0, 52: 3.0, 78: 4.0}[len(algebra)]
    expected = constant * np.r_[-np.ones(compact), np.ones(len(algebra) - compact)]
    np.testing.assert_allclose(values, expected, atol=1e-11)


def test_nothing_outside_the_spans_searched_preserves_the_forms() -> None:
    """g2 is sought among antisymmetric matrices, f4 too, e6 in two halves: all of gl gives no more."""
    for form, dimension in ((three_form(), 14), (cubic_form(26), 52), (cubic_form(), 78)):
        d = len(form)
        assert len(stabiliser(form, np.eye(d * d).reshape(d * d, d, d))) == dimension


@pytest.mark.parametrize(
    ("algebra", "form"), [(g2(), three_form()), (f4(), cubic_form(26)), (e6(), cubic_form())]
)
def test_the_form_is_invariant(algebra: Generators, form: np.ndarray) -> None:
    m = algebra.matrices
    change = np.einsum("ali,ljk->aijk", m, form) + np.einsum("alj,ilk->aijk", m, form)
    change += np.einsum("alk,ijl->aijk", m, form)
    assert np.abs(change).max() < 1e-13


def test_e6_is_f4_and_the_jordan_multiplications() -> None:
    """Chevalley and Schafer 1950: the non-compact part is L_x, tr x = 0, and f4 = [L_x, L_y] annihilates 1.

    L_x from the form alone: 6 det(1, x, y) = tr x tr y - tr(x o y), so with the sharp product x x y = 6 C(x, y, .) / 2
    one has 2 x o y = 2 (x x y) + tr(x) y + tr(y) x + (tr(x o y) - tr x tr y) 1.
    """
    t, c = trace_form(), cubic_form()
    one = t.copy()
    basis = np.eye(27)
    pairing = np.eye(27) - np.outer(t, t)
    product = 6 * c + np.einsum("i,jk->ijk", t, basis) + np.einsum("j,ik->ijk", t, basis)
    product = (product + np.einsum("ij,k->ijk", pairing, one)) / 2
    np.testing.assert_allclose(np.einsum("i,ijk->jk", one, product), basis, atol=1e-14)  # 1 o y = y
    traceless = np.einsum("xi,ijk->xkj", np.linalg.svd(t[None])[2][1:], product)  # L_x, 26 of them
    np.testing.assert_allclose(traceless, traceless.swapaxes(1, 2), atol=1e-14)
    products = np.einsum("aij,bjk->abik", traceless, traceless)
    derivations = (products - products.swapaxes(0, 1)).reshape(-1, 729)
    compact = e6().matrices[:52].reshape(52, -1)
    noncompact = e6().matrices[52:].reshape(26, -1)
    for mine, theirs, rank in ((noncompact, traceless.reshape(26, -1), 26), (compact, derivations, 52)):
        assert np.linalg.matrix_rank(theirs, tol=1e-9) == rank
        np.testing.assert_allclose(theirs - theirs @ mine.T @ mine, 0, atol=1e-12)
    np.testing.assert_allclose(e6().matrices[:52] @ one, 0, atol=1e-13)


def test_a_form_without_symmetry_is_refused() -> None:
    with pytest.raises(ValueError, match="must be totally symmetric or totally antisymmetric"):
        stabiliser(np.arange(8.0).reshape(2, 2, 2), np.eye(4).reshape(4, 2, 2))
