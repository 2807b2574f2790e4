"""The squared size of what a sample shows of a function, with the noise taken off, and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from symhep.stats.intervals import Interval
from symhep.stats.quadratic_forms import detectable_noncentrality

__all__ = ["ProjectedSize", "orthonormal"]

FloatArray = npt.NDArray[np.float64]

#: Directions among the functions that hold less than this of their variance, in units of the largest, are
#: left out: they are functions with rare huge values.
RESOLUTION = 1e-3


def orthonormal(gram: FloatArray, resolution: float = RESOLUTION) -> FloatArray:
    """(K, R) combinations of K functions with scalar products ``gram`` that are orthonormal.

    >>> gram = np.array([[4.0, 4.0], [4.0, 4.0]])  # the same function twice
    >>> basis = orthonormal(gram)
    >>> (basis.T @ gram @ basis).round(12).tolist()
    [[1.0]]
    """
    sizes = np.sqrt(np.maximum(np.diag(gram), 0.0))
    inverse = np.divide(
        1.0, sizes, out=np.zeros_like(sizes), where=sizes > RESOLUTION**2 * sizes.max(initial=0)
    )
    values, vectors = np.linalg.eigh(gram * inverse[:, None] * inverse)
    kept = values > resolution * values.max(initial=0.0)
    return np.asarray(inverse[:, None] * vectors[:, kept] / np.sqrt(values[kept]))


@dataclass(frozen=True)
class ProjectedSize:
    """The size theta of a function u, seen through its scalar products a with R orthonormal functions.

    T = |a|^2 of a sample has the mean theta^2 + tr S and the variance 2 tr S^2 + 4 theta^2 s, S the
    covariance of its second-order part. The law in between is taken as that of a non-central chi^2 with the c and nu
    of the noise, c = tr S^2 / tr S and nu = (tr S)^2 / tr S^2 (Satterthwaite 1946, Biometrics 2, 110), shifted and
    stretched to that mean and variance: for theta = 0 the usual approximation of sum_i S_i chi^2_1, for
    theta^2 >> tr S a normal law (delta method).

    Attributes
    ----------
    squared
        T.
    noise
        (R, R) S.
    slope
        s: variance of T by its influence function, over 4 theta^2.
    """

    squared: float
    noise: FloatArray
    slope: float

    @property
    def _moments(self) -> tuple[float, float]:
        """tr S, tr S^2."""
        return float(np.trace(self.noise)), float((self.noise**2).sum())

    def below(self, squared_size: float) -> float:
        """Probability of a T no larger than the one seen, if theta^2 were ``squared_size``."""
        first, second = self._moments
        if second <= 0:
            return float(self.squared >= squared_size)
        scale, nu = second / first, first**2 / second
        noncentrality = squared_size / scale
        pull = (self.squared - squared_size - first) / sqrt(2 * second + 4 * squared_size * self.slope)
        place = nu + noncentrality + sqrt(2 * nu + 4 * noncentrality) * pull
        # scipy's ncx2 wants a non-centrality > 0 on some of its paths
        return float(ncx2.cdf(place, nu, noncentrality) if noncentrality > 0 else chi2.cdf(place, nu))

    def interval(self, level: float = 0.95) -> Interval:
        """Central interval of theta; the value is median-unbiased. Limits that not even theta = 0 reaches are 0.

        >>> one = ProjectedSize(squared=0.16, noise=np.array([[0.0001]]), slope=0.0001)  # 0.4 +- 0.01
        >>> one.interval().low.__round__(3), one.interval().high.__round__(3)
        (0.38, 0.42)
        """
        value, low, high = (sqrt(self._limit(p)) for p in (0.5, (1 + level) / 2, (1 - level) / 2))
        return Interval(value, low, high, f"shifted non-central chi2, {100 * level:g} %")

    def visible(self, size: float = 0.05, power: float = 0.9) -> float:
        """The theta at which the test of theta = 0 of this ``size`` rejects with this ``power``."""
        first, second = self._moments
        if second <= 0:
            return 0.0
        return sqrt(detectable_noncentrality(first**2 / second, size, power) * second / first)

    def _limit(self, below: float) -> float:
        """theta^2 with P(T <= the one seen) = ``below``, or 0 if that is less at theta = 0 already."""
        if self.below(0.0) <= below:
            return 0.0
        far = self.squared + self._moments[0]
        while self.below(far) > below:
            far *= 2
        return float(brentq(lambda q: self.below(q) - below, 0.0, far, xtol=1e-12 * far))
