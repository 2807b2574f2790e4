"""Exact tests over a compact group: if the density is invariant, it is chance which of its images an event is.

Finite cyclic groups: the images of an event are all of its orbit. Compact groups: with x and R images h_1 x .. h_R x,
h_r Haar-random for every event, the R + 1 of them are exchangeable under the hypothesis, since given the
orbit all are independent and uniform on it. So in both cases an event may be replaced by any of its ``q`` images, each
event (or group of events) by itself, and a statistic and those of random choices are exchangeable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "SequentialP",
    "randomised_sums",
    "sequential_p",
    "upper_tail",
]

FloatArray = npt.NDArray[np.float64]


def randomised_sums(sums: Sequence[FloatArray], rng: np.random.Generator, count: int) -> list[FloatArray]:
    """What sum_n y(x_n) becomes if each group of events is replaced by images of itself, ``count`` times.

    ``sums``: for each of several sets of functions the sums (groups, q, K) of y(g^j x) over the events of a group, for
    the q powers j. Returns (count, K) for each: sum over the groups of the column of a power that is drawn for the
    group, the same for all sets.

    If x ~ g x, the law of a sample does not change when groups of events are replaced by their images under
    powers of g: the powers that are alike for all events of a group are a subgroup of all choices. So the sum and
    its randomised ones are exchangeable, for any size of the groups (Lehmann and Romano, Testing Statistical
    Hypotheses, theorem 15.2.1), and `upper_tail` of a function of them is exact. Groups make it as cheap for a
    million events as for four thousand: the randomised sums vary by a few parts in the number of groups more.

    >>> y = np.array([[[1.0], [-1.0]], [[2.0], [-2.0]]])
    >>> sorted(set(randomised_sums([y], np.random.default_rng(0), 50)[0].ravel().tolist()))
    [-3.0, -1.0, 1.0, 3.0]
    """
    groups, q = sums[0].shape[:2]
    joined = np.concatenate(sums, axis=2)
    powers = rng.integers(q, size=(count, groups), dtype=np.uint8)
    found = np.tile(joined[:, 0].sum(axis=0), (count, 1))
    for j in range(1, q):
        found += (powers == j).astype(np.float64) @ (joined[:, j] - joined[:, 0])
    return np.split(found, np.cumsum([s.shape[2] for s in sums])[:-1], axis=1)


def upper_tail(observed: float, randomised: FloatArray) -> float:
    """p = (1 + #{T_b >= T}) / (B + 1); statistics that differ by rounding count as equal.

    >>> upper_tail(2.0, np.array([1.0, 2.0, 3.0]))
    0.75
    """
    slack = 1e-9 * max(abs(observed), float(np.abs(randomised).max(initial=0.0)))
    return float((1 + (randomised >= observed - slack).sum()) / (1 + len(randomised)))


@dataclass(frozen=True)
class SequentialP:
    """An exact p-value from as many random choices as it takes: ``p``, of ``draws`` choices, ``above`` of them as
    large as what was observed."""

    p: float
    draws: int
    above: int


def sequential_p(
    observed: float, randomised: Iterable[FloatArray], most: int, enough: int = 20
) -> SequentialP:
    """p of ``observed`` among statistics that come in batches, until ``enough`` of them are as large.

    With l draws up to the h-th that is as large, h = ``enough``, p = h / l; if g < h of ``most`` draws are,
    p = (g + 1) / (most + 1). Exact: P(p <= a) <= a (Besag and Clifford 1991, Biometrika 78, 301). So most draws are
    spent where p is small. ``randomised`` must yield ``most`` statistics in all, if nothing stops it.

    >>> rng = np.random.default_rng(1)
    >>> sequential_p(0.0, iter(rng.normal(size=(100, 50))), 5000).draws < 100
    True
    >>> sequential_p(9.0, iter(rng.normal(size=(100, 50))), 5000).p == 1 / 5001
    True
    """
    draws = above = 0
    for batch in randomised:
        batch = batch[: most - draws]
        slack = 1e-9 * max(abs(observed), float(np.abs(batch).max(initial=0.0)))
        places = np.flatnonzero(batch >= observed - slack)
        if above + len(places) >= enough:
            last = draws + int(places[enough - above - 1]) + 1
            return SequentialP(enough / last, last, enough)
        above, draws = above + len(places), draws + len(batch)
        if draws == most:
            break
    return SequentialP((above + 1) / (draws + 1), draws, above)
