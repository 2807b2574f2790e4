"""Which numbers belong together: one per event, one per member of an object, or one per pair of members of two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import CardError

__all__ = ["EVENTS", "MEMBER", "Axis", "Pairs", "Rows", "TooManyPairs", "Value", "common_rows", "grouped"]

IntArray = npt.NDArray[np.int64]
#: Hidden field of members: a number by which a member is known again in other objects of the same collection.
MEMBER = "_member"
#: Pairs that are formed at a time, unless a single event has more.
LARGEST = 4_000_000


class TooManyPairs(Exception):
    """More pairs than should be in memory: the events are to be taken in smaller groups."""


@dataclass(frozen=True, eq=False)
class Axis:
    """The members of one object, event by event: ``counts`` (N,), and the number each member is known by, or None.

    Of two objects the one of lower ``order`` is the outer one: reducers go over the other.
    """

    name: str
    counts: IntArray
    member: IntArray | None = None
    order: int = 0

    @cached_property
    def starts(self) -> IntArray:
        """(N,) position of the first member of each event among all members."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def events(self) -> IntArray:
        """Number of the event of each member."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every member of ``outer`` with every member of ``inner`` in the same event, but never one with itself."""

    outer: Axis
    inner: Axis

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.outer.name} and {self.inner.name}"

    @cached_property
    def _all(self) -> tuple[IntArray, IntArray]:
        many = self.inner.counts[self.outer.events]
        if many.sum() > LARGEST and len(self.outer.counts) > 1:
            raise TooManyPairs
        first = np.repeat(np.arange(len(many)), many)
        within = np.arange(len(first)) - np.repeat(np.cumsum(many) - many, many)
        second = np.repeat(self.inner.starts[self.outer.events], many) + within
        if self.outer.member is not None and self.inner.member is not None:
            others = self.outer.member[first] != self.inner.member[second]
            first, second = first[others], second[others]
        return first, second

    @property
    def first(self) -> IntArray:
        """(K,) number of the outer member of each pair."""
        return self._all[0]

    @property
    def second(self) -> IntArray:
        """(K,) number of the inner member of each pair."""
        return self._all[1]

    @cached_property
    def counts(self) -> IntArray:
        """How many pairs each outer member is in."""
        return np.bincount(self.first, minlength=int(self.outer.counts.sum())).astype(np.int64)

    @cached_property
    def starts(self) -> IntArray:
        """Position of the first pair of each outer member."""
        return np.cumsum(self.counts) - self.counts


#: A value per event.
EVENTS = None
Rows = Axis | Pairs | None


@dataclass(frozen=True, eq=False)
class Value:
    """What an expression gives: a flat array with one entry per row, or a constant."""

    content: Any
    rows: Rows = EVENTS

    @property
    def constant(self) -> bool:
        """Is it the same everywhere?"""
        return not isinstance(self.content, ak.Array)

    def on(self, rows: Rows) -> Any:
        """The content for ``rows``, which are these or finer ones."""
        if self.constant or rows is self.rows:
            return self.content
        if isinstance(rows, Axis):
            return self.content[rows.events]
        assert isinstance(rows, Pairs)
        if self.rows is EVENTS:
            return self.content[rows.outer.events[rows.first]]
        return self.content[rows.first if self.rows is rows.outer else rows.second]

    def nested(self) -> Any:
        """As one gets it from awkward: a number, a value per event, lists, or lists of lists."""
        if self.constant or self.rows is EVENTS:
            return self.content
        lists = ak.unflatten(self.content, self.rows.counts)
        return lists if isinstance(self.rows, Axis) else ak.unflatten(lists, self.rows.outer.counts)


def common_rows(values: Iterable[Value], known: dict[tuple[int, int], Pairs]) -> Rows:
    """The coarsest rows that all ``values`` can be given for. ``known`` keeps pairs that were formed.

    Raises `CardError` for members of more than two objects at a time.
    """
    axes: list[Axis] = []
    for value in values:
        if value.constant or value.rows is EVENTS:
            continue
        mine = [value.rows] if isinstance(value.rows, Axis) else [value.rows.outer, value.rows.inner]
        axes += [axis for axis in mine if not any(axis is other for other in axes)]
    if len(axes) < 2:
        return axes[0] if axes else EVENTS
    if len(axes) > 2:
        raise CardError(
            f"members of {', '.join(a.name for a in axes)} cannot be combined in one expression",
            hint="reduce one of them first, as in any(...) or min(...)",
        )
    outer, inner = sorted(axes, key=lambda axis: axis.order)
    return known.setdefault((id(outer), id(inner)), Pairs(outer, inner))


def grouped(value: Value) -> tuple[ak.Array, Rows]:
    """The innermost lists of ``value``, and the rows that each list belongs to."""
    rows = value.rows
    if rows is EVENTS:
        raise TypeError("it has one value per event, not one per member")
    lists = ak.unflatten(value.content, rows.counts)
    return lists, (EVENTS if isinstance(rows, Axis) else rows.outer)
