"""Batches of events, drawn by every restart for itself, many batches at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.events import Sample

__all__ = ["Batch", "Batches", "EventBatches"]

#: Events per restart that are drawn and gathered at once; belongs to the definition of the stream.
BLOCK = 2**12
#: Uniform numbers are drawn as whole numbers below this.
FINE = 2**53

#: Events (R, D, B), and their weights (R, B) of mean one, None if all are one.
Batch = tuple[Tensor, Tensor | None]


class Batches(ABC):
    """Where batches come from: a subclass fills a block of them."""

    def __init__(self, batch: int) -> None:
        self._count = max(1, BLOCK // batch)
        self._batch, self._left = batch, 0
        self._x: Tensor
        self._weights: Tensor | None

    @abstractmethod
    def fill(self, count: int) -> tuple[Tensor, Tensor | None]:
        """``count`` events of every replica, (R, count, D), and their weights (R, count) or None."""

    def next(self) -> Batch:
        """The next batch of every replica."""
        if not self._left:
            x, weights = self.fill(self._count * self._batch)
            replicas, _, d = x.shape
            shaped = x.view(replicas, self._count, self._batch, d)
            self._x = shaped.permute(1, 0, 3, 2).contiguous()
            if weights is not None:
                weights = weights.view(replicas, self._count, self._batch).transpose(0, 1).contiguous()
            self._weights, self._left = weights, self._count
        at = self._count - self._left
        self._left -= 1
        return self._x[at], None if self._weights is None else self._weights[at]


class EventBatches(Batches):
    """Draws with replacement from a sample, each event with a probability proportional to |weight|.

    So events of positive weight count equally once drawn. Where there are negative ones, an event counts as
    sign(w) sum|w| / sum w, and the mean over draws of any function is its weighted mean over the sample.
    """

    def __init__(self, sample: Sample, streams: ReplicaStreams, batch: int) -> None:
        super().__init__(batch)
        self._sample, self._streams = sample.x.to(torch.float32), streams
        size = sample.weights.abs()
        self._edges = size.cumsum(0) / size.sum() if sample.weighted else None
        signed = bool((sample.weights < 0).any())
        self._signs = sample.weights.sign() * (size.sum() / sample.weights.sum()) if signed else None

    def fill(self, count: int) -> tuple[Tensor, Tensor | None]:
        """Gathered on the device."""
        if self._edges is None:
            chosen = self._streams.integers(len(self._sample), count)
        else:
            drawn = self._streams.integers(FINE, count).to(torch.float64) / FINE
            # the last edge may be a rounding below one
            chosen = torch.searchsorted(self._edges, drawn, right=True).clamp_(max=len(self._sample) - 1)
        x = self._sample.index_select(0, chosen.view(-1)).view(*chosen.shape, -1)
        return x, None if self._signs is None else self._signs[chosen].to(x.dtype)
