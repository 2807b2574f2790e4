"""Events of one sample, in memory or not, as comparisons of two samples take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.copies import independent
from symhep.events.effective import effective_events
from symhep_moments.sample import Events

__all__ = ["Points", "pieces", "points_of"]

#: Numbers of an intermediate array.
BLOCK = 1 << 21


@dataclass(frozen=True, eq=False)
class Points:
    """Events x (N, P, d), scaled as those of the other sample are, with signed ``weights`` (N,).

    ``unit`` (N,): number of the independent source event of each; None: each is its own. ``events``: what they are
    of, which may be a subsample of all; None: they are all.

    >>> x = torch.zeros(2, 1, 4, dtype=torch.float64)
    >>> Points(x, torch.tensor([3.0, 1.0], dtype=torch.float64)).effective
    1.6
    """

    x: Tensor
    weights: Tensor
    unit: npt.NDArray[np.int64] | None = None
    events: Events | None = None

    @property
    def subsampled(self) -> bool:
        """Are there more events than these?"""
        return self.events is not None and self.events.subsampled

    @property
    def all_events(self) -> Events:
        """Those that `symhep_moments.stream.together` reads."""
        if self.events is None:
            raise ValueError("these points do not belong to events with other points")
        return self.events

    @property
    def effective(self) -> float:
        """Effective number of independent events, of all."""
        if self.events is not None and self.events.subsampled:
            return self.events.effective
        return self._here

    @property
    def share(self) -> float:
        """Effective number of those in memory over that of all."""
        return self._here / self.effective if self.subsampled else 1.0

    @property
    def _here(self) -> float:
        return effective_events(independent(self.weights.cpu().numpy(), self.unit))

    def spaced(self, events: int) -> Points:
        """At most so many events, evenly spaced."""
        rows = torch.linspace(0, len(self.x) - 1, min(events, len(self.x)), device=self.x.device).long()
        unit = None if self.unit is None else self.unit[rows.cpu().numpy()]
        return Points(self.x[rows], self.weights[rows], unit)

    def chunks(self, width: int) -> list[tuple[Tensor, Tensor]]:
        """(x, w / sum w) in pieces that make arrays of ``width`` numbers per event fit."""
        return pieces(self.x, self.weights / self.weights.sum(), width)


def points_of(events: Events) -> Points:
    """Events, weights and units of a sample."""
    return Points(events.x, events.weights, events.source, events)


def pieces(x: Tensor, w: Tensor, width: int) -> list[tuple[Tensor, Tensor]]:
    """Of events and numbers of each, such that arrays of ``width`` numbers per event fit."""
    step = max(1, BLOCK // width)
    return list(zip(torch.split(x, step), torch.split(w, step), strict=True))
