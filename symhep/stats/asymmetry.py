"""How many more events look like events than like their images: an asymmetry, as of forward and backward."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, norm

from symhep.stats.intervals import Interval

__all__ = ["asymmetry"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95


def asymmetry(scores: FloatArray, weights: FloatArray) -> Interval:
    """A = (q F - 1) / (q - 1), F the share of events whose own score is the largest of their q images' (N, q).

    For an involution A = (N+ - N-) / (N+ + N-). It is 0 for a symmetric density, whatever the scores, and 1 if all
    events differ from their images. Of the scores sign(cos theta) it is the forward-backward asymmetry. Ties
    are left out. 95 % interval: Clopper and Pearson (1934, Biometrika 26, 404) for events of one weight, else normal,
    with the error of a ratio of weighted sums.

    >>> interval = asymmetry(np.array([[1.0, -1.0]] * 60 + [[-1.0, 1.0]] * 40), np.ones(100))
    >>> round(interval.value, 3), round(interval.low, 3), round(interval.high, 3)
    (0.2, -0.006, 0.393)
    """
    q = scores.shape[1]
    others = scores[:, 1:].max(axis=1)
    decided = scores[:, 0] != others
    first, w = (scores[:, 0] > others)[decided], weights[decided]
    total = float(w.sum())
    if total <= 0:
        return Interval(np.nan, np.nan, np.nan, "no event differs from its image")
    if (w == w[0]).all():
        test = binomtest(int(first.sum()), len(first))
        limits = test.proportion_ci(LEVEL, method="exact")
        share, low, high, method = test.statistic, limits.low, limits.high, "Clopper-Pearson"
    else:
        share = float(w @ first) / total
        error = norm.isf((1 - LEVEL) / 2) * float(np.sqrt((w**2 * (first - share) ** 2).sum())) / total
        low, high, method = share - error, share + error, "normal, weighted"
    value, low, high = ((q * f - 1) / (q - 1) for f in (share, low, high))
    floor = -1 / (q - 1)
    return Interval(value, max(low, floor), min(high, 1.0), f"{method}, {100 * LEVEL:.0f} %")
