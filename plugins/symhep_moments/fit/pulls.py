"""Moments in units of their errors."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from symhep.stats.residual_forms import residual
from symhep_moments.fit.moments import Moments

__all__ = ["candidate_pulls", "fitted_pulls"]

FloatArray = npt.NDArray[np.float64]

#: An error so much smaller than the largest one is rounding, of sums that the conservation of momentum makes zero: in
#: float64, or in the ten or more digits of an event file. Such a moment says nothing.
ROUNDING = 1e-9
#: What is left of a variance after a fit, relative to before, below which the fit has used all that a function says.
USED = 1e-6


def candidate_pulls(moments: Moments) -> FloatArray:
    """A_ka over its error, (K, G); NaN for a moment without spread but rounding."""
    variance = np.einsum("kaka->ka", moments.covariance)
    return _over(moments.mean, variance, _rounding(moments) ** 2)


def fitted_pulls(moments: Moments, theta: FloatArray, normal: FloatArray) -> FloatArray:
    """A theta over its error, (K, r), for directions theta (G, r) that were fitted along ``normal`` (G, G - r).

    An error of theta moves A theta by A normal delta, which for strongly broken candidates is many errors of a single
    moment. So what the fit can take along A normal is taken off (`symhep.stats.residual_forms.residual`), and
    the errors are those of what is left. NaN where nothing is.
    """
    k, r = len(moments.labels), theta.shape[1]
    values, covariance = moments.along(theta)
    noise = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.divide(1.0, noise, out=np.zeros_like(noise), where=noise > _rounding(moments))
    tangent = np.asarray(np.kron(np.eye(r), moments.mean @ normal) * scale[:, None], dtype=np.float64)
    left = residual(values * scale, covariance * scale[:, None] * scale, tangent, moments.nu)
    return _over(left.values, np.diag(left.covariance), USED).reshape(r, k).T


def _rounding(moments: Moments) -> float:
    """Errors up to here are rounding."""
    largest = float(np.einsum("kaka->ka", moments.covariance).max(initial=0.0))
    return ROUNDING * math.sqrt(max(largest, 0.0))


def _over(values: FloatArray, variance: FloatArray, least: float) -> FloatArray:
    clear = variance > least
    return np.where(clear, values / np.sqrt(np.where(clear, variance, 1.0)), np.nan)
