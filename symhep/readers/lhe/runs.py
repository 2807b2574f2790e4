"""Runs of events in a text: where each begins and ends, and which are broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

__all__ = ["EventRun", "Kind", "Tags", "find_events", "numbers_between"]

IntArray = npt.NDArray[np.int64]

_FOOTER = b"</LesHouchesEvents"
_TAG = re.compile(rb"</?[A-Za-z]")
_TAG_PAIR = re.compile(rb"<[^<>]*>")
_REMARK = re.compile(rb"#[^\n]*")
# The first line of an event has six numbers: twelve bytes at the very least.
_FIRST_LINE, _FIRST_LINE_BYTES = 6, 12


class Tags:
    """A text and the places of '<' in it, found once: tags are then cheap to find by name."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.buffer = np.frombuffer(text, dtype=np.uint8)
        self.less = np.flatnonzero(self.buffer == ord("<"))

    def starting(self, name: bytes) -> IntArray:
        """Places of '<' followed by ``name``."""
        places = self.less[self.less + len(name) < len(self.buffer)]
        for i, letter in enumerate(name, start=1):
            places = places[self.buffer[places + i] == letter]
        return places

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
    MERGED = 3  # inner tags without partner, or numbers behind them: tags between two events are damaged


@dataclass(frozen=True)
class EventRun:
    """Events in file order: kinds, where each starts in ``text``, its numbers, and where it ends.

    ``start:stop`` spans the element, ``body:tail`` the text before its first inner
    tag, ``tail:stop`` the inner tags (weights, scales, ...). ``loose`` are places of
    text that belongs to no tag. ``byte`` is the place of ``text`` in the file.
    """

    text: bytes
    byte: int
    kind: IntArray
    start: IntArray
    body: IntArray
    tail: IntArray
    stop: IntArray
    loose: IntArray

    def __len__(self) -> int:
        return len(self.kind)


def find_events(tags: Tags, byte: int, final: bool) -> tuple[EventRun, int]:
    """The events of a text at ``byte`` of the file, and how much of it is dealt with.

    Unless ``final``, an event that is still open at the end is left for later.

    >>> tags = Tags(b"<event> 1 </event><event a='1'> 2 <rwgt/></event><event> 3")
    >>> run, rest = find_events(tags, 0, final=False)
    >>> [run.text[i:j] for i, j in zip(run.body, run.tail)], rest
    ([b' 1 ', b' 2 '], 49)
    """
    text, buffer, less = tags.text, tags.buffer, tags.less
    opens, closes = tags.named(b"event"), tags.named(b"/event")
    order = np.argsort(np.concatenate([opens, closes]), kind="stable")
    marks = np.concatenate([opens, closes])[order]
    is_open = order < len(opens)
    next_closes = np.append(~is_open[1:], False)[: len(marks)]
    after_open = np.insert(is_open[:-1], 0, False)[: len(marks)]
    kind = np.where(is_open, np.where(next_closes, Kind.WHOLE, Kind.CUT), Kind.STRAY)
    counts = is_open | ~after_open  # every mark but the closing one of a whole event
    next_mark = np.append(marks[1:], len(text))[: len(marks)]

    rest = _rest(text, marks, is_open)
    if not final and len(marks) and is_open[-1]:
        counts[-1], rest = False, int(marks[-1])
    start, stop, kind = marks[counts], next_mark[counts], kind[counts].astype(np.int64)
    greater = np.append(np.flatnonzero(buffer == ord(">")), len(text))
    body = np.minimum(greater[np.searchsorted(greater, start)] + 1, stop)
    ends = np.append(less, len(text))
    tail = np.minimum(ends[np.searchsorted(ends, body)], stop)
    loose, crooked = _loose(tags, greater, start, stop)
    for i in crooked:
        if kind[i] == Kind.WHOLE and not _paired(text[start[i] : stop[i]]):
            kind[i] = Kind.MERGED
    return EventRun(text, byte, kind, start, body, tail, stop, loose[loose < rest]), rest


def _loose(tags: Tags, greater: IntArray, start: IntArray, stop: IntArray) -> tuple[IntArray, IntArray]:
    """Where text of some length follows a tag that opens nothing or never ends; events whose tags do not pair."""
    buffer, less = tags.buffer, tags.less
    if not len(less):
        return less, less
    following = np.append(less[1:], len(buffer))
    end = greater[np.searchsorted(greater, less)]
    endless = end >= following
    begin = np.where(endless, less, end + 1)
    letter = buffer[np.minimum(less + 1, len(buffer) - 1)]
    closes = letter == ord("/")
    aside = (buffer[end - 1] == ord("/")) | (letter == ord("!")) | (letter == ord("?"))
    level = np.concatenate([[0], np.cumsum(np.where(closes, -1, np.where(aside, 0, 1)))])
    first, last = np.searchsorted(less, start), np.searchsorted(less, stop)
    # An event's own closing tag stands at its stop: before it, one tag more is open than before the event.
    crooked = np.flatnonzero(level[last] - level[first] != 1)
    return begin[(following - begin >= _FIRST_LINE_BYTES) & (closes | aside | endless)], crooked


def _paired(event: bytes) -> bool:
    """Does every inner tag, outside remarks, have its partner? ``event`` ends before its closing tag.

    >>> _paired(b"<event> 1 # <a> < b\\n <rwgt> <x/> </rwgt>"), _paired(b"<event> 1 <rwgt> ")
    (True, False)
    """
    text = _REMARK.sub(b"", event)
    tags = [t for t in _TAG_PAIR.findall(text) if not t.endswith(b"/>") and t[1:2] not in b"!?"]
    return 2 * sum(t.startswith(b"</") for t in tags) + 1 == len(tags)


def numbers_between(run: EventRun) -> list[int]:
    """Places of numbers between events; an event that holds the numbers of another one is marked.

    Both come of damaged tags, and would be lost without a sign: no tag is left to count.
    """
    places = []
    for begin in run.loose.tolist():
        tag, following = (
            run.text.rfind(b"<", 0, begin + 1),
            run.text.find(b"<", begin + 1) % (len(run.text) + 1),
        )
        numbers = len(_REMARK.sub(b"", run.text[begin:following]).split()) >= _FIRST_LINE
        endless = _TAG.match(run.text, tag) and b">" not in run.text[tag:following]
        # A tag in a remark is none, and what follows the footer is nobody's.
        aside = b"#" in run.text[run.text.rfind(b"\n", 0, tag) + 1 : tag] or run.text.startswith(_FOOTER, tag)
        if aside or not (numbers or endless):
            continue
        i = int(np.searchsorted(run.start, begin, side="right")) - 1
        if i >= 0 and begin < run.stop[i]:
            if run.kind[i] == Kind.WHOLE:
                run.kind[i] = Kind.MERGED
        elif i + 1 == len(run) or run.kind[i + 1] != Kind.STRAY:
            places.append(begin)
    return places


def _rest(text: bytes, marks: IntArray, is_open: npt.NDArray[np.bool_]) -> int:
    """How much of ``text`` needs no second look when no event is open: a tag may be cut at its end."""
    last = text.rfind(b"<", max(0, len(text) - 64))
    seen = int(marks[-1]) + 1 if len(marks) else 0
    return last if last >= seen else len(text)
