"""Weighted and raw cutflows: what every cut left over, mergeable over chunks, files and workers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.exact_sum import ExactSum

__all__ = ["Cutflow", "CutflowRow"]


@dataclass
class CutflowRow:
    """Events left after a cut: their number, sum of weights and sum of squared weights."""

    name: str
    cut: str
    events: int = 0
    weights: ExactSum = field(default_factory=ExactSum, repr=False)
    squares: ExactSum = field(default_factory=ExactSum, repr=False)

    @property
    def sum_w(self) -> float:
        """Sum of the weights."""
        return float(self.weights)

    @property
    def sum_w2(self) -> float:
        """Sum of their squares."""
        return float(self.squares)

    def add(self, weights: npt.NDArray[np.float64]) -> None:
        """Count events with these weights in."""
        self.events += len(weights)
        self.weights.add(weights)
        self.squares.add(weights**2)

    def to_json(self) -> dict[str, Any]:
        """The weighted count carries the error sqrt(sum w^2)."""
        return {
            "name": self.name,
            "cut": self.cut,
            "events": self.events,
            "weighted": self.sum_w,
            "weighted_error": math.sqrt(self.sum_w2),
        }


@dataclass
class Cutflow:
    """The rows of one selection, in the order of the card; the first row is all events read.

    >>> flow = Cutflow()
    >>> flow.add("all", "", np.array([1.0, -1.0, 2.0]))
    >>> flow.add("tight", "pt > 20", np.array([2.0]))
    >>> [(row.name, row.events, row.sum_w) for row in flow.rows]
    [('all', 3, 2.0), ('tight', 1, 2.0)]
    """

    rows: list[CutflowRow] = field(default_factory=list)

    def add(self, name: str, cut: str, weights: npt.NDArray[np.float64]) -> None:
        """Count events that pass the cut ``name`` (and all before it)."""
        for row in self.rows:
            if row.name == name:
                break
        else:
            row = CutflowRow(name, cut)
            self.rows.append(row)
        row.add(weights)

    def before_cuts(self) -> Cutflow:
        """The row of all events read alone: what a blind selection may tell."""
        return Cutflow(self.rows[:1])

    def without(self, names: Collection[str]) -> Cutflow:
        """All rows but these."""
        return Cutflow([row for row in self.rows if row.name not in names])

    def merge(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows that `to_json` gave, from another file or worker."""
        for row in rows:
            self.add(row["name"], row["cut"], np.zeros(0))
            own = next(r for r in self.rows if r.name == row["name"])
            own.events += row["events"]
            own.weights.add(row["weighted"])
            own.squares.add(row["weighted_error"] ** 2)

    def to_json(self) -> list[dict[str, Any]]:
        """All rows."""
        return [row.to_json() for row in self.rows]
