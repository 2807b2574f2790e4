"""Decimal text to float64, many numbers at once, each rounded as Python's ``float`` rounds it."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["NUMBER", "fortran_to_c", "misread", "parse_numbers"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A decimal number, as C and this reader write one.
NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Fortran writes double precision as 1.D+00, and drops the letter when the exponent has three digits: 1.-100.
_FORTRAN_D = re.compile(rb"(?<=[\d.])[dD](?=[+-]?\d)")
_FORTRAN_BARE = re.compile(rb"(?<![^\s+-])(\d*\.\d*)([+-]\d{3})(?!\S)")


def parse_numbers(text: bytes) -> tuple[FloatArray, IntArray]:
    """All numbers of ``text``, and the byte each starts at.

    Numbers are separated by bytes up to 32 (blanks, line ends, control bytes);
    ``text`` must begin and end with one. Parsing is strict (no hexadecimal, no
    underscores) and correctly rounded (fast_float, through Arrow).

    Raises
    ------
    ValueError
        Something is not a number, or not a finite one.

    >>> parse_numbers(b" 1 -.5  +2.5E+01\\n")[0].tolist()
    [1.0, -0.5, 25.0]
    """
    edges = _edges(text)
    n = len(edges) - 1
    if n < 1:
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    # One string per number and one per gap, in place: the gaps are marked as missing (bits 10101010...).
    # An edge is the byte before a change, hence the data begin at byte 1.
    strings = pa.LargeStringArray.from_buffers(
        n, pa.py_buffer(edges), pa.py_buffer(text).slice(1), pa.py_buffer(b"\x55" * (n // 8 + 1)), n // 2
    )
    values = np.frombuffer(strings.cast(pa.float64()).buffers()[1], dtype=np.float64)[:n:2]
    if not np.isfinite(values).all():
        raise ValueError("not a finite number")
    return values, edges[::2] + 1


def _edges(text: bytes) -> IntArray:
    """The bytes before numbers start (even places) and the last bytes of numbers (odd places)."""
    buffer = np.frombuffer(text, dtype=np.uint8)
    solid = buffer > 32
    if b"+" in text:
        # Arrow takes no leading plus: count it as a blank, if a digit or a point follows.
        plus = buffer == ord("+")
        plus[1:] &= ~solid[:-1]
        if (plus[:-1] & (buffer[1:] - np.uint8(ord(".")) > ord("9") - ord("."))).any():
            raise ValueError("a plus sign without a number")
        solid &= ~plus
    return np.flatnonzero(solid[1:] != solid[:-1])


def fortran_to_c(text: bytes) -> bytes:
    """Write Fortran exponents the way C does.

    >>> fortran_to_c(b"1.D+00 -2.5d3 0.12-101")
    b'1.E+00 -2.5E3 0.12E-101'
    """
    return _FORTRAN_BARE.sub(rb"\1E\2", _FORTRAN_D.sub(b"E", text))


def misread(text: bytes) -> str | None:
    """What in ``text`` is not a finite number, in words; None if all of it is.

    >>> misread(b"1.0 ********** 3")
    "'**********' instead of a number (Fortran prints stars when a number is too wide)"
    """
    for token in text.split():
        if NUMBER.fullmatch(token) and np.isfinite(float(token)):
            continue
        shown = token[:24].decode("ascii", "backslashreplace")
        why = " (Fortran prints stars when a number is too wide)" if set(token) == {ord("*")} else ""
        return f"'{shown}' instead of a number{why}"
    return None
