"""Dimension from the two nearest neighbours, over the distances at which it is asked: decimation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.spatial

__all__ = ["Scale", "scales", "two_nn"]

FloatArray = npt.NDArray[np.float64]

#: Share of the largest ratios that is only known to be large: edges and outliers lie there (Facco et al., Methods).
CENSORED = 0.1
#: Points of the smallest parts.
FEWEST = 100
#: Relative error of one point: 1 for independent ratios, whose logarithms are exponential; neighbours share theirs.
#: Where there are parts enough their spread tells it instead.
ONE_POINT, PARTS = 1.3, 8
#: Points on a lattice have neighbours at equal distances: above this share the ratios mean nothing.
EQUAL = 0.02


@dataclass(frozen=True)
class Scale:
    """The dimension at one distance: the mean over disjoint parts of ``points`` points each, and its standard error.

    ``distance`` is the median distance of the nearest neighbour.
    """

    points: int
    distance: float
    dimension: float
    error: float


def two_nn(x: FloatArray) -> tuple[float, float, float]:
    """Dimension of points (N, F) by the ratio of the distances of their second and first neighbours.

    log(r_2 / r_1) is exponential with mean 1 / d wherever the density does not change over such distances (Facco et
    al. 2017, doi:10.1038/s41598-017-11873-y). Maximum likelihood with the largest tenth censored, m of N ratios seen:
    d = (m - 1) / (sum of these + (N - m) times the largest of them), which is unbiased for independent ratios (Johnson,
    Kotz and Balakrishnan, Continuous Univariate Distributions 1, section 19.7). With it the median of r_1 and the share
    of equal distances. Raises ValueError for fewer than ten points.

    >>> line = np.c_[np.random.default_rng(1).uniform(size=2000), np.zeros(2000)]
    >>> round(two_nn(line)[0], 1)
    1.0
    """
    if len(x) < 10:
        raise ValueError(f"{len(x)} points are too few for nearest neighbours")
    first, second = scipy.spatial.cKDTree(x).query(x, k=3)[0][:, 1:].T
    ratios = np.sort(np.log(second / np.where(first > 0, first, np.nan)))
    ratios = ratios[np.isfinite(ratios)]
    seen = int((1 - CENSORED) * len(ratios))
    total = ratios[:seen].sum() + (len(ratios) - seen) * ratios[seen - 1] if seen else 0.0
    dimension = (seen - 1) / total if total > 0 else np.inf
    return float(dimension), float(np.median(first)), float(np.mean(second <= first * (1 + 1e-12)))


def scales(x: FloatArray, rng: np.random.Generator) -> tuple[Scale, ...]:
    """`two_nn` of all points, of two halves, four quarters, ... down to parts of a hundred points.

    Fewer points are further apart, so that noise is seen first and curvature last. A scale at which distances are
    equal, as on a lattice, is left out.
    """
    order, found, spreads = rng.permutation(len(x)), [], []
    for parts in (1 << power for power in range(40)):
        size = len(x) // parts
        if size < FEWEST:
            break
        values = np.array([two_nn(x[part]) for part in np.array_split(order, parts)])
        mean, distance, equal = values.mean(axis=0)
        if equal > EQUAL or not np.isfinite(mean):
            continue
        found.append(Scale(size, float(distance), float(mean), 0.0))
        if parts >= PARTS:
            spreads.append(values[:, 0].std(ddof=1) / mean * np.sqrt(size))
    one = float(np.sqrt(np.mean(np.square(spreads)))) if spreads else ONE_POINT
    return tuple(Scale(s.points, s.distance, s.dimension, one * s.dimension / np.sqrt(len(x))) for s in found)
