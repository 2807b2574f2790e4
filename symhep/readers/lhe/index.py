"""Where a plain LHE file may be entered: the places of every so many events, found in one pass over its tags.

The pass counts events as `symhep.readers.lhe.runs` does, by the tags alone, cut events and stray ends included. Texts
that hide tags, and those with comments, zero bytes, a second document or events behind the footer, are read from the
beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhep.errors import InputError
from symhep.readers.interface import BEGINNING, Start
from symhep.readers.lhe.document import TITLE, HeaderText, split
from symhep.readers.lhe.runs import Tags
from symhep.readers.stream import blocks, is_plain

__all__ = ["starts"]

IntArray = npt.NDArray[np.int64]

#: Events from one start to the next.
_STRIDE = 16_384
#: Tags are looked for in so many bytes at a time (measured: they stay in the cache, and numpy's calls cost little).
_BLOCK_BYTES = 1 << 20
#: The longest tag whose name matters, with what may follow it.
_TAG_BYTES = 32
#: An event as long as this, or what looks like one, is for the reader to judge.
_LONGEST = 1 << 24


def starts(path: str, stride: int = _STRIDE) -> tuple[Start, ...]:
    """The beginning, and the places of every ``stride`` events; the last is not near the end.

    The beginning alone for a compressed file, a URL, and a file in which tags do not tell where events are.
    Raises `InputError` for a file that cannot be opened.
    """
    begin = _behind_header(path) if is_plain(path) else None
    if begin is None:
        return (BEGINNING,)
    found, place = _Count(stride), begin
    try:
        for text in _whole_tags(path, begin):
            if not found.add(text, place):
                return (BEGINNING,)
            place += len(text)
    except InputError:  # told where it is read
        return (BEGINNING,)
    kept = [start for start in found.starts if found.events - start.event >= stride // 2]
    return (BEGINNING, *kept)


def _behind_header(path: str) -> int | None:
    """The byte behind the header; None where something is wrong in it or before it."""
    with closing(blocks(path, 1 << 16)) as stream:
        piece = next(split(stream), None)
    return piece.byte + len(piece.text) if isinstance(piece, HeaderText) else None


def _whole_tags(path: str, begin: int) -> Iterator[bytes]:
    """The text from ``begin`` on, never cut within the name of a tag."""
    held = b""
    with closing(blocks(path, _BLOCK_BYTES, begin)) as stream:
        for block in stream:
            text = held + block
            cut = text.rfind(b"<", max(len(text) - _TAG_BYTES, 0))
            text, held = (text[:cut], text[cut:]) if cut >= 0 else (text, b"")
            if text:
                yield text
    if held:
        yield held


@dataclass
class _Count:
    """Events counted so far, and the places found."""

    stride: int
    events: int = 0
    is_open: bool = False  # was the last mark an <event>?
    last: int | None = None  # its place
    footer: bool = False
    starts: list[Start] = field(default_factory=list)

    def add(self, text: bytes, place: int) -> bool:
        """Count in the text at ``place`` of the file; False where tags do not tell where its events are."""
        tags = Tags(text)
        if b"\0" in text or len(tags.starting(b"!--")) or len(tags.starting(TITLE)):
            return False
        opens, closes = tags.named(b"event"), tags.named(b"/event")
        footers = tags.starting(b"/" + TITLE)
        last = max(int(opens[-1]) if len(opens) else -1, int(closes[-1]) if len(closes) else -1)
        if last >= 0 and (self.footer or (len(footers) and footers[0] < last)):
            return False
        self.footer = self.footer or len(footers) > 0
        self._count(opens, closes, place)
        return self.last is None or place + len(text) - self.last < _LONGEST or self.footer

    def _count(self, opens: IntArray, closes: IntArray, place: int) -> None:
        """As `find_events` counts: every <event>, and every </event> that ends none."""
        if not len(opens) and not len(closes):
            return
        order = np.argsort(np.concatenate([opens, closes]), kind="stable")
        marks = np.concatenate([opens, closes])[order]
        is_open = order < len(opens)
        after_open = np.insert(is_open[:-1], 0, self.is_open)
        counts = is_open | ~after_open
        before = self.events + np.cumsum(counts) - counts
        # An <event> behind a </event> stands between events.
        clear = np.flatnonzero(is_open & ~after_open)
        while len(clear):
            target = (self.starts[-1].event if self.starts else 0) // self.stride * self.stride + self.stride
            place_of = int(np.searchsorted(before[clear], target))
            if place_of == len(clear):
                break
            mark = clear[place_of]
            self.starts.append(Start(int(before[mark]), place + int(marks[mark])))
            clear = clear[place_of + 1 :]
        self.events += int(counts.sum())
        self.is_open, self.last = bool(is_open[-1]), place + int(marks[-1])
