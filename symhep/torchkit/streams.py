"""Random numbers of many replicas: each replica has a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from symhep.torchkit.device import generator

__all__ = ["ReplicaStreams", "replica_seeds"]


def replica_seeds(seeds: np.random.SeedSequence, count: int) -> list[np.random.SeedSequence]:
    """Children 0, 1, ... of a shard's stream; unlike ``spawn``, the same ones at every call.

    >>> parent = np.random.SeedSequence(7)
    >>> [s.spawn_key for s in replica_seeds(parent, 2)] == [s.spawn_key for s in replica_seeds(parent, 2)]
    True
    """
    return [
        np.random.SeedSequence(seeds.entropy, spawn_key=(*seeds.spawn_key, child), pool_size=seeds.pool_size)
        for child in range(count)
    ]


class ReplicaStreams:
    """Draws with a leading replica axis; replica r uses stream r alone.

    So a replica's numbers do not depend on how many others are trained beside it.

    >>> two = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2)).normal(3)
    >>> one = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 1)).normal(3)
    >>> bool((two[0] == one[0]).all())
    True
    """

    def __init__(self, seeds: Sequence[np.random.SeedSequence], device: str = "cpu") -> None:
        self.device = device
        self._generators = [generator(s, device) for s in seeds]

    def __len__(self) -> int:
        return len(self._generators)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, (R, *shape)."""
        drawn = torch.empty(len(self), *shape, device=self.device)
        for row, stream in zip(drawn, self._generators, strict=True):
            row.normal_(generator=stream)
        return drawn

    def uniform(self, *shape: int) -> Tensor:
        """Uniform numbers in [0, 1), (R, *shape)."""
        drawn = torch.empty(len(self), *shape, device=self.device)
        for row, stream in zip(drawn, self._generators, strict=True):
            row.uniform_(generator=stream)
        return drawn

    def integers(self, high: int, *shape: int) -> Tensor:
        """Whole numbers in [0, high), each as likely, (R, *shape).

        >>> ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2)).integers(1, 3).tolist()
        [[0, 0, 0], [0, 0, 0]]
        """
        drawn = torch.empty(len(self), *shape, dtype=torch.int64, device=self.device)
        for row, stream in zip(drawn, self._generators, strict=True):
            row.random_(high, generator=stream)
        return drawn

    def batches(self, events: int, batch: int) -> Tensor:
        """Event numbers of one epoch, (steps, R, batch): each replica shuffles for itself.

        The ``events % batch`` events that fill no batch sit out this epoch; the
        next one shuffles anew. A ``batch`` beyond ``events`` means all events.
        """
        size = min(batch, events)
        steps = events // size
        order = torch.stack(
            [torch.randperm(events, generator=stream, device=self.device) for stream in self._generators]
        )
        return order[:, : steps * size].view(len(self), steps, size).transpose(0, 1).contiguous()
