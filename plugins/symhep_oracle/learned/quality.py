"""How well an ensemble predicts events it has not seen, with standard errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["accuracy", "area_under_curve", "determination"]

FloatArray = npt.NDArray[np.float64]


def area_under_curve(
    scores: FloatArray, positive: npt.NDArray[np.bool_], weights: FloatArray
) -> tuple[float, float]:
    """Weighted probability that a positive event scores above a negative one, ties counting half, and its error.

    The error is that of DeLong, DeLong and Clarke-Pearson (Biometrics 44 (1988) 837), from the
    shares of the other class that each event beats.

    >>> area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]), np.ones(4))[0]
    0.75
    """
    pos, neg = scores[positive], scores[~positive]
    w_pos, w_neg = weights[positive] / weights[positive].sum(), weights[~positive] / weights[~positive].sum()
    beaten = _share_below(pos, neg, w_neg)
    lost = 1 - _share_below(neg, pos, w_pos)
    area = float(w_pos @ beaten)
    variance = ((w_pos * (beaten - area)) ** 2).sum() + ((w_neg * (lost - area)) ** 2).sum()
    return area, float(np.sqrt(variance))


def _share_below(points: FloatArray, others: FloatArray, weights: FloatArray) -> FloatArray:
    """Weight of the others below each point, with half of those level with it."""
    order = np.argsort(others, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    left, right = (np.searchsorted(others[order], points, side) for side in ("left", "right"))
    return np.asarray((sums[left] + sums[right]) / 2)


def accuracy(right: npt.NDArray[np.bool_], weights: FloatArray) -> tuple[float, float]:
    """Weighted share of events put into the right class, and its error.

    >>> accuracy(np.array([True, True, True, False]), np.ones(4))[0]
    0.75
    """
    share = float(np.average(right, weights=weights))
    return share, float(np.sqrt(((weights * (right - share)) ** 2).sum()) / weights.sum())


def determination(predicted: FloatArray, truth: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """R^2 = 1 - sum w (y - f)^2 / sum w (y - mean)^2, and its error to first order in the events.

    >>> determination(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), np.ones(3))
    (1.0, 0.0)
    """
    spread = (truth - np.average(truth, weights=weights)) ** 2
    missed = (truth - predicted) ** 2
    total = float((weights * spread).sum())
    share = float((weights * missed).sum()) / total
    return 1 - share, float(np.sqrt(((weights * (missed - share * spread)) ** 2).sum()) / total)
