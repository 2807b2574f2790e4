"""Momenta of several objects as rectangular arrays, events of one multiplicity at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

__all__ = ["by_multiplicity", "components"]

FloatArray = npt.NDArray[np.float64]


def components(objects: Sequence[Any], names: Sequence[str]) -> tuple[ak.Array, ...]:
    """The components ``names`` of all members of ``objects`` in one list per event; single vectors are lists of one.

    Raises `TypeError` for what is no vector.

    >>> jets = ak.zip({"px": [[3.0, 1.0], []], "py": [[4.0, 0.0], []]}, with_name="Momentum2D")
    >>> met = ak.zip({"px": [1.0, 2.0], "py": [0.0, 0.0]}, with_name="Momentum2D")
    >>> components([jets, met], ["pt"])[0].to_list()
    [[5.0, 1.0, 1.0], [2.0]]
    """
    for vectors in objects:
        if not (isinstance(vectors, ak.Array) and ak.fields(vectors)):
            raise TypeError("it needs objects, such as jets or jets[0], not numbers")
    lists = []
    for name in names:
        found = [getattr(vectors, name) for vectors in objects]
        found = [values[:, np.newaxis] if values.ndim == 1 else values for values in found]
        lists.append(ak.concatenate(found, axis=1) if len(found) > 1 else found[0])
    return tuple(lists)


def by_multiplicity(
    function: Callable[[FloatArray], FloatArray], lists: Sequence[ak.Array], cost: Callable[[int], int]
) -> FloatArray:
    """(N,) ``function`` of (K, n, C) arrays, each of K events with n members; C components in ``lists``.

    So many events at a time that K times ``cost(n)`` stays below some millions. The value does not depend on that.
    """
    counts = ak.to_numpy(ak.num(lists[0], axis=1))
    flat = np.stack([ak.to_numpy(ak.flatten(values, axis=1)).astype(np.float64) for values in lists], axis=-1)
    starts = np.cumsum(counts) - counts
    result = np.full(len(counts), np.nan)
    for many in np.unique(counts):
        events = np.flatnonzero(counts == many)
        step = max(1, 2_000_000 // max(1, cost(int(many))))
        for first in range(0, len(events), step):
            some = events[first : first + step]
            result[some] = function(flat[starts[some][:, None] + np.arange(many)])
    return result
