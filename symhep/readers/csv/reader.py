"""Tables of text with a header: comma, semicolon, tab or blanks between the columns, plain or compressed.

What the columns mean is said by a map or guessed from their names, see `symhep.readers.columns`; GeV, or MeV by
``units: MeV``. Two layouts are known:

- a row per event: ``mu1_pt``, ``mu1_eta``, ...;
- a row per object, with a column that numbers the events: ``event, pt, eta, phi, mass``. Rows that follow one
  another with the same number are an event. Columns without a prefix make the collection ``particles``.

Lines that begin with '#' are remarks; the last one above the numbers may be the header, as numpy.savetxt writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import awkward as ak
import numpy as np
from pydantic import Field

from symhep.errors import InputError, nearest
from symhep.events.batch import EventBatch
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.csv.dialect import Dialect, fields, is_comment, number, study
from symhep.readers.csv.groups import BadEvent, Events, grouped
from symhep.readers.csv.rows import BadRow, read_rows
from symhep.readers.interface import Loss, LossLog, Reader, ReaderOptions, ReadRequest, Schema
from symhep.readers.layout import Layout, Selection
from symhep.readers.stream import blocks
from symhep.readers.table import Column

__all__ = ["CsvOptions", "CsvReader"]

_SAMPLE_BYTES = 1 << 18
_NAMED = re.compile(r"\.(?:csv|tsv)(?:\.(?:gz|bz2|xz))?$", re.IGNORECASE)
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_NAME = re.compile(r"[A-Za-z_][\w.:\[\]()/-]*")
_EVENT_NUMBERS = ("event", "eventnumber", "eventid", "evt", "evtnumber", "evtid", "ievent", "ievt", "eventno")
#: Columns of a table of objects that belong to the event: every row repeats them.
_EVENT_LEVEL = re.compile(
    r"(?:(?:event|evt|ev|gen|mc|mc_?event)_?)?(?:weights?|wgt)|label|is_?sig(?:nal)?|run(?:_?number)?",
    re.IGNORECASE,
)
#: Columns without a prefix that are a momentum.
_BARE = ({"px", "py"}, {"pt", "phi"})
_OBJECTS = "particles"


class CsvOptions(ColumnMapOptions):
    """Those of a column map, and ``names``, ``event_number``."""

    names: tuple[str, ...] | None = Field(None, description="column names, if the file has no header")
    event_number: str | None = Field(
        None,
        description="column with the event number: consecutive rows with equal numbers are the objects of one event; "
        "default: from the column names; 'none': one event per row",
    )


@dataclass(frozen=True)
class _Table:
    """A file's header and what it means.

    ``group`` numbers the events; ``of`` maps the layout's columns to the file's; ``lists`` have a value per object.
    """

    dialect: Dialect
    layout: Layout
    group: str | None
    of: Mapping[str, str]
    lists: frozenset[str] = frozenset()


class CsvReader(Reader):
    """Tables of text by a column map; GeV or MeV."""

    name: ClassVar[str] = "csv"
    summary: ClassVar[str] = (
        "CSV, TSV or blank-separated table with a header, one row per event or per object; GeV or MeV"
    )
    Options: ClassVar[type[ReaderOptions]] = CsvOptions

    def confidence(self, path: str, head: bytes) -> int:
        """1 for lines of as many numbers as the first one has names, or for text by the name .csv or .tsv."""
        if _NAMED.search(path):
            return int(b"\0" not in head or head.startswith(_COMPRESSED))
        try:
            dialect = study(head, whole=b"\n" not in head, given=None, path=path)
        except InputError:
            return 0
        lines = [line for line in head.split(b"\n")[dialect.header : -1] if not is_comment(line)]
        rows = [fields(line, dialect.delimiter) for line in lines]
        return int(
            len(dialect.names) > 1
            and all(map(_NAME.fullmatch, dialect.names))
            and bool(rows)
            and all(len(row) == len(dialect.names) for row in rows)
            and sum(map(number, rows[0])) * 2 > len(dialect.names)
        )

    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """From the header and the first rows. Raises `InputError`."""
        return _table(path, options).layout.schema()

    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events in file order; only the columns that ``request`` needs are read as numbers."""
        try:
            table = _table(path, options)
            selection = table.layout.select(request, path)
        except InputError as error:
            losses.record(Loss(path, error.message, None, byte=error.byte, hint=error.hint))
            return
        done, left = 0, request.max_events
        try:
            for found in _events(path, table, selection):
                if left == 0:
                    return
                if isinstance(found, BadEvent):
                    row = found.row
                    reason = f"line {row.line}: {row.reason}"
                    hint = "correct this line of the file"
                    losses.record(Loss(path, reason, 1 if found.known else None, done, row.byte, hint))
                    done += 1
                    continue
                stop = len(found.counts) if left is None else min(left, len(found.counts))
                for start in range(0, stop, request.chunk_events):
                    end = min(start + request.chunk_events, stop)
                    yield _batch(table, selection, found, start, end, path, done)
                    done += end - start
                left = None if left is None else left - stop
        except InputError as error:
            losses.record(Loss(path, error.message, None, done, error.byte, error.hint))


def _table(path: str, options: ReaderOptions) -> _Table:
    """The file's columns and their meaning. Raises `InputError`."""
    assert isinstance(options, CsvOptions)
    sample, whole = b"", True
    with closing(blocks(path, 1 << 16)) as stream:
        try:
            for block in stream:
                sample += block
                if len(sample) >= _SAMPLE_BYTES:
                    whole = False
                    break
        except InputError:  # told when the rows are read, if there are any
            whole = False
            if b"\n" not in sample:
                raise
    dialect = study(sample, whole, options.names, path)
    group = _group(dialect, options, sample, path)
    notes = []
    others = [name for name in dialect.names if name not in dialect.types]
    if others:
        notes.append(f"Columns without numbers are ignored: {', '.join(others)}.")
    if group is None:
        columns = {name: Column(name, kind, 0) for name, kind in dialect.types.items()}
        return _Table(
            dialect, layout_of(columns, options, path, (), notes), None, {name: name for name in columns}
        )
    notes.append(
        f"Consecutive rows with equal '{group}' are one event (to change: options: event_number; 'none' for one "
        f"event per row)."
    )
    single = {options.weight, *(options.event or {}).values(), group}
    depth = {n: 0 if n in single or _EVENT_LEVEL.fullmatch(n) else 1 for n in dialect.types}
    bare = {name.lower() for name, lists in depth.items() if lists}
    # A map names the columns as the file does.
    prefix = f"{_OBJECTS}." if options.columns is None and any(b <= bare for b in _BARE) else ""
    of = {f"{prefix if depth[name] else ''}{name}": name for name in dialect.types}
    columns = {shown: Column(shown, dialect.types[name], depth[name]) for shown, name in of.items()}
    lists = frozenset(name for name, column in columns.items() if column.depth)
    return _Table(dialect, layout_of(columns, options, path, (), notes), group, of, lists)


def _events(path: str, table: _Table, selection: Selection) -> Iterator[Events | BadEvent]:
    """All events in file order."""
    wanted = tuple(dict.fromkeys(table.of[name] for name in selection.columns))
    rows = read_rows(path, table.dialect, wanted, table.group)
    if table.group is not None:
        yield from grouped(rows)
        return
    for piece in rows:
        if isinstance(piece, BadRow):
            yield BadEvent(piece, True)
        elif piece.count:
            yield Events(np.ones(piece.count, dtype=np.int64), piece.columns)


def _batch(
    table: _Table, selection: Selection, found: Events, start: int, stop: int, path: str, first: int
) -> EventBatch:
    """Events ``start:stop`` of those read together."""
    offsets = np.concatenate([[0], np.cumsum(found.counts)])
    begin, counts = offsets[start:stop], found.counts[start:stop]
    lists = ak.index.Index64(offsets[start : stop + 1] - offsets[start])
    columns: dict[str, ak.Array] = {}
    for name in selection.columns:
        values = found.columns[table.of[name]]
        if table.group is None:
            columns[name] = ak.Array(values[start:stop])
            continue
        rows = values[offsets[start] : offsets[stop]]
        if name in table.lists:
            columns[name] = ak.Array(ak.contents.ListOffsetArray(lists, ak.contents.NumpyArray(rows)))
            continue
        columns[name] = ak.Array(values[begin])
        wrong = np.flatnonzero((rows != np.repeat(values[begin], counts)) & (rows == rows))
        if len(wrong):
            event = int(np.searchsorted(np.asarray(lists), wrong[0], side="right")) - 1
            raise InputError(
                f"column '{table.of[name]}' is not constant within an event",
                file=path,
                event=first + event,
                hint="map it as a field of the objects with options: columns",
            )
    return selection.batch(columns, stop - start, path, first)


def _group(dialect: Dialect, options: CsvOptions, sample: bytes, path: str) -> str | None:
    """The column that numbers events of several rows; None if a row is an event."""
    if options.event_number is not None:
        if options.event_number == "none":
            return None
        if options.event_number not in dialect.names:
            hint = nearest(options.event_number, dialect.names)
            raise InputError(f"there is no column '{options.event_number}'", file=path, hint=hint)
        return options.event_number
    for i, name in enumerate(dialect.names):
        if re.sub(r"\W|_", "", name).lower() not in _EVENT_NUMBERS or dialect.types.get(name) != "int64":
            continue
        lines = sample.split(b"\n")[dialect.header :]
        rows = [fields(line, dialect.delimiter) for line in lines if not is_comment(line)]
        values = [row[i] for row in rows if len(row) == len(dialect.names)]
        repeated = sum(a == b for a, b in pairwise(values))
        # A doubled row or two runs that meet make no lists.
        if repeated > 0.1 * len(values):
            return name
    return None
