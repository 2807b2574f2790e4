"""Intrinsic dimension of a cloud of points: over distances, with a plateau or without one."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.spatial

from symhep.stats.intervals import Interval
from symhep.stats.two_nn import Scale, scales

__all__ = ["ESTIMATORS", "MAX_EVENTS", "MIN_EVENTS", "DimensionEstimate", "intrinsic_dimension"]

FloatArray = npt.NDArray[np.float64]

#: Nearest-neighbour statistics of fewer points say nothing.
MIN_EVENTS = 100
#: More points than this are not used: neighbours of all of them take minutes in many dimensions.
MAX_EVENTS = 10_000
ESTIMATORS = ("TwoNN", "MLE")
#: Neighbours from which the maximum likelihood is taken.
NEIGHBOURS = (5, 10, 20)
#: A plateau: the dimension changes by less than this share when the points are halved, over so many halvings.
FLAT, HALVINGS = 0.02, 3
#: Two-sided 95 % of a Gaussian.
TWO_SIDED = 1.96


@dataclass(frozen=True)
class DimensionEstimate:
    """``combined``: the value of TwoNN on its plateau with an interval; without a plateau its value is NaN.

    ``plateau``: whether there is one; None with too few points to tell. ``by_estimator``: the maximum likelihood has no
    error of its own that holds, its interval is the range over the number of neighbours. ``events``: points used, of
    ``distinct`` ones. ``scales``: TwoNN at every distance, the finest first.
    """

    combined: Interval
    by_estimator: dict[str, Interval]
    events: int
    distinct: int
    plateau: bool | None
    scales: tuple[Scale, ...]

    @property
    def value(self) -> float | None:
        """The dimension; None without a plateau."""
        return None if np.isnan(self.combined.value) else self.combined.value


def intrinsic_dimension(
    points: FloatArray, rng: np.random.Generator, most: int = MAX_EVENTS
) -> DimensionEstimate | None:
    """Dimension of the manifold that ``points`` (N, F) lie on; None if there are too few distinct ones.

    Columns are standardised, copies of a point are removed, and at most ``most`` points are used. TwoNN
    (`symhep.stats.two_nn`) at every distance: where at least four successive ones agree but for 2 % and one standard
    error at each halving of the points, that is a plateau; the longest one counts, and its finest distance gives the
    value.

    The interval holds the dimension of every distance of the plateau with its 95 % error, and what is to be
    expected beyond. Edges bias the estimate down like the distance r of neighbours, r goes like n^(-1/d), so a rise
    c per doubling of the points adds up to c / (2^(1/d) - 1) for infinitely many. Curvature biases it up like r^2: a
    fall adds up to c / (4^(1/d) - 1). Noise of width s biases it up like (s / r)^2, most at fine distances: after a
    rise, on the plateau or before it, the interval reaches as far below the coarsest distance as noise would still
    fall, and so it does with too few points for four distances. Without a plateau it spans all distances and what is
    to be expected beyond them. It never exceeds the number of columns.

    >>> rng = np.random.default_rng(1)
    >>> angle = rng.uniform(0, 2 * np.pi, 1000)
    >>> estimate = intrinsic_dimension(np.c_[np.cos(angle), np.sin(angle)], rng)
    >>> round(estimate.combined.value), estimate.plateau
    (1, True)
    """
    x, distinct = _distinct(points, rng, most)
    if len(x) < MIN_EVENTS:
        return None
    found = scales(x, rng)
    if not found:
        return None
    flat = _plateau(found)
    told = f"TwoNN on {len(x)} points"
    if len(found) <= HALVINGS:
        plateau, combined = None, _on(found, found, f"{told}, too few to find a plateau over distances")
    elif flat is None:
        plateau, combined = (
            False,
            _without(found, f"{told}: no plateau over distances; the range over all distances is given"),
        )
    else:
        size = f"{flat[-1].points} to {flat[0].points} points"
        plateau, combined = (
            True,
            _on(
                flat,
                found,
                f"{told}, 95 % confidence interval including the trend over the plateau of {size}",
            ),
        )
    columns = float(np.count_nonzero(x.std(axis=0)))
    combined = replace(combined, high=min(combined.high, columns), low=min(combined.low, columns))
    return DimensionEstimate(
        combined, {"TwoNN": combined, "MLE": _likelihood(x)}, len(x), distinct, plateau, found
    )


def _plateau(found: Sequence[Scale]) -> Sequence[Scale] | None:
    """The longest run of successive distances over which the dimension hardly changes, the finest of equal ones."""
    for length in range(len(found), HALVINGS, -1):
        for start in range(len(found) - length + 1):
            part = found[start : start + length]
            slope, error = _slope(part)
            if abs(slope) - error <= FLAT * float(np.mean([s.dimension for s in part])):
                return part
    return None


def _slope(part: Sequence[Scale]) -> tuple[float, float]:
    """Change of the dimension per doubling of the points, by least squares, and its standard error."""
    if len(part) < 2:
        return 0.0, 0.0
    doublings = np.log2([s.points for s in part])
    slope = float(np.polyfit(doublings, [s.dimension for s in part], 1)[0])
    return slope, part[0].error / float(np.sqrt(((doublings - doublings.mean()) ** 2).sum()))


def _on(part: Sequence[Scale], found: Sequence[Scale], method: str) -> Interval:
    """The value at the finest distance of ``part``, and an interval with what its trend leads to; see above."""
    finest, coarsest, (slope, unsure) = part[0], part[-1], _slope(part)
    value = finest.dimension
    low = min(s.dimension - TWO_SIDED * s.error for s in part)
    high = max(s.dimension + TWO_SIDED * s.error for s in part)
    reach = 1 / (2 ** (1 / max(value, 0.5)) - 1)
    high = max(
        high, value + max(slope, 0.0) * reach + TWO_SIDED * float(np.hypot(finest.error, reach * unsure))
    )
    if slope < -TWO_SIDED * unsure:
        low = min(low, value + slope / (4 ** (1 / max(value, 0.5)) - 1) - TWO_SIDED * finest.error)
    finer = found[: list(found).index(finest)]
    noise = slope > TWO_SIDED * unsure or any(s.dimension > value + TWO_SIDED * s.error for s in finer)
    if noise or len(found) <= HALVINGS:
        low = min(low, coarsest.dimension - _to_come(abs(slope), value) - TWO_SIDED * coarsest.error)
    return Interval(value, max(low, 0.0), high, method)


def _to_come(change: float, dimension: float) -> float:
    """What changes by noise add up to at larger distances r, after a last ``change`` at half the points.

    Noise of width s adds (s / r)^2 and r goes like n^(-1/d): a geometric series, change q / (1 - q) with
    q = 4^(-1/d), but once the last change at least.
    """
    ratio = 4 ** (-1 / max(dimension, 0.5))
    return change * max(1.0, ratio / (1 - ratio))


def _without(found: Sequence[Scale], method: str) -> Interval:
    """All distances, and what is to be expected beyond both ends, from the larger one of the last two changes."""
    values = np.array([s.dimension for s in found])
    changes = np.abs(np.diff(values))
    below = _to_come(float(changes[-2:].max()), float(values[-1]))
    low = values.min() - below - TWO_SIDED * found[-1].error
    high = values.max() + changes[0] + TWO_SIDED * found[0].error
    return Interval(float("nan"), max(float(low), 0.0), float(high), method)


def _likelihood(x: FloatArray) -> Interval:
    """Levina and Bickel (2004), by scikit-dimension, which is loaded on first use: it takes a second to import."""
    import skdim

    most = min(NEIGHBOURS[-1], len(x) - 1)
    distances, neighbours = scipy.spatial.cKDTree(x).query(x, k=most + 1)
    values = []
    for k in NEIGHBOURS:
        near = distances[:, 1 : k + 1], neighbours[:, 1 : k + 1]
        with warnings.catch_warnings():
            # Neighbours at the distance of rounding errors look like copies to it.
            warnings.filterwarnings("ignore", message="Dropping .* points with zero distance")
            values.append(float(skdim.id.MLE().fit(x, precomputed_knn_arrays=near).dimension_))
    told = f"maximum likelihood on {len(x)} points with {NEIGHBOURS[1]} neighbours; the range is that of "
    told += f"{', '.join(map(str, NEIGHBOURS))} neighbours and no error"
    return Interval(values[1], min(values), max(values), told)


def _distinct(points: FloatArray, rng: np.random.Generator, most: int) -> tuple[FloatArray, int]:
    """Standardised, without flat columns, copies and surplus points, at least two columns; the number of distinct."""
    x = np.asarray(points, dtype=np.float64)
    x = x[np.isfinite(x).all(axis=1)]
    spread = x.std(axis=0) if len(x) else np.zeros(x.shape[1])
    varying = spread > 1e-9 * np.abs(x).max(axis=0, initial=0.0)
    if not varying.any():
        return np.empty((0, 2)), 0
    x = np.unique((x[:, varying] - x[:, varying].mean(axis=0)) / spread[varying], axis=0)
    distinct = len(x)
    x = x[rng.permutation(len(x))[:most]]
    # scikit-dimension wants two columns; a column of zeros changes no distance.
    return (x if x.shape[1] > 1 else np.c_[x, np.zeros(len(x))]), distinct
