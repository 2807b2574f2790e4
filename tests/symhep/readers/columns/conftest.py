"""A file in memory, read by the guess or by a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import awkward as ak
import numpy as np
import pytest

from symhep.events.batch import EventBatch
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import FileSummary, LossLog, ReaderOptions, ReadRequest, Schema
from symhep.readers.layout import Layout
from symhep.readers.table import Column, TableReader


@dataclass
class Memory:
    """Columns as a reader of files offers them."""

    columns: Mapping[str, ak.Array]
    path: str = "memory"
    damage: str | None = None

    @property
    def entries(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def starts(self) -> tuple[int, ...]:
        return (0,)

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        for first in range(start, stop, step):
            end = min(first + step, stop)
            yield end - first, {name: self.columns[name][first:end] for name in columns}

    def described(self) -> dict[str, Column]:
        return {name: _column(name, values) for name, values in self.columns.items()}


def _column(name: str, values: ak.Array) -> Column:
    dtype, *shape = str(values.type.content).split(" * ")[::-1]
    if not shape:
        return Column(name, dtype, 0)
    return Column(name, dtype, 1) if shape == ["var"] else Column(name, f"{dtype}[{shape[0]}]", 0)


class MemoryReader(TableReader):
    name: ClassVar[str] = "memory"
    summary: ClassVar[str] = "columns in memory"
    Options: ClassVar[type[ReaderOptions]] = ColumnMapOptions

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.table = Memory({name: ak.Array(values) for name, values in columns.items()})

    def confidence(self, path: str, head: bytes) -> int:
        return 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[Memory, Layout]]:
        assert isinstance(options, ColumnMapOptions)
        yield self.table, layout_of(self.table.described(), options, path)


@dataclass
class Found:
    """What became of the columns."""

    schema: Schema
    batch: EventBatch
    notes: list[str]
    summary: FileSummary
    losses: list[tuple[int | None, int | None]]

    @property
    def events(self) -> ak.Array:
        return self.batch.events


@pytest.fixture(scope="session")
def read_columns() -> Callable[..., Found]:
    def read(
        file: Mapping[str, Any],
        request: ReadRequest | None = None,
        bad_files: Literal["fail", "skip"] = "fail",
        **options: Any,
    ) -> Found:
        reader, log = MemoryReader(file), LossLog(bad_files)
        chosen = ColumnMapOptions(**options)
        batches = list(reader.read("memory", chosen, request or ReadRequest(), log))
        events = ak.concatenate([b.events for b in batches])
        weights = np.concatenate([b.weights for b in batches])
        variations = {n: np.concatenate([b.variations[n] for b in batches]) for n in batches[0].variations}
        schema = reader.schema("memory", chosen)
        batch = EventBatch(events, weights, "memory", 0, variations)
        summary = reader.inspect("memory", chosen, LossLog(bad_files))
        lost = [(loss.events, loss.first_event) for loss in log.losses]
        return Found(schema, batch, [n.sentence() for n in log.notes], summary, lost)

    return read
