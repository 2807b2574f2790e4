"""Parquet files of numbers, lists and lists of structs, by a map of columns or by a guess from their names.

Row groups are read one after the other and in pieces no larger than a chunk; only the columns
needed are read, and the checksums of their pages are compared where the file has them. A struct's
member is a column of its own, ``Jet.pt``, so files written by awkward (``ak.to_parquet``) need no
map; an array of vectors that was written without a record around it is the collection ``vectors``.
GeV, or MeV by ``units: MeV``. See `symhep.readers.columns`.

An object that is missing (a struct or a list that is null, as ``ak.firsts`` writes it) is no object:
the event has fewer of them. A number that is missing is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar

import awkward as ak
import fsspec
import pyarrow.parquet as pq

from symhep.errors import InputError, nearest
from symhep.readers.arrow import Leaf, MissingValue, leaves, lists_of
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.parquet_folder import partitions
from symhep.readers.table import Column, TableReader

__all__ = ["ParquetReader"]


#: Bytes of numbers read at once: 64 MiB; and the events that are read at once, however large they say they are.
_READ, _FEWEST = 1 << 26, 1_000


class ParquetReader(TableReader):
    """Parquet files by a column map; GeV or MeV."""

    name: ClassVar[str] = "parquet"
    summary: ClassVar[str] = "Parquet file with numbers, lists and structs, read by a column map; GeV or MeV"
    Options: ClassVar[type[ReaderOptions]] = ColumnMapOptions

    def confidence(self, path: str, head: bytes) -> int:
        """2 for the magic bytes PAR1."""
        return 2 if head.startswith(b"PAR1") or (not head and path.endswith(".parquet")) else 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[ParquetTable, Layout]]:
        """The file, and what its columns mean."""
        assert isinstance(options, ColumnMapOptions)
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(fsspec.open(path, "rb"))
                file = stack.enter_context(pq.ParquetFile(stream, page_checksum_verification=True))
                table = ParquetTable(path, file)
            except FileNotFoundError:
                raise InputError("there is no such file", file=path) from None
            except InputError:
                raise
            except Exception as error:  # of pyarrow or fsspec: whatever it is, it is the file's
                raise InputError(
                    f"the Parquet file cannot be opened: cut short or damaged ({_reason(error)})",
                    file=path,
                    hint="copy or create it again",
                ) from None
            yield table, layout_of(table.columns, options, path, (), table.notes)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The row groups and the program that wrote the file."""
        metadata = table.file.metadata
        try:
            writer = metadata.created_by
        except UnicodeDecodeError:
            writer = "not readable"
        return {"row_groups": metadata.num_row_groups, "created_by": writer}


class ParquetTable:
    """An opened Parquet file. A list of structs appears as one column per member."""

    def __init__(self, path: str, file: Any) -> None:
        self.path, self.file = path, file
        self.damage: str | None = None
        self.columns: dict[str, Column] = {}
        self.leaves: dict[str, Leaf] = {}
        #: Column -> its number in the file's own schema.
        self.positions: dict[str, int] = {}
        _check_counts(path, file.metadata)
        others: dict[str, str] = {}
        found = list(leaves(file.schema_arrow))
        absent = _absent(found, file.metadata)
        for i, leaf in enumerate(found):
            name = leaf.name
            reason = "duplicate name" if name in self.columns else leaf.refused
            if reason is not None:
                others[name] = reason
                continue
            if leaf.optional and not leaf.depth and leaf.route[0] in absent:
                leaf = leaf.as_list()
            self.columns[name] = Column(name, leaf.type, leaf.depth)
            self.leaves[name], self.positions[name] = leaf, i
        self.notes: tuple[str, ...] = tuple(_notes(path, others, absent))

    @property
    def entries(self) -> int:
        """N."""
        return int(self.file.metadata.num_rows)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first events of row groups."""
        groups = (self.file.metadata.row_group(g).num_rows for g in range(self.file.metadata.num_row_groups))
        ends = list(accumulate(groups))
        return (0, *sorted({end for end in ends if 0 < end < self.entries}))

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time."""
        for name in columns:
            if name not in self.columns:
                raise InputError(
                    f"there is no column '{name}'", file=self.path, hint=nearest(name, self.columns)
                )
        if not columns:
            yield from ((min(step, stop - first), {}) for first in range(start, stop, step))
            return
        if start >= stop:
            return
        done = start
        for first, batch in self._batches(columns, start, self._events_at_once(columns, step)):
            rows = batch.slice(done - first, stop - done)
            if not rows.num_rows:
                continue
            try:
                count, found, missing = self._arrays(rows, columns)
            except Exception as error:
                raise self._damaged(done, error) from None
            if count:
                yield count, found
            done += count
            if missing is not None:
                raise InputError(
                    f"column '{missing}' has a missing value (null)",
                    file=self.path,
                    event=done,
                    hint="fill or drop such events when writing the file",
                )
            if done >= stop:
                return
        if done < stop:
            raise self._damaged(done, EOFError("its row groups have fewer events than stated"))

    def _events_at_once(self, columns: Sequence[str], step: int) -> int:
        """As many events as have some 64 MB of numbers by the file's own account, but never few."""
        groups = [self.file.metadata.row_group(g) for g in range(self.file.metadata.num_row_groups)]
        wanted = [self.positions[name] for name in columns]
        stored = sum(group.column(i).total_uncompressed_size for group in groups for i in wanted)
        return min(step, max(_FEWEST, int(_READ * self.entries / max(stored, 1))))

    def _batches(self, columns: Sequence[str], start: int, step: int) -> Iterator[tuple[int, Any]]:
        """(first event, record batch) of at most ``step`` events each, from the row group of event ``start`` on."""
        done = end = 0
        # pyarrow is asked for columns by their paths; of two with one path it reads both.
        names = [self.file.schema.column(self.positions[name]).path for name in columns]
        for group in range(self.file.metadata.num_row_groups):
            done, end = end, end + self.file.metadata.row_group(group).num_rows
            if end <= start:
                continue
            batches = self.file.iter_batches(batch_size=step, row_groups=[group], columns=names)
            while True:
                try:
                    batch = next(batches, None)
                except Exception as error:
                    raise self._damaged(done, error) from None
                if batch is None:
                    break
                yield done, batch
                done += batch.num_rows

    def _arrays(self, batch: Any, columns: Sequence[str]) -> tuple[int, dict[str, ak.Array], str | None]:
        """The events before the first one that lacks a number, and the column that lacks it."""
        count, missing = batch.num_rows, None
        found: dict[str, ak.Array] = {}
        remaining = list(columns)
        while remaining:
            name = remaining[0]
            try:
                found[name] = _awkward(batch, self.leaves[name])
                remaining.pop(0)
            except MissingValue as error:
                # All columns end where this one does.
                count, missing = error.event, name
                batch, found, remaining = batch.slice(0, count), {}, list(columns)
        return count, found, missing

    def _damaged(self, done: int, error: Exception) -> InputError:
        return InputError(
            f"the file is damaged: events cannot be read ({_reason(error)})",
            file=self.path,
            event=done,
            hint="copy or create it again",
        )


def _awkward(batch: Any, leaf: Leaf) -> ak.Array:
    offsets, numbers = lists_of(batch.column(leaf.route[0]), leaf)
    content = ak.contents.NumpyArray(numbers)
    if offsets is None:
        return ak.Array(content)
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), content))


def _check_counts(path: str, metadata: Any) -> None:
    """The numbers of events that a file states in several places are one number."""
    groups = [metadata.row_group(g) for g in range(metadata.num_row_groups)]
    rows = [group.num_rows for group in groups]
    wrong = sum(rows) != metadata.num_rows or min(rows, default=0) < 0
    # A column has at least one entry per event, of an empty list as well.
    wrong |= any(
        group.column(c).num_values < group.num_rows for group in groups for c in range(group.num_columns)
    )
    if wrong:
        raise InputError(
            "the Parquet file is damaged: the numbers of events in its row groups do not agree",
            file=path,
            hint="copy or create it again",
        )


def _absent(found: Sequence[Leaf], metadata: Any) -> dict[str, int]:
    """Structs per event that are null in some events, and in how many: then they are lists of at most one."""
    counts: dict[str, list[int]] = {}
    for i, leaf in enumerate(found):
        if leaf.optional and not leaf.depth:
            columns = (metadata.row_group(g).column(i) for g in range(metadata.num_row_groups))
            known = [c.statistics for c in columns if c.statistics is not None]
            nulls = sum(s.null_count for s in known if s.has_null_count)
            counts.setdefault(leaf.route[0], []).append(nulls)
    # A null struct is a null of each member, and members may have some of their own.
    return {name: min(n for n in nulls if n) for name, nulls in counts.items() if any(nulls)}


def _notes(path: str, others: Mapping[str, str], absent: Mapping[str, int]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for name, reason in others.items():
        reasons.setdefault(reason, []).append(name)
    if others:
        listed = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in reasons.items())
        yield f"Columns without numbers or lists of numbers are ignored: {listed}."
    for name, events in absent.items():
        yield f"'{name or 'vectors'}' is missing in {events} events: an empty list is used."
    values = partitions(path)
    if values:
        yield f"The folder names contain {', '.join(values)}, which are not columns of the file and are ignored."


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
