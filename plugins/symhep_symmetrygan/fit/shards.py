"""What the shards of a fit work on, and which shards there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from symhep.events.dataset import Dataset
from symhep.events.drawn import Drawn
from symhep.methods.context import Context
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.sample import Events, Rows

__all__ = ["Prepared", "Work"]


@dataclass(frozen=True)
class Work:
    """``kind`` of work of a shard; for restarts the numbers ``first`` to ``last`` - 1."""

    kind: Literal["restarts", "subgroups", "discrete", "map"]
    label: str
    first: int = 0
    last: int = 0


@dataclass(frozen=True, eq=False)
class Prepared:
    """The events on one scale, and what is asked of them.

    >>> data = Dataset.from_array(np.random.default_rng(1).normal(size=(99, 4)), scaling="isotropic")
    >>> options = SymmetryGanOptions(search="so(4)", training={"restarts": 30, "replicas_per_batch": 20})
    >>> [work.label for work in Prepared.of(data, options).works]
    ['restarts 0-19', 'restarts 20-29']
    """

    rows: Rows
    options: SymmetryGanOptions

    @classmethod
    def of(cls, data: Dataset, options: SymmetryGanOptions) -> Prepared:
        """Raises `CardError` or `MethodError` as `Rows.of` does."""
        rows = Rows.of(
            data,
            acts_on=options.acts_on,
            vectors=options.vectors,
            held_out=options.held_out,
            max_events=options.max_events,
        )
        return cls(rows, options)

    @property
    def works(self) -> tuple[Work, ...]:
        """Blocks of restarts, the subgroups, the discrete elements, the learned map; the same for any workers."""
        o, found = self.options, list[Work]()
        if o.search is not None:
            total, block = o.training.restarts, o.training.replicas_per_batch
            for first in range(0, total, block):
                last = min(first + block, total)
                found.append(Work("restarts", f"restarts {first}-{last - 1}", first, last))
        if o.subgroups is not None:
            found.append(Work("subgroups", "subgroups"))
        if o.discrete is not None:
            found.append(Work("discrete", "discrete elements"))
        if o.map is not None and o.map.learn is not None:
            found.append(Work("map", "map"))
        return tuple(found)

    def events(self, context: Context) -> Events:
        """The events on the device, split alike in all shards."""
        return self.rows.split(
            self._rng(context), self.options.held_out, context.device, self.options.train_events
        )

    def drawn(self, context: Context) -> Drawn:
        """The source events that are trained on."""
        train, _ = self.rows.parts(self._rng(context), self.options.held_out, self.options.train_events)
        return Drawn.of(train)

    def _rng(self, context: Context) -> np.random.Generator:
        return np.random.default_rng(context.shared("split"))
