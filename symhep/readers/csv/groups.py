"""Rows of one object each to events: the rows that follow one another with the same number are an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from symhep.readers.csv.rows import Array, BadRow, Rows

__all__ = ["BadEvent", "Events", "grouped"]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """N events: columns of all their rows, and how many rows each has."""

    counts: IntArray
    columns: Mapping[str, Array]


@dataclass(frozen=True)
class BadEvent:
    """An event with a row that cannot be read; ``known`` False if the row may have been of yet another event."""

    row: BadRow
    known: bool


@dataclass
class _Open:
    """The event whose last row may not have come yet."""

    text: str | None
    parts: list[Mapping[str, Array]]
    bad: BadEvent | None = None


def grouped(rows: Iterable[Rows | BadRow]) -> Iterator[Events | BadEvent]:
    """All events in file order. A bad row of unknown event spoils the event before it and the one behind it."""
    now: _Open | None = None
    behind: BadRow | None = None  # the last row was bad, and its event nobody knows
    for piece in rows:
        if isinstance(piece, BadRow):
            if now is None or piece.text not in (None, now.text):
                yield from _closed(now)
                now = _Open(piece.text, [])
            now.bad = now.bad or BadEvent(piece, piece.text is not None)
            behind = piece if piece.text is None else None
            continue
        if not piece.count:
            continue
        changes = pc.not_equal(piece.texts[1:], piece.texts[:-1]).to_numpy(zero_copy_only=False)
        starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [piece.count]])
        first, last = piece.texts[0].as_py(), piece.texts[piece.count - 1].as_py()
        if now is None or now.text != first:
            yield from _closed(now)
            now = _Open(first, [], None if behind is None else BadEvent(behind, True))
        now.parts.append(_some(piece, 0, int(starts[1])))
        behind = None
        if len(starts) > 2:
            yield from _closed(now)
            if len(starts) > 3:
                yield Events(np.diff(starts[1:-1]), _some(piece, int(starts[1]), int(starts[-2])))
            now = _Open(last, [_some(piece, int(starts[-2]), piece.count)])
    yield from _closed(now)


def _some(piece: Rows, start: int, stop: int) -> dict[str, Array]:
    return {name: column[start:stop] for name, column in piece.columns.items()} | {
        "": np.empty(stop - start, dtype=bool)
    }


def _closed(event: _Open | None) -> Iterator[Events | BadEvent]:
    """An event whose rows have all come."""
    if event is None:
        return
    if event.bad is not None:
        yield event.bad
        return
    columns = {name: np.concatenate([part[name] for part in event.parts]) for name in event.parts[0]}
    yield Events(np.array([len(columns.pop(""))]), columns)
