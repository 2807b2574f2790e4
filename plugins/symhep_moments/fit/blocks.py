"""Events of a block, and parts of it with all rows of their independent events."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Block", "only_units", "split_units"]


class Block(NamedTuple):
    """Events ``first``, ``first`` + 1, ... of all: x (n, P, d), signed weights (n,).

    ``unit`` (n,), not decreasing and without a gap, is the number of the independent event that a row is of, and
    ``first`` that of the first row; None: each row is one of its own. A block holds all rows of a unit.
    """

    first: int
    x: Tensor
    w: Tensor
    unit: Tensor | None = None

    @property
    def units(self) -> int:
        """How many independent events."""
        return len(self.x) if self.unit is None else int(self.unit[-1]) - self.first + 1

    def summed(self, values: Tensor) -> Tensor:
        """Sums of ``values`` (n, ...) over the rows of each independent event, (units, ...)."""
        return values if self.unit is None else _summed(values, self.unit - self.first, self.units)


def _summed(values: Tensor, place: Tensor, count: int) -> Tensor:
    return values.new_zeros(count, *values.shape[1:]).index_add_(0, place, values)


def only_units(block: Block, chosen: Tensor) -> Block:
    """The independent events ``chosen``, counted from the first of the block, numbered anew from 0."""
    if len(chosen) == block.units:
        return Block(0, block.x, block.w, None if block.unit is None else block.unit - block.first)
    if block.unit is None:
        return Block(0, block.x[chosen], block.w[chosen])
    place = torch.full((block.units,), -1, dtype=torch.int64, device=block.x.device)
    place[chosen] = torch.arange(len(chosen), device=block.x.device)
    own = place[block.unit - block.first]
    rows = (own >= 0).nonzero().flatten()
    return Block(0, block.x[rows], block.w[rows], own[rows])


def split_units(block: Block, step: int) -> list[Block]:
    """Blocks of about ``step`` rows, each with all rows of its independent events."""
    n = len(block.x)
    if block.unit is None:
        parts = zip(torch.split(block.x, step), torch.split(block.w, step), strict=True) if n else ()
        return [Block(block.first + number * step, x, w) for number, (x, w) in enumerate(parts)]
    starts = torch.searchsorted(block.unit, block.unit[torch.arange(0, n, step, device=block.x.device)])
    ends = [*dict.fromkeys(starts.tolist()), n]
    return [
        Block(int(block.unit[a]), block.x[a:b], block.w[a:b], block.unit[a:b])
        for a, b in pairwise(ends)
        if b > a
    ]
