"""Is a group compact? A positive form that all its generators keep says so, and turns them into rotations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

__all__ = ["invariant_form", "rotating"]

FloatArray = npt.NDArray[np.float64]

#: What is left of a form that is kept, over its size: rounding.
KEPT = 1e-9
#: A form whose directions differ in size by more than this is none that numbers can use.
CONDITION = 1e8
#: Random elements over which a form is averaged.
AVERAGED = 512


def invariant_form(generators: FloatArray) -> FloatArray | None:
    """Positive definite S (d, d) with X^T S + S X = 0 for all generators X (G, d, d); None if there is none.

    With S the group leaves an ellipsoid as it is, so that it lies in a compact one (Weyl's unitarian trick). The unit
    matrix, if that is kept, else the mean of g^T g over random g of the group, projected onto the forms that are kept.

    >>> turn, boost = np.array([[[0.0, -4.0], [1.0, 0.0]]]), np.array([[[0.0, 1.0], [1.0, 0.0]]])
    >>> form = invariant_form(turn)
    >>> form is not None and bool(np.isclose(form[1, 1], 4 * form[0, 0])), invariant_form(boost) is None
    (True, True)
    """
    d = generators.shape[1]
    x = generators / np.maximum(np.linalg.norm(generators, axis=(1, 2), keepdims=True), 1e-300)
    if _keeps(x, np.eye(d)):
        return np.eye(d)
    kept = _kept_forms(x)
    if not len(kept):
        return None
    rng = np.random.default_rng(0)  # of the search alone: what it finds is checked
    elements = expm(np.einsum("na,aij->nij", 2 * rng.normal(size=(AVERAGED, len(x))), x))
    mean = np.einsum("nki,nkj->ij", elements, elements) / AVERAGED
    form = np.einsum("f,fij->ij", np.einsum("fij,ij->f", kept, mean), kept)
    values = np.linalg.eigvalsh(form)
    return form if values[0] > values[-1] / CONDITION and _keeps(x, form) else None


def rotating(generators: FloatArray, form: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Antisymmetric L^T X L^-T and L, for the invariant ``form`` = L L^T."""
    lower: FloatArray = np.asarray(np.linalg.cholesky(form), dtype=np.float64)
    turned = lower.T @ generators @ np.linalg.inv(lower).T
    return (turned - turned.swapaxes(1, 2)) / 2, lower


def _keeps(x: FloatArray, form: FloatArray) -> bool:
    change = x.swapaxes(1, 2) @ form + form @ x
    return bool(np.abs(change).max(initial=0.0) <= KEPT * np.abs(form).max())


def _kept_forms(x: FloatArray) -> FloatArray:
    """Orthonormal basis (F, d, d) of the symmetric S with X^T S + S X = 0."""
    d = x.shape[1]
    rows, columns = np.triu_indices(d)
    basis = np.zeros((len(rows), d, d))
    basis[np.arange(len(rows)), rows, columns] = basis[np.arange(len(rows)), columns, rows] = 1.0
    basis /= np.linalg.norm(basis, axis=(1, 2), keepdims=True)
    gram = np.zeros((len(rows), len(rows)))
    for one in x:
        change = (one.T @ basis + basis @ one).reshape(len(rows), -1)
        gram += change @ change.T
    values, vectors = np.linalg.eigh(gram)
    return np.einsum("bf,bij->fij", vectors[:, values <= KEPT], basis)
