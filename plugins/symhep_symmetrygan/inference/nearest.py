"""The element of a connected subgroup that is nearest to a given one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Nearest", "nearest"]

FloatArray = npt.NDArray[np.float64]

#: Points of the subgroup to start from, over so many times the extent of the group; steps from there.
STARTS, STEPS = 64, 6


class Nearest:
    """h = exp(sum_k t_k X_k) exp(u): ``t`` (Q, r), ``u`` (Q, G) and ``chi2`` = u^T W u (Q,), infinite if u is no logarithm."""

    def __init__(self, t: FloatArray, u: FloatArray, weight: FloatArray) -> None:
        self.t, self.u = t, u
        known = np.isfinite(u).all(axis=1)
        filled = np.where(known[:, None], u, 0.0)
        self.chi2 = np.where(known, np.einsum("qa,qab,qb->q", filled, weight, filled), np.inf)


def nearest(tangents: Tangents, h: FloatArray, weight: FloatArray, basis: FloatArray) -> Nearest:
    """Of elements ``h`` (Q, D + 1, D + 1) with information ``weight`` (Q, G, G), the part off exp(span of ``basis`` (r, G)).

    Gauss-Newton steps in t on chi^2, from the best of points spread over the subgroup.
    """
    r = len(basis)
    if not r:
        return Nearest(np.zeros((len(h), 0)), tangents.logarithms(h), weight)
    half = np.sqrt(len(tangents)) / 2
    if r == 1:
        starts = np.linspace(-half, half, STARTS, endpoint=False)[:, None]
    else:
        starts = half * (2 * np.random.default_rng(0).random((STARTS * 2**r, r)) - 1)
    points = tangents.exponentials(starts @ basis)
    apart = np.linalg.norm((points[None] - h[:, None]).reshape(len(h), len(points), -1), axis=2)
    t = starts[apart.argmin(axis=1)]
    inside = basis @ weight @ basis.T
    for step in range(STEPS + 1):
        u = tangents.logarithms(tangents.exponentials(-t @ basis) @ h)
        if step < STEPS:
            pull = np.einsum("ra,qab,qb->qr", basis, weight, np.nan_to_num(u))
            t = t + np.linalg.solve(inside, pull[..., None])[..., 0]
    return Nearest(t, u, weight)
