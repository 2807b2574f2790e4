"""How likely so many elements fall together by chance, and how many there must be if none do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln
from scipy.stats import binom

__all__ = ["chance", "fewest_points", "log_probability_distinct"]

IntArray = npt.NDArray[np.int64]

#: Beyond so many points nothing is asked.
MOST = 10**6


def chance(labels: IntArray, width: float, parameters: int = 0, tried: int = 1) -> float:
    """Bound on the probability that elements fall into cosets ``labels`` (E,) as they did, although they need not.

    If the group had one more continuous direction, and elements were spread evenly along it, an element would fall
    within the errors of a given one with a probability of at most ``width``. Of the cosets with two elements or more
    the largest m are founded by m elements; then, by the union bound over which,

        p = min_m  M binom(E, m) P(Binomial(E - m, m width) >= n_m - m - parameters) tried,

    with n_m the number of elements in them, M the number of m to choose from, ``parameters`` how many elements are
    needed to fit the cosets' directions, and ``tried`` the number of directions that were tried.

    >>> chance(np.array([0, 1, 2, 3]), 0.01), chance(np.array([0, 1] * 10), 0.01) < 1e-20
    (1.0, True)
    """
    counts = np.sort(np.unique(labels, return_counts=True)[1])[::-1]
    counts = counts[counts > 1]
    if not len(counts):
        return 1.0
    e, m = len(labels), np.arange(1, len(counts) + 1)
    hits = np.cumsum(counts) - m - parameters
    log_ways = gammaln(e + 1) - gammaln(m + 1) - gammaln(e - m + 1)
    tail = binom.logsf(hits - 1, e - m, np.minimum(m * width, 1.0))
    return float(np.exp(min(0.0, (tail + log_ways).min() + np.log(len(counts) * tried))))


def log_probability_distinct(draws: int, distinct: int, points: int) -> float:
    """log P(at least ``distinct`` different ones among ``draws`` from ``points`` points, all equally likely).

    By the recursion over draws: the next is new with probability 1 - k / points.

    >>> round(float(np.exp(log_probability_distinct(23, 23, 365))), 3)  # birthdays
    0.493
    """
    known = np.zeros(draws + 2)
    known[0] = 1.0
    k = np.arange(draws + 2)
    new = np.maximum(1 - k / points, 0.0)
    for _ in range(draws):
        known = known * (1 - new) + np.concatenate([[0.0], (known * new)[:-1]])
    total = float(known[distinct:].sum())
    return float(np.log(total)) if total > 0 else -np.inf


def fewest_points(draws: int, distinct: int, level: float) -> int:
    """The smallest number of equally likely points that is not excluded: fewer would give so many different ones with a
    probability below ``level``.

    >>> fewest_points(3, 3, 0.05), fewest_points(100, 100, 0.05) > 1000
    (3, True)
    """
    low, high = distinct, distinct
    while high < MOST and log_probability_distinct(draws, distinct, high) < np.log(level):
        low, high = high + 1, 2 * high + 1
    while low < high:
        middle = (low + high) // 2
        if log_probability_distinct(draws, distinct, middle) < np.log(level):
            low = middle + 1
        else:
            high = middle
    return low
