"""Sums over all events of a sample, which need not be in one memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.copies import merged, units_or_none
from symhep.events.dataset import Dataset
from symhep.events.stream import BLOCK_EVENTS
from symhep.events.tree import tree_reduce
from symhep.events.vectors import vectors_of
from symhep.methods.context import Context
from symhep.methods.passes import Pass, State, reduce_here
from symhep.torchkit.threads import on_cores
from symhep_moments.events import Events
from symhep_moments.places import whole_events
from symhep_moments.varied import VariedEvents

__all__ = ["EventsPass", "Recipe", "over_all", "parts_of", "together"]


@dataclass(frozen=True, eq=False)
class Recipe:
    """What makes events of the rows of a block: those of the same kind as ``like``, in the same units.

    Attributes
    ----------
    like
        Events, of which none are needed: their scale, places, candidates, and the device they are on.
    varied
        Variation -> which of its alternatives are read with the blocks: the same rows, or rows of the same block.
    """

    like: Events
    varied: tuple[tuple[VariedEvents, tuple[bool, ...]], ...] = ()

    @classmethod
    def of(cls, events: Events, variations: Sequence[VariedEvents] = ()) -> Recipe:
        """Of events with these ``variations``."""
        varied = (
            (replace(v, alternatives=tuple(a.bare for a in v.alternatives)), v.read_with(events))
            for v in variations
        )
        return cls(events.bare, tuple(varied))

    def __call__(self, block: Dataset) -> Events:
        """The events of a block. Raises `MethodError` for numbers that are not finite."""
        found = self._events(block)
        return replace(found, variations=tuple(self._varied(block, found))) if self.varied else found

    def _events(self, block: Dataset) -> Events:
        like, rows = self.like, merged(block)
        if not len(rows):
            return like
        if not np.isfinite(rows.weights).all():
            raise MethodError(f"the event weights of '{block.name}' are not finite")
        # All weights of a block may be zero.
        taken = vectors_of(replace(rows, weights=np.ones(len(rows))), *like.asked)
        if like.places is not None and not taken.members[:, like.places.fixed].all():
            raise MethodError(
                f"some events of '{block.name}' lack an object that all events of the subsample have"
            )
        x, _ = whole_events(taken, like.scale, like.places)
        device = like.x.device
        w = torch.from_numpy(rows.weights).to(device)
        # Where no rows are matched with others, the numbers of single ones say nothing.
        matched = any(not same for v, _ in self.varied for same in v.same_rows)
        source = rows.unit if matched or units_or_none(rows.unit) is not None else None
        return replace(like, x=torch.from_numpy(x).to(device), weights=w, source=source)

    def _varied(self, block: Dataset, events: Events) -> Iterator[VariedEvents]:
        read = {v.name: v.alternatives for v in block.variations}
        for variation, here in self.varied:
            alternatives = []
            own = read.get(variation.name, ())
            for number, (bare, mine) in enumerate(zip(variation.alternatives, here, strict=True)):
                if not mine:
                    alternatives.append(bare)
                elif variation.name not in read:  # files that it does not change
                    alternatives.append(events)
                elif own[number].same_rows:
                    weights = merged(replace(block, weights=own[number].data.weights, variations=())).weights
                    alternatives.append(
                        replace(events, weights=torch.from_numpy(weights).to(events.x.device))
                    )
                else:
                    alternatives.append(self._events(own[number].data))
            yield replace(variation, alternatives=tuple(alternatives))


class EventsPass(ABC):
    """Part of a reading of all events: several share one (`together`).

    As `symhep.methods.passes.Pass`, of `Events` in place of a block of the input. It holds no events, and is pickled.
    """

    name: ClassVar[str]
    #: Arrays of the state that stand one after the other, block by block, and those of which the largest counts; all
    #: others are added.
    joined: ClassVar[frozenset[str]] = frozenset()
    largest: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def of_events(self, events: Events, number: int) -> State:
        """The state of the events of a block, the ``number``-th; there may be none."""

    def merge(self, first: State, second: State) -> State:
        """The state of two neighbouring runs of blocks."""

        def both(key: str) -> npt.NDArray[Any]:
            if key in self.joined:
                return np.concatenate([first[key], second[key]])
            one, other = first[key], second[key]
            return np.maximum(one, other) if key in self.largest else np.asarray(one + other)

        return {key: both(key) for key in first}


@dataclass(frozen=True, eq=False)
class Together(Pass):
    """Several passes over events, of which each block is made once."""

    works: tuple[EventsPass, ...]
    recipe: Recipe
    name: ClassVar[str] = "moments"

    def of_block(self, block: Dataset, number: int) -> State:
        """The states of all, with the number of the pass before their names."""
        return self.of_events(self.recipe(block), number)

    def of_events(self, events: Events, number: int) -> State:
        """See `of_block`."""
        return {
            f"{i}:{key}": array
            for i, work in enumerate(self.works)
            for key, array in work.of_events(events, number).items()
        }

    def merge(self, first: State, second: State) -> State:
        """Of each by its own rule."""
        parts = [work.merge(_part(first, i), _part(second, i)) for i, work in enumerate(self.works)]
        return {f"{i}:{key}": array for i, part in enumerate(parts) for key, array in part.items()}


def _part(state: State, number: int) -> State:
    start = f"{number}:"
    return {key.removeprefix(start): array for key, array in state.items() if key.startswith(start)}


def together(
    works: Sequence[EventsPass],
    events: Events,
    context: Context | None = None,
    variations: Sequence[VariedEvents] = (),
) -> list[State]:
    """The states of all blocks of ``events`` after one reading, which ``works`` share.

    The blocks are those of ``events.stream``. Events without one are read as they are in memory, in blocks of
    `symhep.events.stream.BLOCK_EVENTS`, one on each core; and those whose changed rows are in memory, too, as one
    block. ``context`` says where; None: here. ``variations`` are given to the passes as those of the events of each
    block.
    """
    if not works:
        return []
    work = Together(tuple(works), Recipe.of(events, variations))
    rows_of_their_own = any(
        mine and not same
        for v in variations
        for mine, same in zip(v.read_with(events), v.same_rows, strict=True)
    )
    if events.stream is None or (rows_of_their_own and not events.subsampled):
        whole = replace(events, variations=tuple(variations))
        parts = [whole] if rows_of_their_own else parts_of(whole)
        states = on_cores(lambda n: work.of_events(n[1], n[0]), enumerate(parts), events.x.device.type)
        total = tree_reduce(states, work.merge)
        assert total is not None  # no events are one part
    else:
        total = (reduce_here if context is None else context.reduce)(work, events.stream)
    return [_part(total, i) for i in range(len(works))]


def over_all(
    work: EventsPass,
    events: Events,
    context: Context | None = None,
    variations: Sequence[VariedEvents] = (),
) -> State:
    """`together` of one pass alone."""
    return together([work], events, context, variations)[0]


def parts_of(events: Events, step: int | None = None) -> Iterator[Events]:
    """Events in memory in blocks of about ``step`` rows, each with all rows of its independent events, in their order.

    >>> x = torch.zeros(4, 1, 2, dtype=torch.float64)
    >>> from symhep.lie.bases import so
    >>> events = Events(x, x[:, 0, 0] + 1, 1.0, ("x", "y"), "", False, so(2), source=np.array([1, 0, 1, 0]))
    >>> [part.source.tolist() for part in parts_of(events)]
    [[1, 1, 0, 0]]
    """
    place, count = units_or_none(events.source), len(events)
    order = None if place is None else np.argsort(place, kind="stable")
    starts = list(range(0, max(count, 1), step or BLOCK_EVENTS))
    if place is not None and order is not None and count:
        sorted_places = place[order]
        starts = list(dict.fromkeys(np.searchsorted(sorted_places, sorted_places[starts]).tolist()))
    for a, b in zip(starts, [*starts[1:], count], strict=True):
        yield _rows(events, slice(a, b) if order is None else order[a:b])


def _rows(events: Events, rows: slice | npt.NDArray[np.int64]) -> Events:
    def some(tensor: Tensor) -> Tensor:
        return tensor[rows if isinstance(rows, slice) else torch.from_numpy(rows).to(tensor.device)]

    taken = replace(
        events.bare,
        x=some(events.x),
        weights=some(events.weights),
        source=None if events.source is None else events.source[rows],
    )
    variations = tuple(
        replace(
            v,
            alternatives=tuple(
                replace(taken, weights=some(a.weights)) if same else a.bare
                for a, same in zip(v.alternatives, v.same_rows, strict=True)
            ),
        )
        for v in events.variations
    )
    return replace(taken, variations=variations)
