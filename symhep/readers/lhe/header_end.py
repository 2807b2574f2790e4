"""Where the header of an LHE document ends, and its events begin."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["HeaderEnd", "header_end", "plain", "swallowed"]

#: What only quotes text: comments, CDATA, and the cards a generator keeps in <header>. One that is open hides the rest.
_QUOTED = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<header(?=[\s>]).*?(?:</header\s*>|\Z)", re.DOTALL
)
_INIT = re.compile(rb"<init(?=[\s>])")
_INIT_END = re.compile(rb"</init\s*>")
_EVENT = re.compile(rb"<event(?=[\s>])")
#: An event, and not only its name in a sentence: numbers follow.
_WHOLE_EVENT = re.compile(rb"<event(?=[\s>])[^<>]*>\s*\d+\s+[+-]?\d")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class HeaderEnd:
    """The place behind ``</init>``; ``early``: of the first event, where no ``</init>`` stands before it."""

    place: int
    early: bool = False


def plain(text: bytes) -> bytes:
    """``text`` with comments, CDATA and <header> blanked, so that every byte keeps its place.

    >>> plain(b"a<!-- </init> -->b<header>c")
    b'a                b         '
    """
    return _QUOTED.sub(lambda m: b" " * len(m[0]), text)


def header_end(text: bytes) -> HeaderEnd | None:
    """Where the header at the start of ``text`` ends; None if the text does not reach so far.

    >>> header_end(b"<init> 11 -11 </init> <event>")
    HeaderEnd(place=21, early=False)
    >>> header_end(b"<init> 11 -11 <event> 2 </event> </init>")
    HeaderEnd(place=14, early=True)
    """
    event = _EVENT.search(text)
    stop = event.start() if event else len(text)
    begin = _INIT.search(text, 0, stop)
    end = _INIT_END.search(text, begin.end() if begin else stop, stop)
    if end is None and event:
        # Without its <init> an </init> still tells where the header ends; without both, the events do.
        *_, end = (None, *_INIT_END.finditer(text, 0, stop))
    if end is not None:
        return HeaderEnd(end.end())
    return HeaderEnd(stop, early=True) if event else None


def swallowed(header: bytes) -> list[int]:
    """Where in a header events stand: no generator writes them there, so that they were misplaced.

    >>> swallowed(b"<header> the tag <event> <event> 2 7 </event> </header>")
    [25]
    """
    if b"<event" not in header:
        return []
    text = _COMMENT.sub(lambda m: b" " * len(m[0]), header)
    return [event.start() for event in _WHOLE_EVENT.finditer(text)]
