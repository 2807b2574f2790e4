"""The exceptional Jordan algebra of Albert: Hermitian 3 x 3 matrices of octonions, its trace and its cubic form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.octonions import octonion_product

__all__ = ["cubic_form", "monomials", "trace_form"]

FloatArray = npt.NDArray[np.float64]

#: Orthonormal in the plane of traceless diagonals.
TRACELESS_DIAGONAL = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]) / np.sqrt([[2.0], [6.0]])


def cubic_form(dimension: int = 27) -> FloatArray:
    """Determinant of a Hermitian octonionic 3 x 3 matrix as a symmetric tensor C: det x = C_ijk x_i x_j x_k.

    The matrix is ((a1, u3, u2*), (u3*, a2, u1), (u2, u1*, a3)) and (Freudenthal 1954; Baez 2002, section 3.4)

        det = a1 a2 a3 - a1 |u1|^2 - a2 |u2|^2 - a3 |u3|^2 + 2 Re(u1 u2 u3).

    Coordinates are orthonormal for the trace form, tr(X o X) = x . x: first a1, a2, a3, then sqrt(2) times the eight
    components of u1, u2, u3. With ``dimension=26`` the diagonal is traceless, (a1, a2, a3) = x_1 (1, -1, 0) / sqrt(2)
    + x_2 (1, 1, -2) / sqrt(6). The stabiliser in GL(27) is E6, of the real form e6(-26); in GL(26) it is F4 (compact).

    >>> unit = np.zeros(27)
    >>> unit[:3] = 1.0  # the identity matrix
    >>> round(float(np.einsum("ijk,i,j,k", cubic_form(), unit, unit, unit)), 12)
    1.0
    """
    if dimension not in (26, 27):
        raise ValueError(
            f"the cubic form is defined in 27 dimensions, or in the 26 traceless ones, not in {dimension}"
        )
    form = np.zeros((27, 27, 27))
    form[0, 1, 2] = 1.0
    blocks = [slice(3 + 8 * a, 11 + 8 * a) for a in range(3)]
    for a, block in enumerate(blocks):
        form[a, block, block] = -np.eye(8) / 2
    # 2 Re((u1 u2) u3) with u = x / sqrt(2)
    form[blocks[0], blocks[1], blocks[2]] = _real_part_of_triple_product() / np.sqrt(2)
    symmetric = sum(form.transpose(order) for order in _PERMUTATIONS) / 6
    if dimension == 27:
        return np.asarray(symmetric)
    inside = np.eye(27)[1:]
    inside[:2] = np.pad(TRACELESS_DIAGONAL, ((0, 0), (0, 24)))
    return np.einsum("ijk,ai,bj,ck->abc", symmetric, inside, inside, inside, optimize=True)


def trace_form() -> FloatArray:
    """t (27,) with tr X = t . x; the quadratic trace form tr(X o X) is x . x in these coordinates.

    >>> trace_form()[:4].tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    return np.r_[np.ones(3), np.zeros(24)]


def monomials(form: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """A symmetric tensor (d, d, d) as the monomials of its polynomial: indices (M, 3), i <= j <= k, coefficients (M,).

    C_ijk x_i x_j x_k = sum_m c_m x_i(m) x_j(m) x_k(m); 27^3 = 19683 entries of the cubic form are 89 monomials.

    >>> indices, coefficients = monomials(cubic_form())
    >>> indices[0].tolist(), round(float(coefficients[0]), 12)
    ([0, 1, 2], 1.0)
    """
    if form.ndim != 3 or any(not np.allclose(form, form.transpose(order)) for order in _PERMUTATIONS):
        raise ValueError("monomials are defined for a symmetric tensor (d, d, d); symmetrise it first")
    rounding = np.finfo(np.float64).eps * len(form) * np.abs(form).max(initial=0.0)
    indices = np.argwhere(np.abs(form) > rounding)
    indices = indices[(np.diff(indices, axis=1) >= 0).all(axis=1)]
    distinct = 1 + (np.diff(indices, axis=1) > 0).sum(axis=1)
    orderings = np.array([1, 3, 6])[distinct - 1]
    return indices, orderings * form[tuple(indices.T)]


_PERMUTATIONS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def _real_part_of_triple_product() -> FloatArray:
    """R_abc with Re((u v) w) = R_abc u_a v_b w_c."""
    product = octonion_product()
    return np.einsum("kab,kc->abc", product, product[0])
