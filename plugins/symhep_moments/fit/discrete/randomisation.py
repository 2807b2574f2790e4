"""Exact tests over a cyclic group: if the density is invariant, it is chance which of its images an event is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["GROUPS", "group_numbers", "randomised_sums", "upper_tail"]

FloatArray = npt.NDArray[np.float64]

#: Events are turned in so many groups at most, so that the cost does not grow with their number.
GROUPS = 4096


def group_numbers(events: int) -> npt.NDArray[np.int64]:
    """Group (N,) of each event: neighbours share one where there are more events than groups.

    >>> group_numbers(5).tolist(), int(group_numbers(10**5)[-1])
    ([0, 1, 2, 3, 4], 4095)
    """
    return np.arange(events) * min(events, GROUPS) // max(events, 1)


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
