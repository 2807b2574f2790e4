"""Octonions by their identities."""

from __future__ import annotations

import numpy as np

from symhep.lie.octonions import octonion_product, three_form

X, Y, Z = np.random.default_rng(0).normal(size=(3, 50, 8))


def _times(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.einsum("kij,...i,...j->...k", octonion_product(), x, y)


def test_the_norm_is_multiplicative() -> None:
    norms = [np.linalg.norm(v, axis=1) for v in (X, Y, _times(X, Y))]
    np.testing.assert_allclose(norms[0] * norms[1], norms[2], rtol=1e-14)


def test_alternative_but_not_associative() -> None:
    np.testing.assert_allclose(_times(X, _times(X, Y)), _times(_times(X, X), Y), atol=1e-12)
    np.testing.assert_allclose(_times(_times(Y, X), X), _times(Y, _times(X, X)), atol=1e-12)
    associator = _times(_times(X, Y), Z) - _times(X, _times(Y, Z))
    assert np.abs(associator).max() > 1


def test_moufang() -> None:
    left = _times(_times(Z, X), _times(Y, Z))
    np.testing.assert_allclose(left, _times(_times(Z, _times(X, Y)), Z), atol=1e-10)


def test_three_form_is_the_scalar_product_with_the_product() -> None:
    x, y, z = X.copy(), Y.copy(), Z.copy()
    x[:, 0] = y[:, 0] = z[:, 0] = 0
    form = np.einsum("ijk,ni,nj,nk->n", three_form(), x[:, 1:], y[:, 1:], z[:, 1:])
    np.testing.assert_allclose(form, (_times(x, y) * z).sum(axis=1), atol=1e-12)


def test_three_form_gives_the_metric() -> None:
    """phi_ikl phi_jkl = 6 delta_ij (Karigiannis 2009): every direction lies on three lines."""
    phi = three_form()
    assert np.array_equal(np.einsum("ikl,jkl->ij", phi, phi), 6 * np.eye(7))
    assert np.array_equal(phi, -phi.swapaxes(0, 1))
    assert np.array_equal(phi, -phi.swapaxes(1, 2))


def test_the_table_is_baezs() -> None:
    """e_1 e_2 = e_4; the rest by the symmetries of Baez, section 2.1: i -> i + 1 and i -> 2 i, mod 7."""
    e = np.eye(8)
    for shift in range(7):
        for power in (1, 2, 4):
            i, j, k = ((power * (index + shift) - 1) % 7 + 1 for index in (1, 2, 4))
            assert _times(e[i], e[j]).tolist() == e[k].tolist() == (-_times(e[j], e[i])).tolist()
