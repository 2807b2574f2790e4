"""Intrinsic dimension of a cloud of points, by scikit-dimension, with an interval."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.stats.intervals import Interval

__all__ = ["ESTIMATORS", "MIN_EVENTS", "DimensionEstimate", "intrinsic_dimension"]

FloatArray = npt.NDArray[np.float64]

#: Nearest-neighbour statistics of fewer points say nothing.
MIN_EVENTS = 100
MAX_EVENTS = 4000
HALF_SAMPLES = 20
ESTIMATORS = ("TwoNN", "MLE")


@dataclass(frozen=True)
class DimensionEstimate:
    """``combined``: the value of TwoNN, with an interval that spans those of all estimators."""

    combined: Interval
    by_estimator: dict[str, Interval]
    events: int


def intrinsic_dimension(
    points: FloatArray, rng: np.random.Generator, half_samples: int = HALF_SAMPLES
) -> DimensionEstimate | None:
    """Dimension of the manifold that ``points`` (N, F) lie on; None if there are too few distinct ones.

    TwoNN (Facco et al. 2017, doi:10.1038/s41598-017-11873-y) and the maximum
    likelihood of Levina and Bickel (2004). Columns are standardised, copies of a
    point are removed, and at most 4000 points are used. Interval of an estimator:
    value +- 1.96 standard deviations of its values on random halves, which spread
    like the estimator itself does at the full size. It is statistical; curvature,
    edges and noise bias both estimators, differently, so the combined interval
    spans the two.

    >>> rng = np.random.default_rng(1)
    >>> angle = rng.uniform(0, 2 * np.pi, 1000)
    >>> estimate = intrinsic_dimension(np.c_[np.cos(angle), np.sin(angle)], rng)
    >>> round(estimate.combined.value)
    1
    """
    x = _distinct(points, rng)
    if len(x) < MIN_EVENTS:
        return None
    by_estimator = {}
    halves = [rng.permutation(len(x))[: len(x) // 2] for _ in range(half_samples)]
    for name in ESTIMATORS:
        estimate = _estimator(name)
        value = estimate(x)
        error = float(np.std([estimate(x[half]) for half in halves], ddof=1))
        method = f"{name} on {len(x)} points, 95 % from {half_samples} random halves"
        by_estimator[name] = Interval(value, value - 1.96 * error, value + 1.96 * error, method)
    combined = Interval(
        by_estimator["TwoNN"].value,
        min(i.low for i in by_estimator.values()),
        max(i.high for i in by_estimator.values()),
        f"TwoNN on {len(x)} points; the interval spans the 95 % intervals of {' and '.join(ESTIMATORS)}",
    )
    return DimensionEstimate(combined, by_estimator, len(x))


def _distinct(points: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Standardised, without flat columns, copies and surplus points; at least two columns."""
    x = np.asarray(points, dtype=np.float64)
    x = x[np.isfinite(x).all(axis=1)]
    spread = x.std(axis=0) if len(x) else np.zeros(x.shape[1])
    varying = spread > 1e-9 * np.abs(x).max(axis=0, initial=0.0)
    if not varying.any():
        return np.empty((0, 2))
    x = np.unique((x[:, varying] - x[:, varying].mean(axis=0)) / spread[varying], axis=0)
    x = x[rng.permutation(len(x))[:MAX_EVENTS]]
    # scikit-dimension wants two columns; a column of zeros changes no distance.
    return x if x.shape[1] > 1 else np.c_[x, np.zeros(len(x))]


def _estimator(name: str) -> Callable[[FloatArray], float]:
    """Loaded on first use: scikit-dimension takes a second to import."""
    import skdim

    kind = getattr(skdim.id, name)

    def estimate(x: FloatArray) -> float:
        with warnings.catch_warnings():
            # Neighbours at the distance of rounding errors look like copies to it.
            warnings.filterwarnings("ignore", message="Dropping .* points with zero distance")
            return float(kind().fit_transform(x))

    return estimate
