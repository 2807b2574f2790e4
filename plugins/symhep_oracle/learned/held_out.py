"""Events that networks are judged by and not trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hold_out"]

IntArray = npt.NDArray[np.int64]


def hold_out(unit: IntArray, share: float, rng: np.random.Generator) -> tuple[IntArray, IntArray, IntArray]:
    """Rows held out, rows to train on, and as many of these as are held out; copies of an event stay together.

    ``unit`` (N,) is the independent event that a row comes from (`symhep.events.dataset.Dataset.unit`).

    >>> held, used, some = hold_out(np.array([0, 0, 1, 1, 2, 2]), 1 / 3, np.random.default_rng(1))
    >>> len(held), len(used), len(some), np.union1d(held, used).tolist()
    (2, 4, 2, [0, 1, 2, 3, 4, 5])
    """
    units = rng.permutation(np.unique(unit))
    size = max(1, round(share * len(units)))
    inside = np.isin(unit, units[:size])
    some = np.isin(unit, units[size : 2 * size])
    return np.flatnonzero(inside), np.flatnonzero(~inside), np.flatnonzero(some)
