"""Running sums of the weights of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symhep.events.batch import EventBatch
from symhep.events.exact_sum import ExactSum

__all__ = ["WeightSums"]


@dataclass
class WeightSums:
    """Running sums of the weights, the same for chunks of any size: they are exact, and rounded once.

    Attributes
    ----------
    events
        How many events there are.
    negative
        How many of them have a negative weight.
    weights, squares, sizes
        Exact sums of w, w^2 and abs(w).

    Examples
    --------
    >>> import awkward as ak, numpy as np
    >>> sums = WeightSums()
    >>> sums.add(EventBatch(ak.Array([{"x": 1.0}, {"x": 2.0}]), np.array([2.0, -1.0])))
    >>> sums.sum_w, sums.sum_w2, sums.sum_abs_w, sums.negative
    (1.0, 5.0, 3.0, 1)
    """

    events: int = 0
    negative: int = 0
    weights: ExactSum = field(default_factory=ExactSum, repr=False)
    squares: ExactSum = field(default_factory=ExactSum, repr=False)
    sizes: ExactSum = field(default_factory=ExactSum, repr=False)

    @property
    def sum_w(self) -> float:
        """Sum of the weights."""
        return float(self.weights)

    @property
    def sum_w2(self) -> float:
        """Sum of their squares."""
        return float(self.squares)

    @property
    def sum_abs_w(self) -> float:
        """Sum of their absolute values."""
        return float(self.sizes)

    def add(self, batch: EventBatch) -> None:
        """Count the events of ``batch`` in."""
        w = batch.weights
        self.events += len(w)
        self.negative += int((w < 0).sum())
        self.weights.add(w)
        self.squares.add(w * w)
        self.sizes.add(abs(w))

    def merge(self, stored: Mapping[str, Any]) -> None:
        """Add what `to_json` gave, of another file or worker."""
        self.events += stored["events"]
        self.negative += stored["negative"]
        self.weights.add(stored["sum_w"])
        self.squares.add(stored["sum_w2"])
        self.sizes.add(stored["sum_abs_w"])

    def to_json(self) -> dict[str, Any]:
        """All sums as numbers."""
        return {
            "events": self.events,
            "sum_w": self.sum_w,
            "sum_w2": self.sum_w2,
            "sum_abs_w": self.sum_abs_w,
            "negative": self.negative,
        }
