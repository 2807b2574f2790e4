"""Batches of events, drawn by every restart for itself, many batches at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import repeat

import torch
from torch import Tensor

from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.sample import Sample

__all__ = ["Batch", "Batches", "EventBatches"]

#: Events per restart that are drawn and gathered at once; belongs to the definition of the stream.
BLOCK = 2**12
#: Uniform numbers are drawn as whole numbers below this.
FINE = 2**53

#: Events (R, D + S, B), and their weights (R, B) of mean one, None if all are one.
Batch = tuple[Tensor, Tensor | None]


class Batches(ABC):
    """Where batches come from: a subclass fills a block of them."""

    def __init__(self, batch: int) -> None:
        self._batch, self._count = batch, max(1, BLOCK // batch)
        self._block: Iterator[Batch] = iter(())

    @abstractmethod
    def fill(self, count: int) -> tuple[Tensor, Tensor | None]:
        """``count`` events of every replica, (D + S, R, count), and their weights (R, count) or None."""

    def next(self) -> Batch:
        """The next batch of every replica."""
        batch = next(self._block, None)
        if batch is not None:
            return batch
        x, weights = self.fill(self._count * self._batch)
        each = repeat(None) if weights is None else torch.split(weights, self._batch, 1)
        self._block = zip(torch.split(x.transpose(0, 1), self._batch, 2), each, strict=False)
        return next(self._block)


class EventBatches(Batches):
    """Draws with replacement from a sample, each event with a probability proportional to |weight|.

    So events of positive weight count equally once drawn. Where there are negative ones, an event counts as
    sign(w) sum|w| / sum w, and the mean over draws of any function is its weighted mean over the sample.
    """

    def __init__(self, sample: Sample, streams: ReplicaStreams, batch: int) -> None:
        super().__init__(batch)
        self._columns, self._streams = sample.rows.to(torch.float32).T.contiguous(), streams
        size = sample.weights.abs()
        self._edges = size.cumsum(0) / size.sum() if sample.weighted else None
        signed = bool((sample.weights < 0).any())
        self._signs = sample.weights.sign() * (size.sum() / sample.weights.sum()) if signed else None

    def fill(self, count: int) -> tuple[Tensor, Tensor | None]:
        """Gathered on the device."""
        if self._edges is None:
            chosen = self._streams.integers(self._columns.shape[1], count)
        else:
            drawn = self._streams.integers(FINE, count).to(torch.float64) / FINE
            # the last edge may be a rounding below one
            chosen = torch.searchsorted(self._edges, drawn, right=True).clamp_(max=self._columns.shape[1] - 1)
        x = self._columns.index_select(1, chosen.view(-1)).view(-1, *chosen.shape)
        return x, None if self._signs is None else self._signs[chosen].to(x.dtype)
