"""Cuts an LHE byte stream into headers and runs of whole events, and tells what is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from symhep.errors import InputError

__all__ = ["Damage", "EventRun", "HeaderText", "Kind", "split"]

IntArray = npt.NDArray[np.int64]

_TITLE = b"LesHouchesEvents"
_OPEN, _CLOSE = b"<" + _TITLE, b"</" + _TITLE
_INIT_END = re.compile(rb"</init\s*>")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
# Memory stays bounded whatever a file holds: no real header or event comes near this.
_LIMIT = 1 << 28
# A file that is LHE says so early.
_TITLE_LIMIT = 1 << 20


@dataclass(frozen=True)
class HeaderText:
    """Everything of one document up to ``</init>``; ``byte`` is where it starts."""

    text: bytes
    byte: int


@dataclass(frozen=True)
class Damage:
    """Something that lost events outside whole events; ``events`` None if nobody can know how many."""

    reason: str
    byte: int
    events: int | None = None
    hint: str | None = None


class Kind(IntEnum):
    """What a mark turned out to be."""

    WHOLE = 0
    CUT = 1  # <event> without </event>
    STRAY = 2  # </event> without <event>


@dataclass(frozen=True)
class EventRun:
    """Events in file order: kinds, where each starts in ``text``, its numbers, and where it ends.

    ``start:stop`` spans the element, ``body:tail`` the text before its first inner
    tag, ``tail:stop`` the inner tags (weights, scales, ...). ``byte`` is the place
    of ``text`` in the file.
    """

    text: bytes
    byte: int
    kind: IntArray
    start: IntArray
    body: IntArray
    tail: IntArray
    stop: IntArray

    def __len__(self) -> int:
        return len(self.kind)


@dataclass
class _Cursor:
    """Where the splitting stands: the text not yet dealt with, and what it belongs to."""

    text: bytes = b""
    byte: int = 0  # place of text in the file
    in_header: bool = True
    documents: int = 0
    footer: bool = True  # has the present document been closed?
    searched: int = 0  # bytes of text already searched for the end of the header
    pending: list[HeaderText | EventRun | Damage] = field(default_factory=list)

    def advance(self, n: int) -> None:
        self.text, self.byte = self.text[n:], self.byte + n


def split(stream: Iterator[bytes]) -> Iterator[HeaderText | EventRun | Damage]:
    """Headers, runs of events and damage, in file order. Several documents may follow one another.

    The text is searched as bytes, so that a bare ``<`` or ``&`` in a run card, or
    an entity, is only text. An `InputError` of ``stream`` becomes `Damage`.
    """
    at = _Cursor()
    try:
        for block in stream:
            at.text += block
            yield from _drain(at, final=False)
            if len(at.text) > _LIMIT:
                yield _too_long(at)
                return
            if at.in_header and len(at.text) > _TITLE_LIMIT and _OPEN not in at.text:
                break
    except InputError as error:
        yield Damage(error.message, error.byte or at.byte, hint=error.hint)
        yield from _drain(at, final=True, cut=True)
    else:
        yield from _drain(at, final=True)


def _drain(at: _Cursor, final: bool, cut: bool = False) -> Iterator[HeaderText | EventRun | Damage]:
    """Everything that can be told from the text at hand."""
    while True:
        if at.in_header:
            if not _take_header(at):
                break
        elif not _take_events(at, final):
            break
        yield from at.pending
        at.pending.clear()
    if final:
        _finish(at, cut)
    yield from at.pending
    at.pending.clear()


def _take_header(at: _Cursor) -> bool:
    """Move past a header, if its end is at hand."""
    found = _INIT_END.search(at.text, at.searched)
    if found is None:
        at.searched = max(0, len(at.text) - 64)
        return False
    close = found.end()
    begin = at.text.rfind(_OPEN, 0, close)
    if begin < 0:
        at.searched = close
        return False
    if (first := at.text.find(_OPEN)) < begin:
        at.pending.append(_no_init(at.text[first:begin], at.byte + first))
        at.advance(begin)
        close -= begin
    at.pending.append(HeaderText(at.text[:close], at.byte))
    at.advance(close)
    at.in_header, at.footer, at.searched = False, False, 0
    at.documents += 1
    return True


def _take_events(at: _Cursor, final: bool) -> bool:
    """Move past the whole events at hand; True if another document begins behind them."""
    usable = len(at.text)
    if b"<!--" in at.text:
        at.text = _COMMENT.sub(lambda m: b" " * len(m[0]), at.text)
        opened = at.text.find(b"<!--")
        usable = opened if opened >= 0 else usable
    titled = _TITLE in at.text  # one search stands for two in nearly every block
    following = at.text.find(_OPEN, 0, usable) if titled else -1
    section = at.text[: following if following >= 0 else usable]
    run, rest = find_events(section, at.byte, final or following >= 0)
    at.footer = at.footer or (titled and _CLOSE in section)
    if (zero := section.find(0, 0, following if following >= 0 else rest)) >= 0:
        place = at.byte + zero
        at.pending.append(Damage("zero bytes where text belongs: part of the file was never written", place))
    if len(run):
        at.pending.append(run)
    if following < 0:
        at.advance(rest)
        return False
    at.advance(following)
    if not at.footer:
        at.pending.append(_no_footer(at.byte, "before the next document begins"))
    at.in_header = True
    return True


def _finish(at: _Cursor, cut: bool) -> None:
    """Say what is missing at the end of the stream."""
    end = at.byte + len(at.text)
    if not at.in_header:
        if b"<!--" in at.text:
            at.pending.append(Damage("a comment is opened and never closed", at.byte, hint="look at this place"))
        if not at.footer and not cut:
            at.pending.append(_no_footer(end, "at the end of the file"))
        return
    if cut and at.documents == 0:
        return
    if not at.text.strip():
        if at.documents == 0:
            reason = "the file holds only blanks" if at.text else "the file is empty"
            at.pending.append(Damage(reason, 0, hint="run the generator again"))
        return
    if _OPEN in at.text:
        at.pending.append(_no_init(at.text, at.byte))
    else:
        reason = "no <LesHouchesEvents> tag: this is not an LHE file"
        at.pending.append(Damage(reason, at.byte, hint="check the file and its format"))


def _no_init(text: bytes, byte: int) -> Damage:
    events = len(re.findall(rb"<event[\s>]", text)) or None
    hint = "run the generator, or the copying, again"
    return Damage("the header is cut: there is no complete <init> block", byte, events, hint)


def _no_footer(byte: int, where: str) -> Damage:
    return Damage(
        f"</LesHouchesEvents> is missing {where}: events may be lost", byte,
        hint="run the job again, or keep what there is with 'bad_files: skip'",
    )


def _too_long(at: _Cursor) -> Damage:
    what = "header" if at.in_header else "event"
    return Damage(f"the {what} that begins here has no end within {_LIMIT >> 20} MB", at.byte)


def find_events(text: bytes, byte: int, final: bool) -> tuple[EventRun, int]:
    """The events of ``text``, and how much of it is dealt with.

    Unless ``final``, an event that is still open at the end is left for later.

    >>> run, rest = find_events(b"<event> 1 </event><event a='1'> 2 <rwgt/></event><event> 3", 0, final=False)
    >>> [run.text[i:j] for i, j in zip(run.body, run.tail)], rest
    ([b' 1 ', b' 2 '], 49)
    """
    buffer = np.frombuffer(text, dtype=np.uint8)
    less = np.flatnonzero(buffer == ord("<"))
    opens, closes = _tags(buffer, less, b"event"), _tags(buffer, less, b"/event")
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
    return EventRun(text, byte, kind, start, body, tail, stop), rest


def _tags(buffer: npt.NDArray[np.uint8], less: IntArray, name: bytes) -> IntArray:
    """Places of '<' + name, followed by a blank or '>'."""
    places = less[less + len(name) + 1 < len(buffer)]
    for i, letter in enumerate(name, start=1):
        places = places[buffer[places + i] == letter]
    behind = buffer[places + len(name) + 1]
    return places[(behind <= 32) | (behind == ord(">"))]


def _rest(text: bytes, marks: IntArray, is_open: npt.NDArray[np.bool_]) -> int:
    """How much of ``text`` needs no second look when no event is open: a tag may be cut at its end."""
    last = text.rfind(b"<", max(0, len(text) - 64))
    seen = int(marks[-1]) + 1 if len(marks) else 0
    return last if last >= seen else len(text)
