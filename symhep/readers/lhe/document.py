"""Cuts an LHE byte stream into headers and runs of whole events, and tells what is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from symhep.errors import InputError
from symhep.readers.lhe.header_end import header_end, plain, swallowed
from symhep.readers.lhe.runs import EventRun, Tags, find_events

__all__ = ["TITLE", "Damage", "HeaderText", "split"]

#: The tag of a document.
TITLE = b"LesHouchesEvents"
_OPEN = b"<" + TITLE
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
# Memory stays bounded whatever a file holds: no real header or event comes near this.
_LIMIT = 1 << 26
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
    after: int = 0  # events of the run told next that come before it


@dataclass
class _Cursor:
    """Where the splitting stands: the text not yet dealt with, and what it belongs to."""

    text: bytes = b""
    byte: int = 0  # place of text in the file
    in_header: bool = True
    documents: int = 0
    footer: bool = True  # has the present document been closed?
    look_at: int = 0  # bytes of text from which another look for the end of the header is worth its time
    pending: list[HeaderText | EventRun | Damage] = field(default_factory=list)

    def advance(self, n: int) -> None:
        self.text, self.byte = self.text[n:], self.byte + n


def split(stream: Iterator[bytes], byte: int | None = None) -> Iterator[HeaderText | EventRun | Damage]:
    """Headers, runs of events and damage, in file order. Several documents may follow one another.

    With ``byte`` the stream begins there, at an event whose header is known.
    The text is searched as bytes, so that a bare ``<`` or ``&`` in a run card, or
    an entity, is only text. An `InputError` of ``stream`` becomes `Damage`.
    """
    at = _Cursor() if byte is None else _Cursor(byte=byte, in_header=False, documents=1, footer=False)
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
            if not _take_header(at, final):
                break
        elif not _take_events(at, final):
            break
        yield from at.pending
        at.pending.clear()
    if final:
        _finish(at, cut)
    yield from at.pending
    at.pending.clear()


def _take_header(at: _Cursor, final: bool) -> bool:
    """Move past a header, if its end is at hand."""
    if not final and len(at.text) < at.look_at:
        return False
    text = plain(at.text)
    end = header_end(text)
    if end is None and final:
        # A comment or a <header> that is never closed must not hide the events behind it.
        text = at.text
        end = header_end(text)
    if end is None or (begin := text.rfind(_OPEN, 0, end.place)) < 0:
        at.look_at = 2 * len(at.text)
        return False
    if begin and (swallowed(at.text[:begin]) or _OPEN in text[:begin]):
        at.pending.append(_no_init(at.text[:begin], at.byte))
    if inside := swallowed(at.text[begin : end.place]):
        reason = "the header contains events: parts of the file are misplaced"
        at.pending.append(
            Damage(reason, at.byte + begin + inside[0], len(inside), hint="check the file at this position")
        )
    at.pending.append(HeaderText(at.text[begin : end.place], at.byte + begin))
    at.advance(end.place)
    if end.early:
        reason = "an event begins before </init>: the header is damaged"
        at.pending.append(Damage(reason, at.byte, hint="check the file at this position"))
    at.in_header, at.footer, at.look_at = False, False, 0
    at.documents += 1
    return True


def _take_events(at: _Cursor, final: bool) -> bool:
    """Move past the whole events at hand; True if another document begins behind them."""
    usable = len(at.text)
    tags = Tags(at.text)
    if len(tags.starting(b"!--")):
        _blank_comments(at)
        opened = at.text.find(b"<!--")
        usable = opened if opened >= 0 else usable
        tags = Tags(at.text[:usable])
    titles = tags.starting(TITLE)
    following = int(titles[0]) if len(titles) else -1
    if following >= 0:
        tags = Tags(at.text[:following])
    run, rest = find_events(tags, at.byte, final or following >= 0)
    # What follows the footer is nobody's: it is neither looked at nor kept, unless events come there.
    in_event = rest in tags.named(b"event")
    passed = at.footer and not len(run) and not in_event
    at.footer = at.footer or (not in_event and len(tags.starting(b"/" + TITLE)) > 0)
    if (zero := tags.text.find(0, 0, following if following >= 0 else rest)) >= 0:
        place = at.byte + zero
        at.pending.append(Damage("zero bytes instead of text: part of the file was not written", place))
    at.pending += [
        Damage(
            "text between events that is not a comment: the tags of an event may be damaged",
            at.byte + place,
            hint="check the file at this position; write comments as <!-- -->, or after a '#'",
            after=after,
        )
        for place, after in ([] if passed else run.gaps)
    ]
    if len(run):
        at.pending.append(run)
    if following < 0:
        at.advance(_passed(tags.text) if passed and not final else rest)
        return False
    at.advance(following)
    if not at.footer:
        at.pending.append(_no_footer(at.byte, "before the next document begins"))
    at.in_header = True
    return True


def _blank_comments(at: _Cursor) -> None:
    """Comments become blanks, so that every byte keeps its place."""
    for comment in _COMMENT.finditer(at.text):
        if b"<!--" in comment[0][4:]:
            reason = "a comment begins within a comment: events may be lost in it"
            at.pending.append(
                Damage(reason, at.byte + comment.start(), hint="check the file at this position")
            )
    at.text = _COMMENT.sub(lambda m: b" " * len(m[0]), at.text)


def _passed(text: bytes) -> int:
    """How much of ``text`` needs no second look: a tag may be cut at its end."""
    last = text.rfind(b"<", max(0, len(text) - 64))
    return last if last >= 0 else len(text)


def _finish(at: _Cursor, cut: bool) -> None:
    """Say what is missing at the end of the stream."""
    end = at.byte + len(at.text)
    if not at.in_header:
        if b"<!--" in at.text:
            at.pending.append(
                Damage("a comment is not closed", at.byte, hint="check the file at this position")
            )
        if not at.footer and not cut:
            at.pending.append(_no_footer(end, "at the end of the file"))
        return
    if cut and at.documents == 0:
        return
    if not at.text.strip():
        if at.documents == 0:
            reason = "the file contains only blanks" if at.text else "the file is empty"
            at.pending.append(Damage(reason, 0, hint="run the generator again"))
        return
    if _OPEN in at.text:
        at.pending.append(_no_init(at.text, at.byte))
    else:
        reason = "no <LesHouchesEvents> tag: this is not an LHE file"
        at.pending.append(Damage(reason, at.byte, hint="check the format of the file"))


def _no_init(text: bytes, byte: int) -> Damage:
    events = len(re.findall(rb"<event[\s>]", text)) or None
    hint = "run the generator or copy the file again"
    return Damage("the header is truncated: there is no complete <init> block", byte, events, hint)


def _no_footer(byte: int, where: str) -> Damage:
    return Damage(
        f"</LesHouchesEvents> is missing {where}: events may be lost",
        byte,
        hint="run the job again, or use the events before this point with 'bad_files: skip'",
    )


def _too_long(at: _Cursor) -> Damage:
    what = "header" if at.in_header else "event"
    return Damage(f"the {what} that begins here has no end within {_LIMIT >> 20} MB", at.byte)
