"""p-values of several statistics of the same random choices of images, exact, as many choices as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from symhep.hypotheses.discrete.statistics import Statistic
from symhep.stats.randomisation import SequentialP, sequential_p

__all__ = ["ENOUGH", "draws_for", "random_sums", "randomised_p"]

FloatArray = npt.NDArray[np.float64]

#: Random sums that are as large as what was observed, after which a p-value is known well enough.
ENOUGH = 20
#: Choices at once: the first and the most.
FIRST, BATCH = 250, 2000
#: Up to so many images sums are products of full matrices.
DENSE = 4
#: Fewest and most random choices, where nothing stops them earlier.
LEAST, MOST = 999, 1_000_000


def draws_for(family: int, level: float, asked: int | None = None) -> int:
    """B: so many random choices at most that the smallest p, 1 / (B + 1), is a tenth of what Holm asks for.

    ``asked``: so many instead, but not fewer than it takes to reject anything, with two parts (`joined_p`).

    >>> draws_for(7, 0.01), draws_for(1, 0.05), draws_for(7, 0.01, 199), draws_for(7, 0.05, 999)
    (6999, 999, 1399, 999)
    """
    if asked is not None:
        return max(asked, ceil(2 * family / level - 1e-9) - 1)
    return min(max(ceil(10 * family / level - 1e-9) - 1, LEAST), MOST)


def random_sums(
    groups: FloatArray, rng: np.random.Generator, count: int, shares: FloatArray | None = None
) -> FloatArray:
    """Sums (count, K) over the groups (G, q, K) of the column of an image that is drawn for each group by itself.

    ``shares`` (G, q): with these probabilities; by default all alike. Under the hypothesis the sum that was observed,
    that of column 0, and the random ones are exchangeable (Lehmann and Romano, Testing Statistical Hypotheses, theorem
    15.2.1), for any size of the groups.

    >>> y = np.array([[[1.0], [-1.0]], [[2.0], [-2.0]]])
    >>> sorted(set(random_sums(y, np.random.default_rng(0), 50).ravel().tolist()))
    [-3.0, -1.0, 1.0, 3.0]
    """
    g, q, _ = groups.shape
    if shares is None:
        chosen = rng.integers(q, size=(count, g), dtype=np.uint8)
    else:
        steps = np.cumsum(shares, axis=1)[:, :-1]
        u = rng.random((count, g))
        chosen = np.zeros((count, g), dtype=np.uint8)
        for j in range(q - 1):
            chosen += u >= steps[:, j]
    if q > DENSE:
        # One entry per group and choice: the cost does not grow with q.
        places = (chosen + q * np.arange(g)).ravel()
        pick = csr_array((np.ones(count * g), places, g * np.arange(count + 1)), shape=(count, g * q))
        return np.asarray(pick @ groups.reshape(g * q, -1))
    found = np.tile(groups[:, 0].sum(axis=0), (count, 1))
    for j in range(1, q):
        found += (chosen == j).astype(np.float64) @ (groups[:, j] - groups[:, 0])
    return found


def randomised_p(
    groups: FloatArray,
    statistics: Mapping[str, Statistic],
    rng: np.random.Generator,
    most: int,
    shares: FloatArray | None = None,
    skew: FloatArray | None = None,
) -> dict[str, SequentialP]:
    """An exact p of each statistic of the sums of ``groups`` (G, q, K), as of `random_sums`, all from the same choices.

    Choices are drawn until `ENOUGH` are as extreme as what was observed, for each statistic, or ``most`` are
    reached (`symhep.stats.randomisation.sequential_p`). ``skew`` (K,) is added to the sums that were observed.
    """
    names = list(statistics)
    observed = groups[:, 0].sum(axis=0)[None] + (0.0 if skew is None else skew)
    seen = np.array([-statistics[name].log_p(observed)[0] for name in names])
    parts: list[FloatArray] = []
    above = np.zeros(len(names), dtype=np.int64)
    for size in _sizes(most):
        sums = random_sums(groups, rng, size, shares)
        drawn = -np.stack([statistics[name].log_p(sums) for name in names], axis=1)
        parts.append(drawn)
        above += (drawn >= seen - 1e-9 * np.abs(seen)).sum(axis=0)
        if (above >= ENOUGH).all():
            break
    return {
        name: sequential_p(float(seen[k]), iter([part[:, k] for part in parts]), most, ENOUGH)
        for k, name in enumerate(names)
    }


def _sizes(most: int) -> Iterator[int]:
    done, size = 0, FIRST
    while done < most:
        now = min(size, most - done)
        yield now
        done, size = done + now, min(2 * size, BATCH)
