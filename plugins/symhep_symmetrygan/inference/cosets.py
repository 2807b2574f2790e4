"""Which elements lie in one coset of a connected subgroup, within their errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import chi2

from symhep_symmetrygan.inference.elements import Pairs

__all__ = ["LINK", "MEET", "cosets", "off_span", "threshold"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Two elements of one coset are kept apart by mistake with this probability; a third one links them all the same.
LINK = 1e-3
#: The same where they are counted.
MEET = 0.05


def off_span(pairs: Pairs, bases: FloatArray) -> FloatArray:
    """chi^2 of 'log h lies in the span of r directions', for many spans ``bases`` (M, r, G): (M, Q).

    min_t (L - X^T t)^T W (L - X^T t) for the logarithm L and its information W: chi^2 with G - r degrees of freedom if
    it does, less where the events say nothing.
    """
    pull = np.einsum("qab,qb->qa", pairs.weight, pairs.logarithm)
    whole = np.einsum("qa,qa->q", pull, pairs.logarithm)
    if not bases.shape[1]:
        return np.broadcast_to(whole, (len(bases), len(whole)))
    out = np.empty((len(bases), len(whole)))
    for m, basis in enumerate(bases):
        inside = basis @ pairs.weight @ basis.T
        along = pull @ basis.T
        out[m] = whole - (along * np.linalg.solve(inside, along[..., None])[..., 0]).sum(axis=1)
    return out


def threshold(freedom: int, share: float = LINK) -> float:
    """Pairs of one coset have a larger chi^2 with probability ``share``."""
    return float(chi2.isf(share, freedom)) if freedom > 0 else np.inf


def cosets(pairs: Pairs, basis: FloatArray, count: int) -> IntArray:
    """Number of the coset of each of ``count`` elements: (count,), the first element's is 0.

    Elements are joined if log(g_j g_i^-1) lies in the span of ``basis`` (r, G) within its error, and cosets are what
    hangs together.
    """
    near = off_span(pairs, basis[None])[0] <= threshold(basis.shape[1] - len(basis))
    graph = coo_array((np.ones(near.sum()), (pairs.first[near], pairs.second[near])), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    _, start, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(start))[inverse]
