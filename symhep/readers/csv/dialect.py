"""What a table of text looks like: the names of its columns, what separates them, what they hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symhep.errors import InputError

__all__ = ["BLANKS", "BOM", "Dialect", "fields", "is_comment", "number", "study"]

#: The delimiter that stands for any run of blanks and tabs.
BLANKS = " "
BOM = b"\xef\xbb\xbf"
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf(?:inity)?)", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_TRUTH = frozenset({"true", "false"})
#: Of a column's values that must be numbers for it to be one of numbers.
_MOST = 0.75
#: Rows that are looked at for the types of the columns.
_ROWS = 2_000


@dataclass(frozen=True)
class Dialect:
    """``types`` are numpy's words for the columns of numbers; ``header`` counts the lines above the rows."""

    delimiter: str
    names: tuple[str, ...]
    types: Mapping[str, str]
    header: int


def is_comment(line: bytes) -> bool:
    """A line that holds no row: blank, or a remark."""
    return not line.strip() or line.lstrip().startswith(b"#")


def fields(line: bytes, delimiter: str) -> list[str]:
    """The texts of a line, without blanks and quotes around them.

    >>> fields(b'"pt", eta ,3\\n', ",")
    ['pt', 'eta', '3']
    """
    text = line.decode("utf-8", "replace")
    parts = text.split() if delimiter == BLANKS else text.rstrip("\r\n").split(delimiter)
    return [part.strip().strip('"').strip() for part in parts]


def number(text: str) -> bool:
    """Is this a number, as the reader takes it?"""
    return _NUMBER.fullmatch(text) is not None


def study(sample: bytes, whole: bool, given: Sequence[str] | None, path: str) -> Dialect:
    """From the first lines of a file. ``whole`` says that they are all; ``given`` names replace those of the header.

    Raises `InputError` if the lines make no table.
    """
    lines = sample.removeprefix(BOM).split(b"\n")
    lines = lines if whole else lines[:-1]
    places = [i for i, line in enumerate(lines) if not is_comment(line)]
    if not places:
        raise InputError(
            "the file contains no table", file=path, hint="the first line must have the names of the columns"
        )
    first = places[0]
    delimiter = next((d for d in ("\t", ";", ",") if d.encode() in lines[first].strip()), BLANKS)
    if b"\0" in lines[first]:
        raise InputError(
            "contains zero bytes: not a text table", file=path, hint="check the format of the file"
        )
    top = fields(lines[first], delimiter)
    headed = not all(number(text) for text in top)
    names = list(given) if given is not None else top if headed else _remark(lines[:first], len(top))
    if names is None:
        raise InputError(
            f"the first line holds {len(top)} numbers, not the names of the columns",
            file=path,
            hint="give their names with options: {names: [...]}",
        )
    if len(names) != len(top):
        raise InputError(
            f"{len(names)} names for {len(top)} columns", file=path, hint="check 'names' in the options"
        )
    names = [name or f"column{i + 1}" for i, name in enumerate(names)]
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise InputError(
            f"two columns are called '{double[0]}'",
            file=path,
            hint="give their names with options: {names: [...]}",
        )
    header = first + 1 if headed else first
    below = [fields(lines[i], delimiter) for i in places if i >= header]
    rows = [row for row in below if len(row) == len(top)]
    if below and not rows:
        raise InputError(
            f"the header names {len(top)} columns, the rows have {len(below[0])}",
            file=path,
            hint="correct the header so that every column has a name",
        )
    types = {name: _type([row[i] for row in rows[:_ROWS]]) for i, name in enumerate(names)}
    return Dialect(
        delimiter, tuple(names), {n: kind for n, kind in types.items() if kind is not None}, header
    )


def _remark(lines: Sequence[bytes], columns: int) -> list[str] | None:
    """Names in the last remark before the numbers, as numpy.savetxt writes them."""
    for line in reversed(lines):
        text = line.strip().lstrip(b"#")
        for delimiter in ("\t", ";", ",", BLANKS):
            names = fields(text, delimiter)
            if len(names) == columns and not any(map(number, names)):
                return names
        if text.strip():
            return None
    return None


def _type(texts: Sequence[str]) -> str | None:
    """Of a column's first values; None if they are no numbers. A damaged one among many changes nothing."""
    filled = [text for text in texts if text]
    if not filled:
        return None if texts else "float64"
    numbers = [text for text in filled if number(text)]
    if len(numbers) >= _MOST * len(filled):
        return "int64" if all(map(_WHOLE.fullmatch, numbers)) else "float64"
    truths = sum(text.lower() in _TRUTH for text in filled)
    return "bool" if truths >= _MOST * len(filled) else None
