"""Runs of events in a text: where each begins and ends, and which are broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from symhep.readers.lhe.attributes import ATTRIBUTES
from symhep.readers.lhe.gaps import FOOTER, foreign
from symhep.readers.lhe.nesting import nested, suspects, without_remarks

__all__ = ["EventRun", "Kind", "Tags", "find_events"]

IntArray = npt.NDArray[np.int64]

_CLOSING = re.compile(rb"</event\s*>")
_OPENING = re.compile(rb"<event" + ATTRIBUTES + rb">")


class Tags:
    """A text and the places of '<' in it, found once: tags are then cheap to find by name."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.buffer = np.frombuffer(text, dtype=np.uint8)
        self.less = np.flatnonzero(self.buffer == ord("<"))
        # Names are compared four letters at a time: the four from each byte on are one number.
        self._fours = np.ndarray(len(text) + 1, "<u4", text + bytes(4), strides=(1,))
        self._first = self._fours[self.less + 1]
        self._found: dict[bytes, IntArray] = {}

    def starting(self, name: bytes) -> IntArray:
        """Places of '<' followed by ``name``."""
        if name not in self._found:
            head = name[:4]
            first = self._first if len(head) == 4 else self._first & ((1 << 8 * len(head)) - 1)
            places = self.less[first == int.from_bytes(head, "little")]
            for i in range(4, len(name), 4):
                begin = min(i, len(name) - 4)
                four = int.from_bytes(name[begin : begin + 4], "little")
                places = places[self._fours[places + 1 + begin] == four]
            self._found[name] = places
        return self._found[name]

    def named(self, name: bytes) -> IntArray:
        """The same, where the name ends there."""
        places = self.starting(name)
        places = places[places + len(name) + 1 < len(self.buffer)]
        behind = self.buffer[places + len(name) + 1]
        return places[(behind <= 32) | (behind == ord(">"))]


class Kind(IntEnum):
    """What a mark turned out to be."""

    WHOLE = 0
    CUT = 1  # <event> without </event>
    STRAY = 2  # </event> without <event>
    MERGED = 3  # inner tags that do not nest, or numbers beside them: tags between two events are damaged


@dataclass(frozen=True)
class EventRun:
    """Events in file order: kinds, where each starts in ``text``, its numbers, and where it ends.

    ``start:stop`` spans the element, ``body:tail`` the text before its first inner
    tag, ``tail:stop`` the inner tags (weights, scales, ...). ``gaps`` has, for each
    gap between events that is not as it should be, the place of the damage and
    how many of the events come before. ``byte`` is the place of ``text`` in the file.
    """

    text: bytes
    byte: int
    kind: IntArray
    start: IntArray
    body: IntArray
    tail: IntArray
    stop: IntArray
    gaps: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, first: int, last: int) -> EventRun:
        """Events ``first:last``; what stands between events is no part of it."""
        cut = slice(first, last)
        return EventRun(
            self.text, self.byte, self.kind[cut], self.start[cut], self.body[cut], self.tail[cut], self.stop[cut], []
        )  # fmt: skip


def find_events(tags: Tags, byte: int, final: bool) -> tuple[EventRun, int]:
    """The events of a text at ``byte`` of the file, and how much of it is dealt with.

    The text begins between events. Unless ``final``, an event or a gap that is
    still open at the end is left for later.

    >>> tags = Tags(b"<event> 1 </event><event a='1'> 2 <rwgt/></event><event> 3")
    >>> run, rest = find_events(tags, 0, final=False)
    >>> [run.text[i:j] for i, j in zip(run.body, run.tail)], rest
    ([b' 1 ', b' 2 '], 49)
    """
    text, buffer, less = tags.text, tags.buffer, tags.less
    greater = np.append(np.flatnonzero(buffer == ord(">")), len(text))
    opens, closes = tags.named(b"event"), tags.named(b"/event")
    if not final:
        closes = closes[closes < (greater[-2] if len(greater) > 1 else 0)]
    order = np.argsort(np.concatenate([opens, closes]), kind="stable")
    marks = np.concatenate([opens, closes])[order]
    is_open = order < len(opens)
    next_closes = np.append(~is_open[1:], False)[: len(marks)]
    after_open = np.insert(is_open[:-1], 0, False)[: len(marks)]
    kind = np.where(is_open, np.where(next_closes, Kind.WHOLE, Kind.CUT), Kind.STRAY)
    counts = is_open | ~after_open  # every mark but the closing one of a whole event
    next_mark = np.append(marks[1:], len(text))[: len(marks)]

    behind = _behind(text, buffer, marks, is_open)
    rest = int(behind[-1]) if len(marks) else 0
    damage = _foreign(tags, marks, behind, is_open)
    in_event = len(marks) > 0 and bool(is_open[-1])
    footer = -1 if in_event else text.find(FOOTER, rest)
    if not in_event and (final or footer >= 0):
        if (place := foreign(text[rest:], last=True)) is not None:
            damage.append((rest + place, len(marks)))
        rest = footer + len(FOOTER)
    if final:
        rest = len(text)
    elif in_event:
        counts[-1] = False
    start, stop, kind = marks[counts], next_mark[counts], kind[counts].astype(np.int64)
    body = np.minimum(_opened(text, buffer, start, greater[np.searchsorted(greater, start)] + 1), stop)
    ends = np.append(less, len(text))
    tail = np.minimum(ends[np.searchsorted(ends, body)], stop)
    for i in suspects(buffer, less, greater, start, stop).tolist():
        if kind[i] != Kind.WHOLE:
            continue
        inner = without_remarks(text[body[i] : stop[i]])
        first = inner.find(b"<") % (len(inner) + 1)
        tail[i] = body[i] + first
        if not nested(inner[first:]):
            kind[i] = Kind.MERGED
    gaps = [(place, int(counts[:i].sum())) for place, i in damage]
    return EventRun(text, byte, kind, start, body, tail, stop, gaps), rest


def _opened(text: bytes, buffer: npt.NDArray[np.uint8], start: IntArray, body: IntArray) -> IntArray:
    """Where the text behind each opening tag begins, if ``body`` follows its first '>': that may stand in quotes."""
    with_attributes = np.flatnonzero(body - start > len(b"<event>"))
    if not len(with_attributes):
        return body
    body = body.copy()
    open_quote = np.zeros(len(with_attributes), dtype=bool)
    for quote in b"\"'":
        places = np.flatnonzero(buffer == quote)
        inside = np.searchsorted(places, body[with_attributes]) - np.searchsorted(
            places, start[with_attributes]
        )
        open_quote |= inside % 2 == 1
    for i in with_attributes[open_quote].tolist():
        if found := _OPENING.match(text, int(start[i])):
            body[i] = found.end()
    return body


def _behind(
    text: bytes, buffer: npt.NDArray[np.uint8], marks: IntArray, is_open: npt.NDArray[np.bool_]
) -> IntArray:
    """Where the text behind each ``</event>`` begins; an ``<event>`` keeps its place."""
    behind = marks.copy()
    closes = np.flatnonzero(~is_open)
    names = marks[closes] + len(b"</event")
    usual = buffer[names] == ord(">")
    behind[closes] = names + usual
    for i in closes[~usual].tolist():
        if found := _CLOSING.match(text, int(marks[i])):
            behind[i] = found.end()
    return behind


def _foreign(
    tags: Tags, marks: IntArray, behind: IntArray, is_open: npt.NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Damage in the gaps before events: its place, and the number of the mark behind it.

    What stands before a ``</event>`` without beginning is that event's, and told as such.
    """
    begins = np.insert(behind, 0, 0)[: len(marks)]
    is_gap = is_open & ~np.insert(is_open[:-1], 0, False)[: len(marks)]
    usual = (marks - begins == 1) & (tags.buffer[begins] == ord("\n"))
    found = []
    for i in np.flatnonzero(is_gap & ~usual).tolist():
        begin = int(begins[i])
        if (place := foreign(tags.text[begin : int(marks[i])], last=False)) is not None:
            found.append((begin + place, i))
    return found
