"""The mean of functions over weighted events, with its covariance: what a region is made of."""

from __future__ import annotations

from math import inf

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity

__all__ = ["degrees_of_freedom", "sample_mean", "unit_sums"]

FloatArray = npt.NDArray[np.float64]


def sample_mean(
    name: str,
    values: FloatArray,
    weights: FloatArray | None = None,
    unit: npt.NDArray[np.int64] | None = None,
    number: FloatArray | None = None,
) -> Quantity:
    """Weighted mean m = sum w f / sum w g of ``values`` f (N, d) or (N,) of functions of the events.

    g is 1, or the ``number`` (N,) of members that f is the sum over: then m is the mean over members. The covariance
    of m is sum_u r_u r_u^T / (sum w g)^2, r_u the sum of w (f - m g) over the rows of an independent ``unit`` (delta
    method of a ratio; events read twice count once). Weights may be negative.

    >>> once = sample_mean("f", np.array([1.0, 0.0, 0.0, 1.0]))
    >>> twice = sample_mean("f", np.tile([1.0, 0.0, 0.0, 1.0], 2), unit=np.tile(np.arange(4), 2))
    >>> once.covariance.tolist(), once.nu
    ([[0.08333333333333333]], 3.0)
    >>> bool(np.isclose(once.covariance, twice.covariance).all()), twice.nu
    (True, 3.0)
    """
    f = values[:, None] if values.ndim == 1 else values
    w = np.ones(len(f)) if weights is None else np.asarray(weights, dtype=np.float64)
    counted = w if number is None else w * number
    total = counted.sum()
    mean = w @ f / total
    residuals = unit_sums(w[:, None] * f - counted[:, None] * mean, unit)
    nu = degrees_of_freedom(w, unit)
    scale = (nu + 1) / nu if 0 < nu < inf else 1.0
    return Quantity(name, mean, scale * residuals.T @ residuals / total**2, nu)


def degrees_of_freedom(weights: FloatArray, unit: npt.NDArray[np.int64] | None = None) -> float:
    """(sum W^2)^2 / sum W^4 - 1, W the sums of the weights' absolute values over a unit: how well sum W^2 r^2 is known.

    It is what Satterthwaite (1946, Biometrics 2, 110) gives for a sum of variances that are weighted by W^2;
    n - 1 for n events of the same weight.

    >>> degrees_of_freedom(np.ones(10)), degrees_of_freedom(-np.ones(10)), degrees_of_freedom(np.array([1.0, 0.0]))
    (9.0, 9.0, 0.0)
    """
    squares = unit_sums(np.abs(weights)[:, None], unit)[:, 0] ** 2
    fourth = float((squares**2).sum())
    return float(squares.sum()) ** 2 / fourth - 1 if fourth > 0 else 0.0


def unit_sums(rows: FloatArray, unit: npt.NDArray[np.int64] | None) -> FloatArray:
    """(units, d) sums of ``rows`` (N, d) over those of one unit.

    >>> unit_sums(np.array([[1.0], [2.0], [4.0]]), np.array([7, 3, 7])).tolist()
    [[2.0], [5.0]]
    """
    if unit is None:
        return rows
    _, index = np.unique(unit, return_inverse=True)
    count = int(index.max(initial=-1)) + 1
    if count == len(rows):
        return rows
    return np.stack([np.bincount(index, column, minlength=count) for column in rows.T], axis=1)
