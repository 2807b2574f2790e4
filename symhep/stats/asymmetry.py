"""How many more events look like events than like their images: an asymmetry, as of forward and backward."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, norm

from symhep.stats.intervals import Interval

__all__ = ["FEW", "asymmetry", "wilson"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
#: Below so many effective events the interval of a weighted share is known to cover less than it says.
FEW = 100


def asymmetry(scores: FloatArray, weights: FloatArray) -> Interval:
    """A = (q F - 1) / (q - 1), F the share of events whose own score is the largest of their q images' (N, q).

    For an involution A = (N+ - N-) / (N+ + N-). It is 0 for a symmetric density, whatever the scores, and 1 if all
    events differ from their images. Of the scores sign(cos theta) it is the forward-backward asymmetry. Ties
    are left out. 95 % interval: Clopper and Pearson (1934, Biometrika 26, 404) for events of one weight, else Wilson's
    with an effective number of events (`wilson`).

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
        squares = float((w**2 * (first - share) ** 2).sum())
        ends, effective = wilson(share, squares, total, float((w**2).sum()), float(norm.isf((1 - LEVEL) / 2)))
        (low, high), method = ends, f"Wilson, {effective:.3g} effective events"
    value, low, high = ((q * f - 1) / (q - 1) for f in (share, low, high))
    floor = -1 / (q - 1)
    return Interval(value, max(low, floor), min(high, 1.0), f"{method}, {100 * LEVEL:.0f} %")


def wilson(
    share: float, squares: float, total: float, second: float, z: float
) -> tuple[tuple[float, float], float]:
    """Interval of a weighted share F of +- ``z`` standard errors (Wilson 1927, J. Am. Stat. Assoc. 22, 209), and n.

    n, the effective number of events, is the smaller of (sum w)^2 / sum w^2 and
    F (1 - F) (sum w)^2 / sum w^2 (y - F)^2, y = 1 for events that count, 0 for others: the one
    ignores that weights may depend on y, the other that
    few y are known. ``squares`` is sum w^2 (y - F)^2, ``total`` sum w, ``second`` sum w^2. The ends are where
    |F - f| = z sqrt(f (1 - f) / n). With weights of both signs F may lie outside of 0 to 1: then the normal interval.

    >>> ends, n = wilson(0.6, 24.0, 100.0, 100.0, 1.959964)
    >>> round(ends[0], 4), round(ends[1], 4), round(n)
    (0.502, 0.6906, 100)
    """
    kish = total**2 / second
    spread = share * (1 - share)
    if not 0 <= share <= 1:
        error = z * np.sqrt(max(squares, 0.0)) / abs(total)
        return (share - error, share + error), float(kish)
    n = min(kish, spread * total**2 / squares) if squares > 0 and spread > 0 else kish
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(spread / n + z**2 / (4 * n**2))
    return (float(centre - half), float(centre + half)), float(n)
