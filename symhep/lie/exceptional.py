"""g2, f4 and e6(-26): the linear maps that preserve an invariant form."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from symhep.lie.albert import cubic_form, monomials, trace_form
from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.generators import Generators
from symhep.lie.octonions import octonion_product, three_form

__all__ = [
    "cubic_form",
    "e6",
    "f4",
    "g2",
    "monomials",
    "octonion_product",
    "stabiliser",
    "three_form",
    "trace_form",
]

FloatArray = npt.NDArray[np.float64]


def stabiliser(form: FloatArray, basis: FloatArray) -> FloatArray:
    """Matrices (G, d, d) in the span of ``basis`` (K, d, d) that leave a form (d, d, d) invariant.

    The form is totally symmetric or totally antisymmetric (else ``ValueError``). Its stabiliser is the null space of
    W -> W_li form_ljk + W_lj form_ilk + W_lk form_ijl, from the Gram matrix (K, K) of that map: eigenvalues below
    rounding, d^3 eps times the largest. Orthonormal, Tr(W_a^T W_b) = delta_ab, if the basis is.

    >>> volume = np.zeros((3, 3, 3))
    >>> volume[0, 1, 2] = volume[1, 2, 0] = volume[2, 0, 1] = 1.0
    >>> volume[1, 0, 2] = volume[0, 2, 1] = volume[2, 1, 0] = -1.0
    >>> len(stabiliser(volume, np.eye(9).reshape(9, 3, 3)))  # sl(3)
    8
    """
    d, sign = len(form), _symmetry(form)
    i, j, k = (index.ravel() for index in np.indices((d, d, d)))
    once = (i <= j) & (j <= k)  # the change has the symmetry of the form
    i, j, k = i[once], j[once], k[once]
    turned = np.tensordot(basis, form, (1, 0))  # turned[a, i, j, k] = W_li form_ljk
    change = turned[:, i, j, k] + sign * turned[:, j, i, k] + turned[:, k, i, j]
    values, vectors = np.linalg.eigh(change @ change.T)
    rounding = np.finfo(np.float64).eps * form.size * values[-1]
    return np.asarray(np.tensordot(canonical_basis(vectors.T[values < rounding]), basis, 1))


@cache
def g2() -> Generators:
    """Compact g2 on R^7: the stabiliser of `three_form` in so(7). Dimension 14.

    >>> len(g2())
    14
    """
    matrices = stabiliser(three_form(), _antisymmetric(7))
    return Generators("g2", matrices, _labels("A", len(matrices)))


@cache
def f4() -> Generators:
    """Compact f4 on R^26: the stabiliser of the traceless `cubic_form` in so(26). Dimension 52.

    >>> len(f4())
    52
    """
    matrices = stabiliser(cubic_form(26), _antisymmetric(26))
    return Generators("f4", matrices, _labels("A", len(matrices)))


@cache
def e6() -> Generators:
    """e6(-26) on R^27: the stabiliser of `cubic_form`. Dimension 78.

    Transposition maps the algebra to itself, so it splits into compact generators A_1 ... A_52 (antisymmetric, they
    are the f4 that also preserves the trace) and non-compact S_1 ... S_26 (symmetric).

    >>> len(e6()), e6().labels[51:53]
    (78, ('A_52', 'S_1'))
    """
    compact = stabiliser(cubic_form(), _antisymmetric(27))
    others = stabiliser(cubic_form(), _symmetric(27))
    labels = _labels("A", len(compact)) + _labels("S", len(others))
    return Generators("e6(-26)", np.concatenate([compact, others]), labels)


def _symmetry(form: FloatArray) -> float:
    """+1 or -1: what an exchange of two places does to the form."""
    for sign in (1.0, -1.0):
        if all(np.allclose(form, sign * form.swapaxes(*places)) for places in ((0, 1), (1, 2))):
            return sign
    raise ValueError("the form must be totally symmetric or totally antisymmetric; (anti)symmetrise it first")


def _labels(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}_{k + 1}" for k in range(count))


def _antisymmetric(n: int) -> FloatArray:
    """Orthonormal basis of the antisymmetric matrices."""
    rows, columns = np.triu_indices(n, 1)
    basis = np.zeros((len(rows), n, n))
    number = np.arange(len(rows))
    basis[number, rows, columns], basis[number, columns, rows] = -np.sqrt(0.5), np.sqrt(0.5)
    return basis


def _symmetric(n: int) -> FloatArray:
    """Orthonormal basis of the symmetric matrices."""
    rows, columns = np.triu_indices(n)
    basis = np.zeros((len(rows), n, n))
    number = np.arange(len(rows))
    entry = np.where(rows == columns, 1.0, np.sqrt(0.5))
    basis[number, rows, columns] = basis[number, columns, rows] = entry
    return basis
