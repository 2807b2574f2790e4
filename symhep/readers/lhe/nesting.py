"""Do the inner tags of an event nest as they should? If not, two events may have run into one another."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from symhep.readers.lhe.attributes import ATTRIBUTES

__all__ = ["nested", "suspects", "without_remarks"]

IntArray = npt.NDArray[np.int64]
ByteArray = npt.NDArray[np.uint8]

_REMARK = re.compile(rb"#[^\n]*")
_TAG = re.compile(rb"<(?:(/?)([A-Za-z_][^\s<>/]*)(" + ATTRIBUTES + rb")(>?)|[!?][^<>]*>)")
# The first line of an event has six numbers: twelve bytes at the very least.
_FIRST_LINE, _FIRST_LINE_BYTES = 6, 12


def suspects(
    buffer: ByteArray, less: IntArray, greater: IntArray, start: IntArray, stop: IntArray
) -> IntArray:
    """Which of the events at ``start:stop`` deserve a look at their inner tags.

    ``less`` are the places of '<', ``greater`` those of '>' and, last, the length of
    the text. Every event is found in which a tag never ends, spans lines or has
    no name, a tag lacks its partner, or text of some length stands beside the tags.
    """
    if not len(start):
        return start
    following = np.append(less[1:], len(buffer))
    end = greater[np.searchsorted(greater, less)]
    letter = buffer[np.minimum(less + 1, len(buffer) - 1)]
    closes = letter == ord("/")
    aside = buffer[end - 1] == ord("/")
    lines = np.append(np.flatnonzero(buffer == ord("\n")), len(buffer))
    odd = (end >= following) | (lines[np.searchsorted(lines, less)] < end)
    odd |= ~closes & (((letter | 32) - np.uint8(ord("a"))) >= 26)
    odd |= (closes | aside) & (following - end > _FIRST_LINE_BYTES)
    before = np.concatenate([[0], np.cumsum(odd)])
    level = np.concatenate([[0], np.cumsum(np.where(closes, -1, np.where(aside, 0, 1)))])
    first, last = np.searchsorted(less, start), np.searchsorted(less, stop)
    # An event's own closing tag stands at its stop: before it one tag more is open than before the event,
    # and nowhere in between fewer.
    inside = np.append(level[1:], level.max() + 1)
    lowest = np.minimum.reduceat(inside, np.ravel(np.column_stack([first, last])))[::2]
    crooked = (level[last] - level[first] != 1) | (lowest - level[first] != 1)
    return np.flatnonzero(crooked | (before[last] > before[first]))


def without_remarks(event: bytes) -> bytes:
    """``event`` with its ``#`` remarks blanked: a tag in a remark is none.

    >>> without_remarks(b"1 # <a>\\n2")
    b'1      \\n2'
    """
    return _REMARK.sub(lambda m: b" " * len(m[0]), event)


def nested(tail: bytes) -> bool:
    """Are the inner tags of an event whole, and is there no event's worth of text beside them?

    >>> nested(b"<rwgt> <wgt id='1'> 2.5 </wgt> <x/> a < b </rwgt>"), nested(b"<x></y>"), nested(b"</event <")
    (True, False, False)
    >>> nested(b"<x/> 2 7 2.5 91.2 0.0075 0.118")
    False
    """
    is_open: list[bytes] = []
    beside: list[bytes] = []
    place = 0
    for tag in _TAG.finditer(tail):
        if not is_open:
            beside.append(tail[place : tag.start()])
        place = tag.end()
        slash, name, rest, end = tag.groups()
        if name is None:
            continue
        if not end:
            return False
        if slash:
            if not is_open or is_open.pop() != name:
                return False
        elif not rest.endswith(b"/"):
            is_open.append(name)
    beside.append(tail[place:])
    return not is_open and len(b" ".join(beside).split()) < _FIRST_LINE
