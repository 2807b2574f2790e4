"""Readers of columnar files: a table of columns, opened, and the layout that gives them meaning."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
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
    Start,
    WeightSums,
)
from symhep.readers.layout import Layout, Selection
from symhep.readers.units import doubtful_unit

__all__ = ["STRIDE", "Column", "Table", "TableReader"]

#: Where a file can be entered at any event, it is at multiples of this.
STRIDE = 16_384

#: First events that are looked at to see which lists belong together and whether momenta are in GeV.
_LOOK_AT = 1_000


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

    @property
    def starts(self) -> Sequence[int]:
        """Events at which reading may begin cheaply, 0 and others, in rising order; no column matters to them."""
        ...

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time.

        Raises `InputError` where the file is damaged, at the same event wherever it started before.
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
        with self.opened(path, options) as (table, layout):
            return _with_list_weights(table, layout).schema()

    def starts(self, path: str, options: ReaderOptions) -> tuple[Start, ...]:
        """Those of the table."""
        with self.opened(path, options) as (table, _):
            return tuple(Start(event) for event in table.starts)

    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events in file order; only the columns that ``request`` needs are read."""
        with ExitStack() as stack:
            entries: int | None = None
            try:
                table, layout = stack.enter_context(self.opened(path, options))
                entries = table.entries
                layout = _with_list_weights(table, layout) if request.variations is True else layout
                selection = layout.select(request, path)
            except InputError as error:
                # Nothing of this file can be delivered: under 'skip' that is one row of the report.
                span = None if entries is None else request.span(entries)
                losses.record(
                    Loss(
                        path,
                        error.message,
                        None if span is None else len(span),
                        span.start if span else None,
                        hint=error.hint,
                    )
                )
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
                _with_list_weights(table, layout).schema(),
                sums,
                notes=(*layout.notes, *_first_look(table, layout)),
                losses=tuple(losses.losses),
                details=self.details(table, layout),
            )


def _batches(
    table: Table, selection: Selection, request: ReadRequest, losses: LossLog
) -> Iterator[EventBatch]:
    span = request.span(table.entries)
    if span.start == 0:
        if table.damage is not None:
            # All events may still be there; whether to trust them is for the user to say.
            losses.record(Loss(table.path, table.damage, 0, hint="copy or create it again"))
        _note_units(table, selection, losses)
    selection = _without_odd_lists(table, selection, losses)
    done = span.start
    while done < span.stop:
        try:
            for batch in _until_damage(table, selection, done, span.stop, request.chunk_events, losses):
                yield batch
                done += len(batch)
            return
        except InputError as error:
            # Wherever reading began, and in however many pieces, it goes on at the same event.
            event = done if error.event is None else error.event
            later = bisect_right(table.starts, event)
            end = min(table.starts[later], span.stop) if later < len(table.starts) else span.stop
            losses.record(Loss(table.path, error.message, end - done, event, error.byte, error.hint))
            done = end


def _until_damage(
    table: Table, selection: Selection, start: int, stop: int, step: int, losses: LossLog
) -> Iterator[EventBatch]:
    """Batches up to the first event that cannot be delivered. Raises `InputError` there."""
    done = start
    for count, columns in table.chunks(selection.columns, start, stop, step):
        try:
            batch = selection.batch(columns, count, table.path, done, losses)
        except InputError as error:
            good = 0 if error.event is None else error.event - done
            if good > 0:  # the events before the bad one
                cut = {name: values[:good] for name, values in columns.items()}
                yield selection.batch(cut, good, table.path, done, losses)
            raise
        yield batch
        done += count


def _first(table: Table, columns: Sequence[str]) -> tuple[int, Mapping[str, ak.Array]]:
    """The first events of the file, as far as they can be read: the same whatever is read in one go."""
    count, parts = 0, []
    try:
        for some, found in table.chunks(columns, 0, min(table.entries, _LOOK_AT), _LOOK_AT):
            count += some
            parts.append(found)
    except InputError:
        pass  # told where these events are delivered
    return count, {name: ak.concatenate([p[name] for p in parts]) for name in columns if parts}


def _without_odd_lists(table: Table, selection: Selection, losses: LossLog) -> Selection:
    """Without fields that only their name attributes to a collection."""
    if not selection.everything or not any(selection.collections.values()):
        return selection
    count, columns = _first(table, selection.columns)
    return selection.without_odd_lists(columns, table.path, losses) if count else selection


def _note_units(table: Table, selection: Selection, losses: LossLog) -> None:
    """Tell ``losses`` if momenta look like MeV in a file that does not say its unit."""
    layout = selection.layout
    unknown = {name: frozenset[str]() for name in selection.collections if name in layout.unit_unknown}
    if not unknown:
        return
    few = layout.select(ReadRequest(unknown, frozenset(), "none"), table.path)
    count, columns = _first(table, few.columns)
    try:
        batch = few.batch(columns, count, table.path, 0) if count else None
    except InputError:
        return  # told where these events are delivered
    if batch is not None and (doubt := doubtful_unit({name: batch.events[name] for name in unknown})):
        losses.note(table.path, doubt)


def _first_look(table: Table, layout: Layout) -> tuple[str, ...]:
    """What the first events of collections without a known unit say, in sentences."""
    wanted = {name: frozenset[str]() for name in layout.collections if name in layout.unit_unknown}
    request = ReadRequest(wanted, frozenset(), "none", chunk_events=_LOOK_AT, max_events=_LOOK_AT)
    log = LossLog("skip")
    for _ in _batches(table, layout.select(request, table.path), request, log) if wanted else ():
        pass
    some = f" (among the first {_LOOK_AT:,} events)" if table.entries > _LOOK_AT else ""
    return tuple(
        note.sentence() if note.count is None else f"{note.text}{some}: {note.count:,}." for note in log.notes
    )


def _with_list_weights(table: Table, layout: Layout) -> Layout:
    """The weights with every element of the lists of weights: how many there are the first event tells."""
    if not layout.weight_lists or not table.entries:
        return layout
    weights = dict(layout.weights)
    _, first = next(iter(table.chunks([w.column for w in layout.weight_lists.values()], 0, 1, 1)))
    for name, leaf in layout.weight_lists.items():
        for index in range(len(first[leaf.column][0])):
            weights.setdefault(f"{name}[{index}]", replace(leaf, index=index))
    return replace(layout, weights=weights)
