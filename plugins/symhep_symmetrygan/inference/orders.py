"""The order of elements, within their errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep_symmetrygan.inference.elements import Measured

__all__ = ["common_order"]

FloatArray = npt.NDArray[np.float64]

#: Orders up to this one are tried.
LARGEST = 12
#: Joint p-value below which elements do not have an order, and the error of g^q, in turns, above which none is seen.
REJECTED, SEEN = 1e-3, 0.1


def common_order(measured: Measured) -> tuple[int, float] | None:
    """The smallest q with g^q = 1 for all elements within their errors, and the p-value of that; None if there is none.

    A whole coset of a continuous group has an order if its elements turn the generators round, as reflections do with
    rotations: a continuous family of Z_2 subgroups (SymmetryGAN, section VI.C). To first order g^q moves with g by
    sum_(k<q) Ad(g)^k u. Orders for which that has an error of a tenth of a turn are not claimed.
    """
    g = len(measured.tangents)
    if not len(measured):
        return None
    adjoint = measured.tangents.adjoint(measured.elements)
    power, turn = np.eye(measured.elements.shape[-1]), np.eye(g) + np.zeros_like(adjoint)
    sums = np.zeros_like(adjoint)
    for q in range(1, LARGEST + 1):
        power = power @ measured.elements
        sums, turn = sums + turn, turn @ adjoint
        u = measured.tangents.logarithms(power)
        if not np.isfinite(u).all():
            continue
        covariance = sums @ measured.covariance @ sums.swapaxes(1, 2)
        values, vectors = np.linalg.eigh(covariance)
        values = np.maximum(values, 1e-12)
        pulls = np.einsum("ega,eg->ea", vectors, u) / np.sqrt(values)
        if np.sqrt(np.median(values[:, -1])) < SEEN and chi2.sf((pulls**2).sum(), pulls.size) > REJECTED:
            return q, float(chi2.sf((pulls**2).sum(), pulls.size))
    return None
