"""The element of a connected subgroup that is nearest to a given one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.lattice import period
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["STEPS", "Nearest", "nearest", "off_chi2"]

FloatArray = npt.NDArray[np.float64]

#: Points of the subgroup to start from, per direction, and steps from there.
STARTS, STEPS = 24, 5
#: Never more starting points than this.
MOST = 3000


@dataclass(frozen=True, eq=False)
class Nearest:
    """h = exp(u) exp(sum_k t_k X_k): ``t`` (Q, r); ``u`` (Q, G), NaN if it is no logarithm in the space."""

    t: FloatArray
    u: FloatArray


def nearest(tangents: Tangents, h: FloatArray, basis: FloatArray, steps: int = STEPS) -> Nearest:
    """Elements ``h`` (Q, D + 1, D + 1) and what leads there from exp(span of ``basis`` (r, G)).

    u is made orthogonal to the span by Newton steps in t, from the best of points spread over the subgroup: all angles
    up to half a turn, or the period of a single rotation.
    """
    r = len(basis)
    if not r:
        return Nearest(np.zeros((len(h), 0)), tangents.logarithms(h))
    starts = _starts(tangents, basis)
    points = tangents.exponentials(starts @ basis)
    flat = points.reshape(len(points), -1)
    rows = h.reshape(len(h), -1)
    apart = (flat**2).sum(axis=1) - 2 * rows @ flat.T
    t = starts[apart.argmin(axis=1)]
    for step in range(steps + 1):
        u = tangents.logarithms(h @ tangents.exponentials(-t @ basis))
        if step < steps:
            # exp(X^T a) exp(X^T t) = exp(X^T (t + phi^-1 a)) to first order
            slope = basis @ tangents.slope(t @ basis) @ basis.T
            t = t + np.linalg.solve(slope, (np.nan_to_num(u) @ basis.T)[:, :, None])[..., 0]
    return Nearest(t, u)


def _starts(tangents: Tangents, basis: FloatArray) -> FloatArray:
    x = np.tensordot(basis, tangents.matrices, 1)
    half = np.pi / np.linalg.norm(x, 2, axis=(1, 2))
    r = len(basis)
    if r == 1:
        turn = period(x[0], 1e-2 * np.pi / half[0])
        number = STARTS * (1 if turn is None else round(turn / (2 * half[0])))
        reach = half[0] if turn is None else turn / 2
        return np.linspace(-reach, reach, number, endpoint=False)[:, None]
    number = min(STARTS**r, MOST)
    return np.asarray(half * (2 * np.random.default_rng(0).random((number, r)) - 1))


def off_chi2(u: FloatArray, covariance: FloatArray, basis: FloatArray) -> FloatArray:
    """chi^2 of 'u (Q, G) lies in the span of ``basis``' given ``covariance`` (Q, G, G): (Q,), infinite for NaN."""
    g, r = u.shape[1], len(basis)
    normal = np.linalg.svd(basis)[2][r:] if r else np.eye(g)
    off = u @ normal.T
    spread = normal @ covariance @ normal.T + 1e-12 * np.eye(g - r)
    known = np.asarray(np.isfinite(u).all(axis=1))
    filled = np.where(known[:, None], off, 0.0)
    quality = (filled * np.linalg.solve(spread, filled[:, :, None])[..., 0]).sum(axis=1)
    return np.where(known, quality, np.inf)
