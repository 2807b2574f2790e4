"""How far the end of a training is from where a formula expects it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["FAR", "difference", "far_from"]

FloatArray = npt.NDArray[np.float64]

#: Farther than this from the formula, in the units of the coordinates, a restart went somewhere else.
FAR = 0.5


def difference(found: FloatArray, expected: FloatArray, periods: FloatArray) -> FloatArray:
    """found - expected (V, M), of coordinates with a period the smallest one; a period of 0 is none.

    >>> difference(np.array([[6.2]]), np.array([[0.0]]), np.array([2 * np.pi])).round(3).tolist()
    [[-0.083]]
    """
    apart = found - expected
    turns = np.where(periods > 0, periods, 1.0)
    return np.asarray(np.where(periods > 0, apart - turns * np.round(apart / turns), apart))


def far_from(found: FloatArray, expected: FloatArray, periods: FloatArray) -> dict[str, float | None]:
    """Median and 90 % quantile of the distance, and the share of points beyond `FAR` with its binomial error.

    >>> far_from(np.array([[0.0], [2.0]]), np.zeros((2, 1)), np.zeros(1))["far"]
    0.5
    """
    apart = np.linalg.norm(difference(found, expected, periods), axis=1)
    apart = apart[np.isfinite(apart)]
    if not len(apart):
        return {"median": None, "p90": None, "far": None, "far_error": None}
    share = float((apart > FAR).mean())
    # (k + 1) / (n + 2): an error also where none of n is far
    near = (share * len(apart) + 1) / (len(apart) + 2)
    return {
        "median": float(np.median(apart)),
        "p90": float(np.quantile(apart, 0.9)),
        "far": share,
        "far_error": math.sqrt(near * (1 - near) / (len(apart) + 3)),
    }
