"""Lines of text to columns of numbers; what cannot be read is narrowed down to single lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from symhep.errors import InputError
from symhep.readers.csv.dialect import BLANKS, BOM, Dialect, fields, number
from symhep.readers.stream import blocks

__all__ = ["BadRow", "Rows", "read_rows"]

Array = npt.NDArray[np.generic]

_REMARK = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
_BLANK = np.frombuffer(b"\t\n\r", dtype=np.uint8)
_KINDS = {"int64": pa.float64(), "float64": pa.float64(), "bool": pa.bool_()}
# Memory stays bounded whatever a file holds: no real row comes near this.
_LONGEST = 1 << 24


@dataclass(frozen=True)
class Rows:
    """R good rows: a column of numbers by name, and the texts of the column that was asked for as text."""

    count: int
    columns: Mapping[str, Array]
    texts: Any = None  # (R,) pyarrow strings


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: its line (from 1), its byte, why, and its text in the column asked for as text."""

    line: int
    byte: int
    reason: str
    text: str | None


def read_rows(
    path: str, dialect: Dialect, wanted: Sequence[str], as_text: str | None = None
) -> Iterator[Rows | BadRow]:
    """All rows in file order. Raises `InputError` where the stream breaks off, after the whole lines before."""
    for text, line, byte in _whole_lines(path):
        kept = text.removeprefix(BOM) if line == 0 else text
        if line < dialect.header:
            parts = kept.split(b"\n")
            above = min(dialect.header - line, len(parts))
            kept = b"\n".join([b""] * above + parts[above:])
        if b"#" in kept:
            kept = _REMARK.sub(b"", kept)
        try:
            yield _parse(kept, dialect, wanted, as_text)
        except ValueError:
            lines = kept.split(b"\n")
            starts = [0, *(np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10) + 1).tolist()]
            for found in _sorted_out(lines, dialect, wanted, as_text):
                if isinstance(found, BadRow):
                    found = replace(found, line=line + found.line + 1, byte=byte + starts[found.line])
                yield found


def _sorted_out(
    lines: Sequence[bytes], dialect: Dialect, wanted: Sequence[str], as_text: str | None
) -> Iterator[Rows | BadRow]:
    """Good rows and bad ones in order; those of another number of values are seen without parsing them."""
    sound: list[int] = []
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if b'"' in line or len(fields(line, dialect.delimiter)) == len(dialect.names):
            sound.append(place)
            continue
        yield from _narrow(lines, sound, dialect, wanted, as_text)
        sound = []
        yield _bad(line, place, "", dialect, wanted, as_text)
    yield from _narrow(lines, sound, dialect, wanted, as_text)


def _narrow(
    lines: Sequence[bytes],
    places: Sequence[int],
    dialect: Dialect,
    wanted: Sequence[str],
    as_text: str | None,
) -> Iterator[Rows | BadRow]:
    """Parse these lines together; if that fails, halve."""
    if not places:
        return
    try:
        yield _parse(b"\n".join(lines[i] for i in places) + b"\n", dialect, wanted, as_text)
        return
    except ValueError as error:
        if len(places) == 1:
            yield _bad(lines[places[0]], places[0], str(error), dialect, wanted, as_text)
            return
    middle = len(places) // 2
    yield from _narrow(lines, places[:middle], dialect, wanted, as_text)
    yield from _narrow(lines, places[middle:], dialect, wanted, as_text)


def _bad(
    line: bytes, place: int, reason: str, dialect: Dialect, wanted: Sequence[str], as_text: str | None
) -> BadRow:
    """Why one line is no row."""
    texts = fields(line, dialect.delimiter)
    if len(texts) != len(dialect.names):
        return BadRow(place, 0, f"{len(texts)} values for {len(dialect.names)} columns", None)
    by_name = dict(zip(dialect.names, texts, strict=True))
    for name in wanted:
        text = by_name[name]
        if not text:
            reason = f"column '{name}' has no value"
        elif dialect.types[name] != "bool" and not number(text):
            reason = f"column '{name}' holds '{text[:24]}', not a number"
        else:
            continue
        break
    return BadRow(place, 0, reason, by_name.get(as_text or "") or None)


def _parse(text: bytes, dialect: Dialect, wanted: Sequence[str], as_text: str | None) -> Rows:
    """The rows of ``text`` as columns. Raises ValueError if one of them cannot be read."""
    if not text.strip():
        return Rows(0, {}, pa.array([], pa.string()))
    bytes_ = np.frombuffer(text, dtype=np.uint8)
    if not np.isin(bytes_[bytes_ < 32], _BLANK).all():
        raise ValueError("bytes that are not text")
    if dialect.delimiter == BLANKS:
        text = b"\n".join(b" ".join(line.split()) for line in text.split(b"\n"))
    places = {name: str(i) for i, name in enumerate(dialect.names)}
    # Without any column the rows could not be counted.
    kinds = {places[name]: _KINDS[dialect.types[name]] for name in wanted} or {"0": pa.string()}
    if as_text is not None:
        kinds[places[as_text]] = pa.string()
    table = pacsv.read_csv(
        pa.BufferReader(text),
        pacsv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=list(places.values())),
        pacsv.ParseOptions(delimiter=dialect.delimiter),
        pacsv.ConvertOptions(
            column_types=kinds, include_columns=list(kinds), null_values=[""], strings_can_be_null=True
        ),
    )
    texts: Any = None
    if as_text is not None:
        texts = pc.utf8_trim_whitespace(table.column(places[as_text])).combine_chunks()
        if texts.null_count:
            raise ValueError(f"column '{as_text}' has no value")
    columns: dict[str, Array] = {}
    for name in wanted:
        if name == as_text:  # read as text, so that long numbers keep all their digits
            columns[name] = texts.cast(dialect.types[name].replace("float64", "double")).to_numpy(False)
            continue
        column = table.column(places[name])
        if column.null_count:
            raise ValueError(f"column '{name}' has no value")
        columns[name] = _typed(column.to_numpy(), dialect.types[name])
    return Rows(table.num_rows, columns, texts)


def _typed(values: Array, kind: str) -> Array:
    """Whole numbers as such. A column whose first rows are whole may have others later: these stay as they are."""
    if kind != "int64" or not len(values):
        return values
    with np.errstate(invalid="ignore"):
        whole = (values == np.rint(values)) & (np.abs(values) < 2**53)
    return values.astype(np.int64) if whole.all() else values


def _whole_lines(path: str) -> Iterator[tuple[bytes, int, int]]:
    """Whole lines, the number of the first one (from 0) and its byte."""
    rest, line, byte = b"", 0, 0
    with closing(blocks(path, 1 << 20)) as stream:
        for block in stream:
            head, end, tail = block.rpartition(b"\n")
            if not end:
                rest += tail
                if len(rest) > _LONGEST:
                    raise InputError(
                        f"line {line + 1} has no end within {_LONGEST >> 20} MB", file=path, byte=byte
                    )
                continue
            text = rest + head + end
            yield text, line, byte
            line, byte, rest = line + text.count(b"\n"), byte + len(text), tail
    if rest:
        yield rest, line, byte
