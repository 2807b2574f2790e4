"""The octonions: their product and the associative three-form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["octonion_product", "three_form"]

FloatArray = npt.NDArray[np.float64]

#: Lines of the Fano plane, oriented: e_i e_j = e_k for (i, j, k) and its cyclic permutations
#: (Baez, The Octonions, Bull. Amer. Math. Soc. 39 (2002), section 2.1: e_i e_(i+1) = e_(i+3), indices mod 7).
FANO_LINES = tuple((i, i % 7 + 1, (i + 2) % 7 + 1) for i in range(1, 8))


def three_form() -> FloatArray:
    """The associative three-form on R^7, phi(x, y, z) = Re((x y) z*), i.e. <x y, z>: antisymmetric (7, 7, 7).

    phi_ijk = 1 for the seven oriented lines (i, j, k) of the Fano plane. Its stabiliser in GL(7) is G2 (compact).

    >>> phi = three_form()
    >>> int(np.abs(phi).sum()), float(phi[0, 1, 3])
    (42, 1.0)
    """
    form = np.zeros((7, 7, 7))
    for line in FANO_LINES:
        i, j, k = (index - 1 for index in line)
        for a, b, c in ((i, j, k), (j, k, i), (k, i, j)):
            form[a, b, c], form[b, a, c] = 1.0, -1.0
    return form


def octonion_product() -> FloatArray:
    """M (8, 8, 8) with (x y)_k = M_kij x_i y_j, in the basis 1, e_1, ..., e_7.

    e_i e_j = -delta_ij + phi_ijk e_k.

    >>> e = np.eye(8)
    >>> np.einsum("kij,i,j->k", octonion_product(), e[1], e[2]).tolist() == e[4].tolist()
    True
    """
    product = np.zeros((8, 8, 8))
    product[1:, 1:, 1:] = np.moveaxis(three_form(), 2, 0)
    product[0, 1:, 1:] = -np.eye(7)
    product[:, 0, :] = product[:, :, 0] = np.eye(8)
    return product
