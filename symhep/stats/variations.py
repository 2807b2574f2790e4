"""From alternatives to an uncertainty, each by the rule of the field.

With X the nominal value, X_k those of the alternatives:

- up_down: one nuisance parameter with X_up and X_down, or X_up alone, whose shift is then taken both ways.
- envelope: alternatives without a parameter, such as seven combinations of scales: the extremes of X and all X_k.
- hessian: one alternative for each eigenvector of a PDF set (symmetric Hessian), delta^2 = sum_k (X_k - X)^2
  (Butterworth et al., arXiv:1510.03865, eq. 20).
- hessian_pairs: plus and minus member of each eigenvector, delta_+^2 = sum_k max(X_k+ - X, X_k- - X, 0)^2 and
  delta_-^2 = sum_k max(X - X_k+, X - X_k-, 0)^2 (Campbell, Huston, Stirling, hep-ph/0611148, eq. 43; ibid. eq. 4).
- replicas: delta^2 = sum_k (X_k - <X>)^2 / (N - 1) (arXiv:1510.03865, eq. 21).

Sets that were made for another confidence level than 68.27 % are scaled by the ratio of Gaussian quantiles.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["ONE_SIGMA", "Rule", "combined", "nuisance_shifts"]

FloatArray = npt.NDArray[np.float64]
Rule = Literal["up_down", "envelope", "hessian", "hessian_pairs", "replicas"]
ONE_SIGMA = 0.6827


def _scale(confidence: float) -> float:
    """From a confidence level to one standard deviation; exactly 1 for 68.27 %."""
    if confidence == ONE_SIGMA:
        return 1.0
    wanted, given = (NormalDist().inv_cdf(0.5 + level / 2) for level in (ONE_SIGMA, confidence))
    return wanted / given


def combined(
    rule: Rule, nominal: npt.ArrayLike, alternatives: npt.ArrayLike, confidence: float = ONE_SIGMA
) -> tuple[FloatArray, FloatArray]:
    """The uncertainties (down, up) >= 0 of values (...) with alternatives (A, ...), elementwise.

    >>> def both(*given): return [round(float(side), 4) for side in combined(*given)]
    >>> both("up_down", 10.0, [10.5, 9.0]), both("up_down", 10.0, [10.5])
    ([1.0, 0.5], [0.5, 0.5])
    >>> both("envelope", 10.0, [11.0, 9.5, 10.5]), both("hessian", 0.0, [3.0, -4.0])
    ([0.5, 1.0], [5.0, 5.0])
    >>> both("hessian_pairs", 0.0, [3.0, -1.0, 4.0, 2.0]), both("replicas", 0.0, [1.0, -1.0])
    ([1.0, 5.0], [1.4142, 1.4142])
    """
    x = np.asarray(nominal, dtype=np.float64)
    shifts = np.asarray(alternatives, dtype=np.float64) - x
    zero = np.zeros_like(x)
    if rule == "envelope":
        return np.maximum(-shifts.min(axis=0), zero), np.maximum(shifts.max(axis=0), zero)
    if rule == "up_down":
        if len(shifts) == 1:
            return np.abs(shifts[0]), np.abs(shifts[0])
        return np.maximum(-shifts.min(axis=0), zero), np.maximum(shifts.max(axis=0), zero)
    scale = _scale(confidence)
    if rule == "hessian":
        size = scale * np.sqrt((shifts**2).sum(axis=0))
        return size, size
    if rule == "hessian_pairs":
        pairs = _pairs(shifts)
        up = np.sqrt((np.maximum(pairs.max(axis=1), 0) ** 2).sum(axis=0))
        down = np.sqrt((np.maximum(-pairs.min(axis=1), 0) ** 2).sum(axis=0))
        return scale * down, scale * up
    size = shifts.std(axis=0, ddof=1)
    return size, size


def nuisance_shifts(
    rule: Rule, nominal: npt.ArrayLike, alternatives: npt.ArrayLike, confidence: float = ONE_SIGMA
) -> FloatArray:
    """The vectors D (T, ...) whose sum of D D^T is what nuisance parameters add to a covariance.

    D = (up - down) / 2 of up and down; X_k - X of each eigenvector, half the difference of a pair; of replicas
    (X_k - <X>) / sqrt(N - 1).

    Parameters
    ----------
    rule
        How the alternatives belong together: 'up_down', 'hessian', 'hessian_pairs', 'replicas', 'envelope'.
    nominal
        (...) values.
    alternatives
        (A, ...) values under each alternative.
    confidence
        Level that a set's Hessian alternatives stand for; they are scaled to 68 % from it.

    Returns
    -------
    ndarray
        (T, ...), one vector per parameter; none (T = 0) of an envelope, whose alternatives have no parameter.

    Examples
    --------
    >>> nuisance_shifts("up_down", [0.0], [[2.0], [-1.0]]).tolist()
    [[1.5]]
    >>> nuisance_shifts("envelope", [0.0], [[2.0], [-1.0]]).shape
    (0, 1)
    """
    x = np.asarray(nominal, dtype=np.float64)
    values = np.asarray(alternatives, dtype=np.float64)
    if rule == "envelope":
        return np.zeros((0, *x.shape))
    if rule == "up_down":
        return ((values[0] - values[1]) / 2 if len(values) > 1 else values[0] - x)[None]
    scale = _scale(confidence)
    if rule == "hessian":
        return scale * (values - x)
    if rule == "hessian_pairs":
        pairs = _pairs(values)
        return scale * (pairs[:, 0] - pairs[:, 1]) / 2
    return (values - values.mean(axis=0)) / np.sqrt(len(values) - 1)


def _pairs(values: FloatArray) -> FloatArray:
    """(A, ...) as (A / 2, 2, ...). Raises `ValueError` for an odd number."""
    if len(values) % 2:
        raise ValueError(
            f"{len(values)} members cannot be pairs of plus and minus variations; their number must be even"
        )
    return values.reshape(len(values) // 2, 2, *values.shape[1:])
