"""Blocks of events over which sums are formed, whatever is read at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["BLOCK_EVENTS", "Block", "Blocks", "only_units", "split_units"]

#: Events of a block.
BLOCK_EVENTS = 1 << 16


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


class Blocks:
    """Blocks of a fixed number of events from chunks (x, weights) of any sizes, walked anew as often as asked.

    >>> chunks = [(torch.ones(n, 1, 1), torch.ones(n)) for n in (3, 4)]
    >>> [(b.first, len(b.x)) for b in Blocks(chunks, events=5)]
    [(0, 5), (5, 2)]
    """

    def __init__(
        self, chunks: Iterable[tuple[Tensor, Tensor]], device: str = "cpu", events: int = BLOCK_EVENTS
    ) -> None:
        if iter(chunks) is chunks:
            raise ValueError("chunks are read twice: give a list, or an object that reads anew when iterated")
        self._chunks, self._device, self._events = chunks, device, events

    def __iter__(self) -> Iterator[Block]:
        first, held = 0, list[tuple[Tensor, Tensor]]()
        for x, w in self._chunks:
            start = 0
            while start < len(x):
                room = self._events - sum(len(part) for part, _ in held)
                held.append((x[start : start + room], w[start : start + room]))
                start += room
                if sum(len(part) for part, _ in held) == self._events:
                    yield self._block(first, held)
                    first, held = first + self._events, []
        if held:
            yield self._block(first, held)

    def _block(self, first: int, held: list[tuple[Tensor, Tensor]]) -> Block:
        xs, ws = zip(*held, strict=True)
        x, w = (xs[0], ws[0]) if len(held) == 1 else (torch.cat(xs), torch.cat(ws))
        return Block(first, x.to(self._device), w.to(self._device))


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
