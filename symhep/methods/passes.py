"""Sums over events that need not be in one memory: a state for each block, added along a fixed binary tree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from symhep.errors import PluginError
from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream
from symhep.events.tree import tree_reduce

__all__ = ["Pass", "Reducer", "State", "reduce_here"]

#: Named arrays; numbers are arrays without axes.
State = dict[str, npt.NDArray[Any]]


class Pass(ABC):
    """One reading of all events.

    A complete pass::

        class Momentum(Pass):
            name = "momentum"

            def of_block(self, block, number):
                return {"sum": block.weights @ block.values, "weight": block.weights.sum(keepdims=True)}

    A pass is sent to where blocks are read, by pickle: it holds what `of_block` needs and no events. It must not depend
    on anything else, random numbers among them; those that it needs it draws from a stream of `Context` and ``number``.
    ``of_block`` is called by several threads at a time.
    """

    #: What progress calls it, and what its states are kept under until the method is done.
    name: ClassVar[str]

    @abstractmethod
    def of_block(self, block: Dataset, number: int) -> State:
        """The state of one block, the ``number``-th of the stream."""

    def merge(self, first: State, second: State) -> State:
        """The state of two neighbouring runs of blocks; as it stands all arrays are added."""
        return {key: first[key] + second[key] for key in first}


class Reducer(Protocol):
    """Does a pass: here, on other processes, on other machines."""

    def __call__(self, work: Pass, stream: EventStream) -> State:
        """The state of all blocks."""
        ...


def reduce_here(work: Pass, stream: EventStream) -> State:
    """The state of all blocks, formed in this process one block after the other.

    Raises `PluginError` for a stream without a block.

    >>> from dataclasses import replace
    >>> from symhep.events.stream import stream_of
    >>> class Momentum(Pass):
    ...     name = "momentum"
    ...     def of_block(self, block, number):
    ...         return {"sum": block.weights @ block.values, "weight": block.weights.sum(keepdims=True)}
    >>> data = Dataset.from_array([[1.0], [2.0], [6.0]], weights=[1.0, 1.0, 2.0])
    >>> found = reduce_here(Momentum(), stream_of(replace(data, block=np.array([0, 0, 1]))))
    >>> float(found["sum"][0]), float(found["weight"][0])
    (15.0, 4.0)
    """
    total = tree_reduce((state_of(work, stream, number) for number in range(len(stream))), work.merge)
    if total is None:
        raise PluginError(f"pass '{work.name}' has no blocks to read")
    return total


def state_of(work: Pass, stream: EventStream, place: int, number: int | None = None) -> State:
    """The state of the block in this place of ``stream``, the ``number``-th of all (by default the same).

    Raises `PluginError` for what is no state.
    """
    found = work.of_block(stream.block(place), place if number is None else number)
    if not isinstance(found, dict) or not all(isinstance(a, np.ndarray | np.generic) for a in found.values()):
        raise PluginError(f"pass '{work.name}': of_block must return a dict of arrays")
    return {key: np.asarray(array) for key, array in found.items()}
