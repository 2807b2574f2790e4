"""Methods whose events never have to be in one memory: sums over chunks that merge.

Provisional until the pipeline streams; today `stream` runs it over an array in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from symhep.events.tree import map_reduce

__all__ = ["Streamed", "stream"]

ChunkT = TypeVar("ChunkT")
StateT = TypeVar("StateT")
ResultT = TypeVar("ResultT")


class Streamed(ABC, Generic[ChunkT, StateT, ResultT]):
    """Work in one or more passes over the events; a pass sums chunks into a state, and states merge.

    ``accumulate`` and ``merge`` must be associative up to rounding; sums are formed over fixed blocks and added along
    a fixed binary tree, so that the numbers depend neither on chunks nor on who summed them.
    """

    #: How often the events are read.
    passes: int = 1

    @abstractmethod
    def begin(self, number: int, earlier: tuple[StateT, ...]) -> StateT:
        """The empty state of pass ``number`` (from 0), given the states that the earlier passes ended with."""

    @abstractmethod
    def accumulate(self, state: StateT, chunk: ChunkT) -> StateT:
        """The state with the sums of a chunk added."""

    @abstractmethod
    def merge(self, first: StateT, second: StateT) -> StateT:
        """The state of both."""

    @abstractmethod
    def finish(self, states: tuple[StateT, ...]) -> ResultT:
        """The result of all passes."""


def stream(
    work: Streamed[ChunkT, StateT, ResultT],
    blocks: Iterable[ChunkT],
    threads: int = 1,
    start: Callable[[], None] | None = None,
) -> ResultT:
    """Run all passes over ``blocks``: each block into a state of its own, states merged pairwise along a fixed tree.

    ``blocks`` is walked once per pass. ``threads`` and ``start`` are those of `symhep.events.tree.threads_map`, and
    change no bit.

    >>> class Sum(Streamed[float, float, float]):
    ...     def begin(self, number, earlier):
    ...         return 0.0
    ...     def accumulate(self, state, chunk):
    ...         return state + chunk
    ...     def merge(self, first, second):
    ...         return first + second
    ...     def finish(self, states):
    ...         return states[0]
    >>> stream(Sum(), [1.0, 2.0, 3.0])
    6.0
    """
    done: tuple[StateT, ...] = ()
    for number in range(work.passes):
        of_block = partial(_of_block, work, number, done)
        total = map_reduce(blocks, of_block, work.merge, threads, start)
        done = (*done, work.begin(number, done) if total is None else total)
    return work.finish(done)


def _of_block(
    work: Streamed[ChunkT, StateT, ResultT], number: int, done: tuple[StateT, ...], block: ChunkT
) -> StateT:
    return work.accumulate(work.begin(number, done), block)
