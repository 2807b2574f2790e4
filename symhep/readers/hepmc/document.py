"""Cuts a HepMC byte stream into headers and runs of whole events, and tells what is broken.

A document stands between ``HepMC::...-START_EVENT_LISTING`` and ``HepMC::...-END_EVENT_LISTING``; its
header ends where the first line begins with ``E``, and each event at the next such line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhep.errors import InputError
from symhep.readers.hepmc.lines import line_starts
from symhep.readers.lhe.document import Damage

__all__ = ["Damage", "EventTexts", "Header", "split"]

IntArray = npt.NDArray[np.int64]

#: Versions of the format by the name in the listing's tag.
_VERSIONS = {b"Asciiv3": 3, b"IO_GenEvent": 2}
_LISTING = re.compile(rb"HepMC::(\w+)-(START|END)_EVENT_LISTING\s*")
_VERSION = re.compile(rb"HepMC::Version\s+(\S+)\s*")
# Memory stays bounded whatever a file holds: no real event comes near this.
_LIMIT = 1 << 26
# A file that is HepMC says so early.
_TITLE_LIMIT = 1 << 16
_AGAIN = "run the generator or copy the file again"
_CLOSE = "run the job again, or use the events before this point with 'bad_files: skip'"


@dataclass(frozen=True)
class Header:
    """A document begins: the format's version (2 or 3), the library's own, the lines before the first event."""

    version: int
    library: str
    text: bytes


@dataclass(frozen=True)
class EventTexts:
    """N whole events: event i is ``text[start[i]:start[i + 1]]`` and begins at the file's byte ``byte + start[i]``."""

    text: bytes
    byte: int
    start: IntArray  # (N + 1,)
    version: int

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass
class _State:
    """Between which lines the splitting stands."""

    version: int | None = None  # of the open document
    library: str = ""
    heading: bool = False  # nothing of the open document has been told yet
    documents: int = 0
    pending: list[Header | EventTexts | Damage] = field(default_factory=list)

    def tell(self) -> Iterator[Header | EventTexts | Damage]:
        """What has been found, once."""
        found, self.pending = self.pending, []
        yield from found


def split(stream: Iterator[bytes]) -> Iterator[Header | EventTexts | Damage]:
    """Headers, runs of events and damage, in file order. Several documents may follow one another.

    An `InputError` of ``stream`` becomes `Damage`; the event that it cuts is not told.
    """
    state, text, byte, searched = _State(), b"", 0, 0
    try:
        for block in stream:
            text += block
            # Where a line begins an event or a document all that is before it is whole.
            after = max(0, searched - 8)
            usable = max(text.rfind(b"\nE ", after), text.rfind(b"\nHepMC::", after)) + 1
            if usable:
                _take(state, text[:usable], byte)
                yield from state.tell()
                text, byte = text[usable:], byte + usable
            searched = len(text)
            if searched > _LIMIT:
                yield Damage(f"the event that begins here has no end within {_LIMIT >> 20} MB", byte)
                return
            if not state.documents and searched > _TITLE_LIMIT:
                break
    except InputError as error:
        yield Damage(error.message, byte if error.byte is None else error.byte, hint=error.hint)
        return
    _take(state, text, byte)
    if state.version is not None:
        reason = "END_EVENT_LISTING is missing at the end of the file: events may be lost"
        state.pending.append(Damage(reason, byte + len(text), hint=_CLOSE))
    elif not state.documents and not state.pending:
        state.pending.append(Damage("the file contains only blanks" if text else "the file is empty", 0))
    yield from state.tell()


def _take(state: _State, text: bytes, byte: int) -> None:
    """Everything that whole lines tell."""
    done = 0
    for begin in line_starts(text, b"HepMC::"):
        _section(state, text[done:begin], byte + done)
        done = text.find(b"\n", begin) + 1 or len(text)
        _mark(state, text[begin:done], byte + begin)
    _section(state, text[done:], byte + done)


def _mark(state: _State, line: bytes, byte: int) -> None:
    """A line that opens or closes a document, or tells the version of the library."""
    if version := _VERSION.fullmatch(line):
        state.library = version[1].decode("ascii", "replace")
        return
    listing = _LISTING.fullmatch(line)
    if listing is None or listing[1] not in _VERSIONS:
        shown = line.strip()[:60].decode("ascii", "backslashreplace")
        hint = (
            "supported are HepMC2 (IO_GenEvent) and HepMC3 (Asciiv3); write the file in one of these formats"
        )
        state.pending.append(Damage(f"the line '{shown}' is not of a supported format", byte, hint=hint))
        return
    if listing[2] == b"START":
        if state.version is not None:
            reason = "END_EVENT_LISTING is missing before the next document begins: events may be lost"
            state.pending.append(Damage(reason, byte, hint=_CLOSE))
        state.version, state.heading = _VERSIONS[listing[1]], True
        state.documents += 1
        return
    if state.version is None:
        state.pending.append(Damage("END_EVENT_LISTING without its START_EVENT_LISTING", byte, hint=_AGAIN))
    elif state.heading:
        state.pending.append(Header(state.version, state.library, b""))
    state.version, state.heading = None, False


def _section(state: _State, text: bytes, byte: int) -> None:
    """The lines between two markers."""
    if not text or text.isspace():
        return
    starts = line_starts(text, b"E ")
    if state.version is None:
        reason = (
            "text after END_EVENT_LISTING" if state.documents else "no line HepMC::...START_EVENT_LISTING"
        )
        reason = f"{reason}: outside an event listing"
        state.pending.append(Damage(reason, byte, len(starts) or None, "check the format of the file"))
        return
    first = starts[0] if starts else len(text)
    if state.heading:
        state.pending.append(Header(state.version, state.library, text[:first]))
        state.heading = False
    elif first:
        state.pending.append(Damage("text before the first line of an event", byte, hint=_AGAIN))
    if starts:
        start = np.array([*starts, len(text)], dtype=np.int64)
        state.pending.append(EventTexts(text, byte, start, state.version))
