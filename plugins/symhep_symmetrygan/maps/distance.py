"""How far the end of a training is from where a formula expects it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.number import Number
from symhep_symmetrygan.maps.periods import apart

__all__ = ["FAR", "far_from"]

FloatArray = npt.NDArray[np.float64]

#: Farther than this from the formula, in the units of the coordinates, a restart went somewhere else.
FAR = 0.5


def far_from(found: FloatArray, expected: FloatArray, periods: FloatArray) -> dict[str, Any]:
    """Fields of `Closeness`: median and 90 % quantile of the distance, and the share of points beyond `FAR`.

    The share has its binomial error, that of (k + 1) / (n + 2): an error also where none of n is far.

    >>> far_from(np.array([[0.0], [2.0]]), np.zeros((2, 1)), np.zeros(1))["far"].value
    0.5
    """
    away = np.linalg.norm(apart(found, expected, periods), axis=1)
    away = away[np.isfinite(away)]
    if not len(away):
        return {"median": None, "p90": None, "far": None}
    share = float((away > FAR).mean())
    near = (share * len(away) + 1) / (len(away) + 2)
    error = math.sqrt(near * (1 - near) / (len(away) + 3))
    return {
        "median": float(np.median(away)),
        "p90": float(np.quantile(away, 0.9)),
        "far": Number.with_error(share, error),
    }
