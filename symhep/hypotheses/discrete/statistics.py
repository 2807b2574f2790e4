"""Statistics of randomised sums, on the scale of a logarithm of p, so that the smallest of several can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

__all__ = ["PER_FUNCTION", "RIDGE", "Quadratic", "Smallest", "Squares", "Statistic", "Upward"]

FloatArray = npt.NDArray[np.float64]

#: Share of a function's own variance that is added to its covariance with the others, as in the test of generators.
RIDGE = 0.01
#: Effective events per function from which on, with random signs for unequal weights, the inverse of the functions'
#: covariance holds the level: with fewer, `Squares` do without it.
PER_FUNCTION = 100
#: Logarithms of p that only put statistics in order need not go on below this.
FLOOR = -700.0


class Statistic(Protocol):
    """How far sums of K functions are from what symmetric events give, as log p for many events.

    It only puts randomised sums in order, and several statistics on one scale; no p-value is read from it. It may
    depend on the events as far as no choice of images changes it.
    """

    def log_p(self, sums: FloatArray) -> FloatArray:
        """(B, K) -> (B,)."""
        ...


@dataclass(frozen=True, eq=False)
class Quadratic:
    """T = z^T (R + tau)^-1 z of the pulls z of some functions, R their correlation over all choices of images.

    T = sum_i (v_i . z)^2 / (l_i + tau), R = V diag(l) V^T, of the law sum_i l_i / (l_i + tau) chi^2_1 for many events,
    whose first two moments are matched (Satterthwaite). For tau = 0 and an involution it is a monotone function of
    Hotelling's T^2 of the paired differences; the ridge bounds the inverse where functions depend on each other on the
    support of the data, as the components of two particles that are back to back.
    """

    columns: npt.NDArray[np.int64]
    deviation: FloatArray
    directions: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, second: FloatArray, columns: npt.ArrayLike, ridge: float = RIDGE) -> Quadratic:
        """Of those ``columns`` of functions whose sums have the covariance ``second`` (K, K)."""
        chosen = np.flatnonzero(columns) if np.asarray(columns).dtype == bool else np.asarray(columns)
        deviation = np.sqrt(second.diagonal()[chosen])
        correlation = second[chosen][:, chosen] / np.outer(deviation, deviation)
        values, vectors = np.linalg.eigh(correlation)
        values = np.maximum(values, 0.0)
        return cls(chosen, deviation, vectors / np.sqrt(values + ridge), values / (values + ridge))

    def log_p(self, sums: FloatArray) -> FloatArray:
        """See `Statistic`."""
        z = sums[:, self.columns] / self.deviation
        statistic = ((z @ self.directions) ** 2).sum(axis=1)
        return _satterthwaite(statistic, self.weights)


@dataclass(frozen=True, eq=False)
class Squares:
    """T = sum of squared pulls: no inverse, so that as many functions as events do no harm.

    The law for many events is sum_i l_i chi^2_1, l the eigenvalues of the correlation, of which two moments are kept.
    """

    columns: npt.NDArray[np.int64]
    deviation: FloatArray
    moments: tuple[float, float]

    @classmethod
    def of(cls, second: FloatArray, columns: npt.ArrayLike) -> Squares:
        """As of `Quadratic`."""
        chosen = np.flatnonzero(columns) if np.asarray(columns).dtype == bool else np.asarray(columns)
        deviation = np.sqrt(second.diagonal()[chosen])
        correlation = second[chosen][:, chosen] / np.outer(deviation, deviation)
        return cls(chosen, deviation, (float(len(chosen)), float((correlation**2).sum())))

    def log_p(self, sums: FloatArray) -> FloatArray:
        """See `Statistic`."""
        statistic = ((sums[:, self.columns] / self.deviation) ** 2).sum(axis=1)
        mean, square = self.moments
        return np.asarray(np.clip(chi2.logsf(statistic * mean / square, mean**2 / square), FLOOR, 0.0))


@dataclass(frozen=True)
class Upward:
    """One function whose mean can only be too large: what was learned on other events."""

    column: int
    deviation: float

    def log_p(self, sums: FloatArray) -> FloatArray:
        """See `Statistic`."""
        return np.asarray(np.maximum(norm.logsf(sums[:, self.column] / self.deviation), FLOOR))


@dataclass(frozen=True)
class Smallest:
    """The smallest of several: its rank among those of the same random choices is the p-value of all together."""

    of: Sequence[Statistic]

    def log_p(self, sums: FloatArray) -> FloatArray:
        """See `Statistic`."""
        return np.asarray(np.min([one.log_p(sums) for one in self.of], axis=0))


def _satterthwaite(statistic: FloatArray, weights: FloatArray) -> FloatArray:
    w, w2 = weights.sum(), (weights**2).sum()
    return np.asarray(np.clip(chi2.logsf(statistic * w / w2, w**2 / w2), FLOOR, 0.0))
