"""Parquet files of numbers, lists and lists of structs, by a map of columns or by a guess from their names.

Row groups are read one after the other and in pieces no larger than a chunk; only the columns
needed are read. A struct's member is a column of its own, ``Jet.pt``, so files written by awkward
(``ak.to_parquet``) need no map. GeV, or MeV by ``units: MeV``. See `symhep.readers.columns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import awkward as ak
import fsspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from symhep.errors import InputError, nearest
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.table import Column, TableReader

__all__ = ["ParquetReader"]

#: The names that writers give to the levels of a list, which are no names of the user's.
_LIST_LEVELS = re.compile(r"\.(?:list|bag)\.(?:element|item|array|array_element)(?=\.|$)")
_DAMAGE = (pa.ArrowException, OSError, ValueError, EOFError)


class ParquetReader(TableReader):
    """Parquet files by a column map; GeV or MeV."""

    name: ClassVar[str] = "parquet"
    summary: ClassVar[str] = "Parquet file of numbers, lists and structs, by a map of columns; GeV or MeV"
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
                file = stack.enter_context(pq.ParquetFile(stream))
            except FileNotFoundError:
                raise InputError("there is no such file", file=path) from None
            except _DAMAGE as error:
                raise InputError(
                    f"the Parquet file cannot be opened: cut short or damaged ({_reason(error)})",
                    file=path,
                    hint="copy or produce it again",
                ) from None
            table = ParquetTable(path, file)
            yield table, layout_of(table.columns, options, path, (), table.notes)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The row groups and the program that wrote the file."""
        return {
            "row_groups": table.file.metadata.num_row_groups,
            "created_by": table.file.metadata.created_by,
        }


class ParquetTable:
    """An opened Parquet file. A list of structs appears as one column per member."""

    def __init__(self, path: str, file: Any) -> None:
        self.path, self.file = path, file
        self.damage: str | None = None
        self.columns: dict[str, Column] = {}
        self.physical: dict[str, str] = {}
        others: list[str] = []
        for i in range(len(file.schema)):
            leaf = file.schema.column(i)
            name, levels = _LIST_LEVELS.subn("", leaf.path)
            kind = _numpy_type(leaf)
            # A repeated leaf without list levels is a list written the old way.
            depth = leaf.max_repetition_level
            if kind is None or depth > 1 or levels > 1:
                others.append(name)
                continue
            self.columns[name] = Column(name, kind, depth)
            self.physical[name] = leaf.path
        self.notes: tuple[str, ...] = (
            (f"Columns that hold neither numbers nor lists are not offered: {', '.join(others)}.",)
            if others
            else ()
        )

    @property
    def entries(self) -> int:
        """N."""
        return int(self.file.metadata.num_rows)

    def chunks(
        self, columns: Sequence[str], stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events 0 to ``stop``, at most ``step`` at a time."""
        for name in columns:
            if name not in self.columns:
                raise InputError(
                    f"there is no column '{name}'", file=self.path, hint=nearest(name, self.columns)
                )
        if not columns:
            yield from ((min(step, stop - start), {}) for start in range(0, stop, step))
            return
        done = 0
        names = [self.physical[name] for name in columns]
        for group in range(self.file.metadata.num_row_groups):
            if done >= stop:
                return
            try:
                for batch in self.file.iter_batches(batch_size=step, row_groups=[group], columns=names):
                    rows = batch.slice(0, stop - done)
                    if rows.num_rows:
                        yield rows.num_rows, self._arrays(rows, columns, done)
                        done += rows.num_rows
            except InputError:
                raise
            except _DAMAGE as error:
                raise InputError(
                    f"the file is damaged after {done} of {self.entries} events ({_reason(error)})",
                    file=self.path,
                    event=done,
                    hint="copy or produce it again",
                ) from None

    def _arrays(self, batch: Any, columns: Sequence[str], first: int) -> dict[str, ak.Array]:
        found: dict[str, ak.Array] = {}
        for name in columns:
            try:
                found[name] = _awkward(batch, name)
            except _Null:
                raise InputError(
                    f"column '{name}' has missing values (null)",
                    file=self.path,
                    event=first,
                    hint="fill or drop them when writing the file",
                ) from None
        return found


class _Null(Exception):
    """A missing value where a number is needed."""


def _awkward(batch: Any, name: str) -> ak.Array:
    """Column ``name`` of a record batch; 'Jet.pt' is a column of that name or the member pt of Jet."""
    outer = next(n for n in batch.schema.names if name == n or name.startswith(f"{n}."))
    array, rest = batch.column(outer), name[len(outer) + 1 :]
    offsets: npt.NDArray[np.int64] | None = None
    while True:
        if array.null_count:
            raise _Null
        if pa.types.is_fixed_size_list(array.type):
            offsets = np.arange(len(array) + 1) * array.type.list_size
            array = array.flatten()
        elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            offsets = np.asarray(array.offsets, dtype=np.int64)
            array = array.values.slice(offsets[0], offsets[-1] - offsets[0])
            offsets = offsets - offsets[0]
        elif pa.types.is_struct(array.type):
            member = next(f.name for f in array.type if rest == f.name or rest.startswith(f"{f.name}."))
            array, rest = array.field(member), rest[len(member) + 1 :]
        else:
            break
    numbers = ak.contents.NumpyArray(array.to_numpy(zero_copy_only=False))
    if offsets is None:
        return ak.Array(numbers)
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), numbers))


def _numpy_type(leaf: Any) -> str | None:
    """The numbers of a Parquet leaf in numpy's words; None if it holds none."""
    logical = str(leaf.logical_type.type)
    if logical == "INT":
        text = str(leaf.logical_type)  # Int(bitWidth=8, isSigned=false)
        bits, signed = re.search(r"bitWidth=(\d+)", text), "isSigned=false" not in text
        return f"{'' if signed else 'u'}int{bits[1]}" if bits else None
    if logical not in {"NONE", "UNKNOWN"}:
        return None
    return {
        "BOOLEAN": "bool",
        "INT32": "int32",
        "INT64": "int64",
        "FLOAT": "float32",
        "DOUBLE": "float64",
    }.get(leaf.physical_type)


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
