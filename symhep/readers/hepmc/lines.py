"""The lines of a run of HepMC events by their first letter, and the numbers on them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from symhep.readers.lhe.numbers import parse_numbers

__all__ = ["Lines", "NotANumber", "Rows", "line_starts", "whole"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_NOT_FINITE = re.compile(rb"[+-]?(?:nan(?:\([^)\s]*\))?|inf(?:inity)?)", re.IGNORECASE)
_BLANKS = (ord("\n"), ord("\r"), ord("\t"))


class NotANumber(ValueError):
    """Something instead of a number."""


def line_starts(text: bytes, begin: bytes) -> list[int]:
    r"""Where the lines that begin with ``begin`` begin.

    >>> line_starts(b"E 1\nP 1\nE 2\n", b"E ")
    [0, 8]
    """
    # A regular expression with ^ takes thirty times as long.
    found = [0] if text.startswith(begin) else []
    at = text.find(b"\n" + begin)
    while at >= 0:
        found.append(at + 1)
        at = text.find(b"\n" + begin, at + 1)
    return found


class Rows:
    """L lines of numbers: those of line i are ``values[begin[i]:begin[i + 1]]``; ``event`` is the line's event."""

    def __init__(self, values: FloatArray, begin: IntArray, event: IntArray, place: IntArray) -> None:
        self.values, self.begin, self.event, self.place = values, begin, event, place

    def __len__(self) -> int:
        return len(self.event)

    @property
    def counts(self) -> IntArray:
        """(L,) numbers on each line."""
        return np.diff(self.begin)

    def column(self, i: int) -> FloatArray:
        """(L,) number ``i`` of each line, which must have it."""
        return self.values[self.begin[:-1] + i]


class Lines:
    """The lines of N events.

    Raises
    ------
    ValueError
        A line that begins with none of ``letters`` and a blank, or a byte that is no text.
    """

    def __init__(self, text: bytes, start: IntArray, letters: bytes) -> None:
        if not text.endswith(b"\n"):
            raise ValueError("the event is cut short: its last line has no end")
        self.text, self.events = text, len(start) - 1
        buffer = np.frombuffer(text, dtype=np.uint8)
        self._ends = np.flatnonzero(buffer == _BLANKS[0])
        if (
            np.count_nonzero(buffer < 32) != len(self._ends)
            and not np.isin(buffer[buffer < 32], _BLANKS).all()
        ):
            raise ValueError("bytes that are not text: part of the event is damaged")
        starts = np.concatenate([[0], self._ends[:-1] + 1])
        filled = buffer[starts] > 32
        self._starts, self._ends = starts[filled], self._ends[filled]
        self._first = buffer[self._starts]
        known = np.isin(self._first, np.frombuffer(letters, dtype=np.uint8)) & (
            buffer[self._starts + 1] <= 32
        )
        if not known.all():
            line = int(np.argmin(known))
            shown = text[self._starts[line] : self._ends[line]][:40].decode("ascii", "backslashreplace")
            raise ValueError(f"the line '{shown}' is not part of an event: the event is damaged")
        self._event = np.searchsorted(start, self._starts, side="right") - 1

    def texts(self, letter: str) -> tuple[list[bytes], IntArray]:
        """The lines that begin with ``letter``, without it, and the event of each."""
        chosen = np.flatnonzero(self._first == ord(letter))
        begins, ends = self._starts[chosen] + 1, self._ends[chosen]
        return [self.text[i:j] for i, j in zip(begins.tolist(), ends.tolist(), strict=True)], self._event[
            chosen
        ]

    def event_at(self, place: int) -> int:
        """The event of the line that begins at this byte."""
        return int(self._event[np.searchsorted(self._starts, place)])

    def numbers(self, letter: str, blank: bytes = b"", until: bytes = b"", finite: bool = True) -> Rows:
        """The numbers on the lines that begin with ``letter``.

        Bytes in ``blank`` count as blanks there; only what stands before ``until`` is read; ``finite`` False lets
        'nan' and 'inf' be numbers. Raises ValueError if something is not a number, or ``until`` is missing.
        """
        chosen = np.flatnonzero(self._first == ord(letter))
        texts, event = self.texts(letter)
        if until:
            parts = [line.partition(until) for line in texts]
            if not all(found for _, found, _ in parts):
                raise ValueError(f"a line {letter} has no '{until.decode()}'")
            texts = [before for before, _, _ in parts]
        text = b"\n" + b"\n".join(texts) + b"\n"
        if blank:
            text = text.translate(bytes.maketrans(blank, b" " * len(blank)))
        try:
            values, at = parse_numbers(text)
        except ValueError as error:
            if finite:
                raise NotANumber(str(error)) from None
            values, at = _any_numbers(text)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        limits = np.concatenate([[0], np.cumsum(lengths + 1)])
        return Rows(values, np.searchsorted(at, limits), event, self._starts[chosen])


def _any_numbers(text: bytes) -> tuple[FloatArray, IntArray]:
    """What `parse_numbers` gives, one by one, with 'nan' and 'inf' in any spelling."""
    tokens = [(match[0], match.start()) for match in re.finditer(rb"[^\x00-\x20]+", text)]
    values = np.empty(len(tokens))
    for i, (token, _) in enumerate(tokens):
        if _NOT_FINITE.fullmatch(token):
            values[i] = float(token.partition(b"(")[0])
        else:
            try:
                values[i] = parse_numbers(b" " + token + b" ")[0][0]
            except ValueError as error:
                raise NotANumber(str(error)) from None
    return values, np.array([place for _, place in tokens], dtype=np.int64)


def whole(values: FloatArray, what: str) -> npt.NDArray[np.int32]:
    """``values`` as whole numbers. Raises ValueError if they are none.

    >>> whole(np.array([11.0, -13.0]), "the PDG number").tolist()
    [11, -13]
    """
    found = values.astype(np.int32) if (np.abs(values) < 2**31).all() else None
    if found is None or (found != values).any():
        bad = values[(np.abs(values) >= 2**31) | (values != np.rint(values))][0]
        raise ValueError(f"{what} is {bad:g}, not an integer")
    return found
