"""The span that joins elements to cosets, fitted to all of them, with its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep_symmetrygan.inference.cosets import MEET, off_span, threshold
from symhep_symmetrygan.inference.elements import Measured, Pairs

__all__ = ["SpanFit", "fit_span"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STEPS = 6


@dataclass(frozen=True, eq=False)
class SpanFit:
    """``basis`` (r, G) orthonormal in units of the extents; ``covariance`` (r G, r G) of its coefficients.

    ``chi2`` and ``freedom``: how well the elements fit in their cosets; ``p_value``. ``founded`` (E,): number of the
    element of the same coset that each was compared with, and agrees with; its own otherwise. ``compared``: how many.
    ``alike``: all elements may have one and the same error.
    """

    basis: FloatArray
    covariance: FloatArray
    chi2: float
    freedom: int
    founded: IntArray
    compared: int = 0
    alike: bool = False

    @property
    def p_value(self) -> float:
        """Of a fit as bad as this one; if errors are ``alike``, chi^2 may be that of one element, counted again."""
        if self.freedom <= 0:
            return 1.0
        count = max(self.compared, 1)
        common = float(chi2.sf(self.chi2 / count, self.freedom / count)) if self.alike else 0.0
        return max(float(chi2.sf(self.chi2, self.freedom)), common)


def fit_span(measured: Measured, labels: IntArray, basis: FloatArray) -> SpanFit:
    """Least squares for a span X (r, G) and the origins of the cosets ``labels`` (E,), from ``basis``.

    Every element is compared with one of its coset, the reference m: L = log(g g_m^-1) = X^T t - phi^-1 Ad(h) d_m + ..,
    with t free for every element and d_m, the error of the reference, one for each coset. t is projected out, so that
    what remains is linear in the change of X along its complement, X + V C, and in d_m.
    """
    pairs = _stars(measured, labels)
    r, g = basis.shape
    free = r * (g - r)
    names = np.unique(labels[pairs.first])
    place = np.searchsorted(names, labels[pairs.first])
    slope = measured.tangents.slope(pairs.logarithm)
    h = measured.tangents.exponentials(pairs.logarithm)
    pulled = -np.linalg.solve(slope, measured.tangents.adjoint(h)) if len(h) else np.zeros((0, g, g))
    references = [int(pairs.first[place == k][0]) for k in range(len(names))]
    prior = [np.linalg.inv(measured.covariance[m]) for m in references]
    size = free + g * len(names)
    for _ in range(STEPS if r else 1):
        normal = np.linalg.svd(basis)[2][r:] if r else np.eye(g)
        inside = basis @ pairs.weight @ basis.T
        t = np.linalg.solve(inside, basis @ pairs.weight @ pairs.logarithm[:, :, None])[..., 0]
        left = pairs.weight - pairs.weight @ basis.T @ np.linalg.solve(inside, basis @ pairs.weight)
        jacobian = np.zeros((len(t), g, size))
        jacobian[:, :, :free] = np.einsum("qr,kg->qgrk", t, normal).reshape(len(t), g, free)
        for k in range(len(names)):
            rows = place == k
            jacobian[rows, :, free + g * k : free + g * (k + 1)] = pulled[rows]
        weighted = left @ jacobian
        matrix = np.einsum("qgs,qgv->sv", jacobian, weighted, optimize=True)
        for k, one in enumerate(prior):
            block = slice(free + g * k, free + g * (k + 1))
            matrix[block, block] += one
        right = np.einsum("qgs,qg->s", weighted, pairs.logarithm)
        solution = np.linalg.lstsq(matrix, right, rcond=1e-14)[0]
        quality = float(np.einsum("qa,qab,qb", pairs.logarithm, left, pairs.logarithm) - right @ solution)
        inverse = np.linalg.pinv(matrix, rcond=1e-14, hermitian=True)[:free, :free]
        spread = np.kron(np.eye(r), normal.T)
        if r:
            moved = basis + solution[:free].reshape(r, g - r) @ normal
            basis = (
                np.linalg.svd(moved, full_matrices=False)[0] @ np.linalg.svd(moved, full_matrices=False)[2]
            )
    full = measured.pairs(pairs.first, pairs.second)
    met = off_span(full, basis[None])[0] <= threshold(g - r, MEET)
    founded = np.arange(len(measured))
    founded[full.second[met]] = full.first[met]
    freedom = len(pairs.first) * (g - r) - free
    return SpanFit(basis, spread @ inverse @ spread.T, max(quality, 0.0), freedom, founded, len(pairs.first))


def _stars(measured: Measured, labels: IntArray) -> Pairs:
    """From one element of each coset to all others: of the first three, the one that reaches most others.

    The weights leave out the error of the reference, which is fitted.
    """
    first: list[int] = []
    second: list[int] = []
    for name in np.unique(labels):
        rows = np.flatnonzero(labels == name)
        if len(rows) < 2:
            continue
        tried = [measured.pairs(np.full(len(rows) - 1, m), rows[rows != m]) for m in rows[:3]]
        best = max(range(len(tried)), key=lambda k: len(tried[k].first))
        first.extend(tried[best].first.tolist())
        second.extend(tried[best].second.tolist())
    chosen = np.unique(first).astype(np.int64)
    known = measured.covariance.copy()
    known[chosen] = 0.0
    bare = Measured(measured.tangents, measured.elements, known, measured.information)
    return bare.pairs(np.array(first, dtype=np.int64), np.array(second, dtype=np.int64))
