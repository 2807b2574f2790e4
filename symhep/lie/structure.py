"""Structure constants of a matrix Lie algebra, and how far a span is from being one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError

__all__ = [
    "FloatArray",
    "MatrixArray",
    "StructureConstants",
    "as_basis",
    "commutators",
    "independent",
    "numbers",
    "real_vectors",
    "structure_constants",
    "trace_form_constants",
]

FloatArray = npt.NDArray[np.float64]
MatrixArray = npt.NDArray[np.float64] | npt.NDArray[np.complex128]
#: Entries beyond this, or below its inverse: products of four of them overflow.
LARGEST = 1e60


@dataclass(frozen=True)
class StructureConstants:
    """What `structure_constants` gives.

    Attributes
    ----------
    constants
        (G, G, G) f in [X_a, X_b] = sum_c f[a, b, c] X_c, by least squares.
    residuals
        (G, G) what is left of [X_a, X_b], in Frobenius norm, over the typical size of a bracket of two such matrices
        (rms over all pairs of ``|[X_a, X_b]| / |X_a| |X_b|``, times ``|X_a| |X_b|``: a pair that commutes has no size
        of its own).
    residual
        What is left of all brackets over all brackets, of the matrices scaled to norm 1; 0 if all commute.

    Examples
    --------
    >>> found = structure_constants([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])])
    >>> found.constants.any(), found.residuals.shape, found.residual
    (np.False_, (2, 2), 0.0)
    """

    constants: FloatArray
    residuals: FloatArray
    residual: float


def as_basis(matrices: npt.ArrayLike) -> MatrixArray:
    """``matrices`` as a finite (G, d, d) array of float64 or complex128; LieError if they are none."""
    given = numbers(matrices, "a basis")
    if given.ndim != 3 or given.shape[1] != given.shape[2] or 0 in given.shape:
        raise LieError(
            f"a basis must have the shape (G, d, d), not {given.shape}",
            hint="stack G square matrices of one size",
        )
    x: MatrixArray
    x = given.astype(np.complex128) if np.iscomplexobj(given) else given.astype(np.float64)
    if not np.isfinite(x).all():
        raise LieError("the basis has entries that are not finite", hint="remove nan and inf")
    largest = np.abs(x).max()
    if largest > 0 and not 1 / LARGEST < largest < LARGEST:
        raise LieError(
            f"the largest entry of the basis is {largest:.1g}, and its powers overflow",
            hint="choose units in which the entries are closer to 1",
        )
    return x


def numbers(given: object, what: str) -> npt.NDArray[np.number[Any]]:
    """``given`` as an array of numbers; LieError if it holds anything else, or masked entries."""
    try:
        x = np.asarray(given)
    except ValueError as error:
        raise LieError(f"{what} is not an array: {error}", hint="stack arrays of one shape") from error
    if not np.issubdtype(x.dtype, np.number):
        raise LieError(
            f"{what} contains {x.dtype} instead of numbers", hint="pass an array of float or complex"
        )
    if np.ma.is_masked(given):
        raise LieError(f"{what} has masked entries", hint="remove the matrices with masked entries")
    return x


def independent(x: MatrixArray) -> MatrixArray:
    """``x`` itself; LieError if its matrices, whatever their sizes, are linearly dependent but for rounding."""
    vectors = real_vectors(x)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    s = np.linalg.svd(vectors / np.where(norms > 0, norms, 1), compute_uv=False)
    if len(x) > vectors.shape[1] or s[-1] <= np.finfo(np.float64).eps * max(vectors.shape) * s[0]:
        raise LieError(
            f"the {len(x)} matrices are linearly dependent", hint="pass a basis: one matrix per dimension"
        )
    return x


def real_vectors(matrices: MatrixArray) -> FloatArray:
    """(..., d, d) as real vectors (..., D), D = d^2 or 2 d^2: the span of complex matrices is a real one."""
    flat = np.ascontiguousarray(matrices).reshape(*matrices.shape[:-2], -1)
    return np.asarray(flat.view(np.float64))


def _products(x: MatrixArray) -> MatrixArray:
    """X_a X_b as (..., G, G, d, d): one matrix product of (G d, d) with (d, G d)."""
    *batch, g, d, _ = x.shape
    left = x.reshape(*batch, g * d, d)
    right = np.swapaxes(x, -3, -2).reshape(*batch, d, g * d)
    return np.swapaxes((left @ right).reshape(*batch, g, d, g, d), -3, -2)


def commutators(x: MatrixArray) -> MatrixArray:
    """[X_a, X_b] for all pairs: (..., G, d, d) to (..., G, G, d, d)."""
    product = _products(x)
    return product - np.swapaxes(product, -4, -3)


def structure_constants(matrices: npt.ArrayLike) -> StructureConstants:
    """f in [X_a, X_b] = sum_c f[a, b, c] X_c, by least squares.

    Complex matrices are taken as a basis over the reals. The pairs are solved together: with the pseudo-inverse V+ of
    the matrices as vectors, f = C V+.

    Parameters
    ----------
    matrices
        (G, d, d), real or complex, linearly independent; or labelled generators.

    Returns
    -------
    StructureConstants
        With what the span does not hold of the brackets.

    Raises
    ------
    LieError
        If the matrices are no basis: wrong shape, not finite, or linearly dependent.

    References
    ----------
    W. A. de Graaf, Lie Algebras: Theory and Algorithms (2000), section 1.5.

    Examples
    --------
    >>> J = np.zeros((3, 3, 3))  # so(3): (J_a)_bc = -epsilon_abc
    >>> for a, b, c in [(0, 1, 2), (1, 2, 0), (2, 0, 1)]:
    ...     J[a, b, c], J[a, c, b] = -1, 1
    >>> result = structure_constants(J)
    >>> result.constants[0, 1].round(12).tolist(), result.residual < 1e-15
    ([0.0, 0.0, 1.0], True)
    """
    x = independent(as_basis(matrices))
    norms = np.linalg.norm(real_vectors(x), axis=-1)
    vectors = real_vectors(x) / norms[:, None]  # generators may differ in size by any factor
    rounding = np.finfo(np.float64).eps * max(vectors.shape)
    u, s, vt = np.linalg.svd(vectors, full_matrices=False)
    brackets = real_vectors(commutators(x / norms[:, None, None]))
    constants = ((brackets @ vt.T) / s) @ u.T * (norms[:, None, None] * norms[:, None] / norms)
    left = np.linalg.norm(brackets - (brackets @ vt.T) @ vt, axis=-1)
    sizes = np.linalg.norm(brackets, axis=-1)
    typical = float(np.sqrt(np.mean(sizes**2)))
    if typical <= rounding:  # all commute
        return StructureConstants(constants, np.zeros_like(left), 0.0)
    return StructureConstants(constants, left / typical, float(np.linalg.norm(left) / np.linalg.norm(sizes)))


def trace_form_constants(x: MatrixArray) -> FloatArray:
    """Structure constants by the trace form T_ab = Re tr X_a X_b instead of least squares; (..., G, G, G).

    f_ab^c = Re tr([X_a, X_b] X_e) (T^-1)_ec needs T to be nondegenerate on the span; the algebra is then
    reductive (Bourbaki, Lie I, section 6.4, proposition 5). The complement of the algebra under T is invariant
    under the algebra, so that errors which turn the span change f in second order only,
    and f with its last index lowered by T is totally antisymmetric, exactly.
    """
    g, d = x.shape[-3:-1]
    transposed = np.ascontiguousarray(np.swapaxes(x, -1, -2)).reshape(*x.shape[:-3], g, d * d)
    lowered = np.zeros((*x.shape[:-3], g, g, g))
    for a in range(g):  # tr [X_a, X_b] X_e = tr X_e X_a X_b - tr X_b X_a X_e, for a < b, a < e
        products = x[..., a + 1 :, :, :].reshape(*x.shape[:-3], (g - a - 1) * d, d) @ x[..., a, :, :]
        products = products.reshape(*x.shape[:-3], g - a - 1, d * d)
        cubic = (products @ np.swapaxes(transposed[..., a + 1 :, :], -1, -2)).real
        lowered[..., a, a + 1 :, a + 1 :] = np.swapaxes(cubic, -1, -2) - cubic
    cyclic = lowered + np.moveaxis(lowered, -1, -3) + np.moveaxis(lowered, -3, -1)
    form = (x.reshape(transposed.shape) @ np.swapaxes(transposed, -1, -2)).real
    return (cyclic.reshape(*x.shape[:-3], g * g, g) @ np.linalg.inv(form)).reshape(lowered.shape)
