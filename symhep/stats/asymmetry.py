"""How many more events look like events than like their images: an asymmetry, as of forward and backward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, norm

from symhep.stats.intervals import Interval

__all__ = ["FEW", "Decided", "asymmetry", "wilson"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
#: Below so many effective events the interval of a weighted share is known to cover less than it says.
FEW = 100


@dataclass(frozen=True)
class Decided:
    """Sums over the events that differ from their images, N of them, ``first`` of which have the largest score.

    ``total``, ``square``: sums of w and w^2 over all; ``first_total``, ``first_square``: over those that are first;
    ``least``, ``most``: the smallest and the largest weight.
    """

    count: int = 0
    first: int = 0
    total: float = 0.0
    first_total: float = 0.0
    square: float = 0.0
    first_square: float = 0.0
    least: float = np.inf
    most: float = -np.inf

    @classmethod
    def of(cls, first: npt.NDArray[np.bool_], weights: FloatArray) -> Decided:
        """Of events with ``weights`` (N,), ``first`` (N,) those whose own score is the largest."""
        own = weights[first]
        return cls(
            len(weights), len(own), float(weights.sum()), float(weights @ first), float((weights**2).sum()),
            float((own**2).sum()), float(weights.min(initial=np.inf)), float(weights.max(initial=-np.inf)),
        )  # fmt: skip

    def __add__(self, other: Decided) -> Decided:
        """Of both."""
        return Decided(
            self.count + other.count, self.first + other.first, self.total + other.total,
            self.first_total + other.first_total, self.square + other.square, self.first_square + other.first_square,
            min(self.least, other.least), max(self.most, other.most),
        )  # fmt: skip

    def asymmetry(self, images: int = 2) -> Interval:
        """A of so many images (q), see `asymmetry`."""
        q, total = images, self.total
        if total <= 0:
            return Interval(np.nan, np.nan, np.nan, "no event differs from its transformed event")
        if self.least == self.most:
            test = binomtest(self.first, self.count)
            limits = test.proportion_ci(LEVEL, method="exact")
            share, low, high, method = test.statistic, limits.low, limits.high, "Clopper-Pearson"
        else:
            share = self.first_total / total
            squares = self.first_square * (1 - 2 * share) + share**2 * self.square
            ends, effective = wilson(share, squares, total, self.square, float(norm.isf((1 - LEVEL) / 2)))
            (low, high), method = ends, f"Wilson, {effective:.3g} effective events"
        value, low, high = ((q * f - 1) / (q - 1) for f in (share, low, high))
        floor = -1 / (q - 1)
        return Interval(value, max(low, floor), min(high, 1.0), f"{method}, {100 * LEVEL:.0f} %")


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
    others = scores[:, 1:].max(axis=1)
    decided = scores[:, 0] != others
    return Decided.of((scores[:, 0] > others)[decided], weights[decided]).asymmetry(scores.shape[1])


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
