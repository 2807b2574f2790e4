"""Readers of columnar files: a table of columns, opened, and the layout that gives them meaning."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import awkward as ak

from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.readers.interface import (
    FileSummary,
    Loss,
    LossLog,
    Reader,
    ReaderOptions,
    ReadRequest,
    Schema,
    WeightSums,
)
from symhep.readers.layout import Layout, Selection

__all__ = ["Column", "Table", "TableReader"]


@dataclass(frozen=True)
class Column:
    """A column of a file: its name there, its numbers' type in numpy's words ('float32', 'float32[5]').

    ``depth`` is 0 for a number per event and 1 for a list per event.
    """

    name: str
    type: str
    depth: int
    doc: str = ""

    @property
    def numeric(self) -> bool:
        """One plain number, not a fixed-size array?"""
        return "[" not in self.type


class Table(Protocol):
    """An opened file, seen as columns of N events."""

    path: str
    #: What is wrong with the file although it could be opened.
    damage: str | None

    @property
    def entries(self) -> int:
        """N."""
        ...

    def chunks(
        self, columns: Sequence[str], stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events 0 to ``stop``, at most ``step`` at a time.

        Raises `InputError` where the file is damaged.
        """
        ...


class TableReader(Reader):
    """A reader that says what a file's columns mean, and leaves the reading to this class."""

    @abstractmethod
    def opened(self, path: str, options: ReaderOptions) -> AbstractContextManager[tuple[Table, Layout]]:
        """The file as a table, with its layout. Raises `InputError`."""

    def details(self, table: Table, layout: Layout) -> Mapping[str, Any]:
        """What `symhep inspect` should say beyond the schema, format by format."""
        return {}

    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """What the file offers."""
        with self.opened(path, options) as (_, layout):
            return layout.schema()

    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events in file order; only the columns that ``request`` needs are read."""
        with ExitStack() as stack:
            entries: int | None = None
            try:
                table, layout = stack.enter_context(self.opened(path, options))
                entries = table.entries
                selection = layout.select(request, path)
            except InputError as error:
                # Nothing of this file can be delivered: under 'skip' that is one row of the report.
                losses.record(Loss(path, error.message, entries, 0 if entries else None, hint=error.hint))
                return
            yield from _batches(table, selection, request, losses)

    def inspect(self, path: str, options: ReaderOptions, losses: LossLog) -> FileSummary:
        """Events and weights, with what a person should know of this file."""
        request = ReadRequest(fields={}, event_fields=frozenset())
        sums = WeightSums()
        with self.opened(path, options) as (table, layout):
            for batch in _batches(table, layout.select(request, path), request, losses):
                sums.add(batch)
            return FileSummary(
                path,
                self.name,
                layout.schema(),
                sums,
                notes=layout.notes,
                losses=tuple(losses.losses),
                details=self.details(table, layout),
            )


def _batches(
    table: Table, selection: Selection, request: ReadRequest, losses: LossLog
) -> Iterator[EventBatch]:
    stop = table.entries if request.max_events is None else min(table.entries, request.max_events)
    done = 0
    if table.damage is not None:
        # All events may still be there; whether to trust them is for the user to say.
        losses.record(Loss(table.path, table.damage, 0, hint="copy or produce it again"))
    try:
        for count, columns in table.chunks(selection.columns, stop, request.chunk_events):
            batch = selection.batch(columns, count, table.path, done)
            yield batch
            done += count
    except InputError as error:
        event = error.event if error.event is not None else done
        losses.record(Loss(table.path, error.message, stop - done, event, error.byte, error.hint))
