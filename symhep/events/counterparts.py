"""Rows of varied events that stand for a part of the nominal ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["counterparts"]

IntArray = npt.NDArray[np.int64]


def counterparts(
    varied: IntArray, chosen: IntArray, left_out: IntArray, share: float, rng: np.random.Generator
) -> IntArray:
    """Which rows of a varied sample to take where a method works on a part of the nominal events.

    A method that holds events out, or takes some of many, evaluates a variation on the same source events: what it was
    trained on must not come back under another name, and differences stay paired. Units that neither part has (events
    that pass the selection under the variation alone, or those of other files) are shared out as the nominal ones were.

    Parameters
    ----------
    varied
        (M,) `Dataset.unit` of the rows of the varied sample.
    chosen, left_out
        Units of the nominal part, and of all other nominal events.
    share
        Of the units that are in neither, how many are taken: ``rng`` draws them.

    >>> counterparts(np.array([7, 1, 2, 3]), np.array([1, 3]), np.array([2]), 1.0, np.random.default_rng(1)).tolist()
    [0, 1, 3]
    """
    new = np.setdiff1d(varied, np.union1d(chosen, left_out))
    drawn = new[rng.random(len(new)) < share]
    return np.flatnonzero(np.isin(varied, np.union1d(chosen, drawn)))
