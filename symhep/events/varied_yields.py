"""Sums of alternative event weights of what passes each cut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from symhep.events.column_sums import ColumnSums

__all__ = ["VariedYields"]

FloatArray = npt.NDArray[np.float64]


class VariedYields:
    """The rows of a cutflow under A alternative weights.

    Events that pass the same rows are summed once, however many rows there are.

    >>> yields = VariedYields(2)
    >>> rows = {("ee", "all"): np.array([True, True]), ("ee", "tight"): np.array([False, True])}
    >>> yields.add(rows, np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> yields.to_json()
    {'ee': {'all': [4.0, 6.0], 'tight': [3.0, 4.0]}}
    """

    def __init__(self, alternatives: int) -> None:
        self._alternatives = alternatives
        self._sums: dict[tuple[str, str], ColumnSums] = {}

    def add(self, rows: Mapping[tuple[str, str], npt.NDArray[np.bool_]], weights: FloatArray) -> None:
        """Count N events in: ``rows`` (selection, row) -> (N,) which pass; ``weights`` (N, A)."""
        for row in rows:
            self._sums.setdefault(row, ColumnSums(self._alternatives))
        if not len(weights) or not rows:
            return
        packed = np.packbits(np.stack(list(rows.values()), axis=1), axis=1)
        _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        for number, example in enumerate(first):
            passes = [bool(mask[example]) for mask in rows.values()]
            if any(passes):
                some = ColumnSums(self._alternatives)
                some.add(np.ascontiguousarray(weights[pattern.ravel() == number]))
                for row, there in zip(rows, passes, strict=True):
                    if there:
                        self._sums[row].merge(some)

    def to_json(self) -> dict[str, dict[str, list[float]]]:
        """Selection -> row -> A sums."""
        found: dict[str, dict[str, list[float]]] = {}
        for (selection, row), sums in self._sums.items():
            found.setdefault(selection, {})[row] = sums.values.tolist()
        return found
