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
    """Running sums of the weights, the same for chunks of any size; merged by adding."""

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
