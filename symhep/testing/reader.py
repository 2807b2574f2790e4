"""The contract of a reader, as a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from symhep.events.batch import EventBatch
from symhep.readers.interface import BEGINNING, LossLog, Reader, ReadRequest, Schema, Start
from symhep.testing.watch import demand, global_randomness

__all__ = ["check_reader"]

#: Into so many pieces a file is read.
_PIECES = 8


def check_reader(reader: Reader, path: str | Path, options: Mapping[str, Any] | None = None) -> EventBatch:
    """Run a reader through the contract on a good file.

    Checked are: that it recognises the file; that schema and batches are of the right types; that the schema names
    what is read, four-vectors included; that reading again, chunks and ``max_events`` change no number; that pieces
    from one of its ``starts`` to another make up the whole; that no global random generator is drawn from; that
    nothing is read that was not asked for; that weights are finite numbers; that the file stays as it is.

    Parameters
    ----------
    reader
        An instance.
    path
        A file of at least 3 events.
    options
        As in a card; by default those of the reader.

    Returns
    -------
    EventBatch
        All events of the file: for further tests of its numbers.

    Raises
    ------
    PluginError
        Saying which rule is broken.

    Examples
    --------
    >>> import symhep
    >>> from symhep.plugin.manager import build_registry
    >>> toys = build_registry().reader("toy")
    >>> check_reader(toys, "", {"name": "circle", "events": 20}).events.fields
    ['x1', 'x2', 'angle']
    """
    name, file = reader.name, str(path)
    chosen = reader.Options.model_validate(dict(options or {}))
    if reader.needs_files:
        with Path(file).open("rb") as stream:
            demand(reader.confidence(file, stream.read(4096)) > 0, f"{name}: does not recognise {file}")
        demand(
            reader.confidence(file + ".xyz", b"no such format") == 0,
            f"{name}: recognises files of any content",
        )
    content = Path(file).read_bytes() if reader.needs_files else b""
    schema = reader.schema(file, chosen)
    demand(isinstance(schema, Schema), f"{name}: schema must return a Schema, not {type(schema).__name__}")

    def read(**wanted: Any) -> list[EventBatch]:
        batches = list(reader.read(file, chosen, ReadRequest(**wanted), LossLog("fail")))
        wrong = [type(b).__name__ for b in batches if not isinstance(b, EventBatch)]
        demand(not wrong, f"{name}: read must yield EventBatch objects, not {''.join(wrong[:1])}")
        return batches

    read()  # the first time, what the reader imports may draw
    before = global_randomness()
    whole = _joined(read())
    demand(
        global_randomness() == before,
        f"{name}: read draws from the global generator of numpy, torch or random; take a seed as an option",
    )
    demand(_equal(whole, _joined(read())), f"{name}: reading the file again gives different numbers")
    demand(len(whole) >= 3, f"{name}: the test needs a file with at least 3 events")
    demand(bool(np.isfinite(whole.weights).all()), f"{name}: weights must be finite")
    _check_fields(name, schema, whole)
    chunk = max(2, len(whole) // 8)
    batches = read(chunk_events=chunk)
    demand(all(len(b) <= chunk for b in batches), f"{name}: chunks are larger than requested")
    starts = np.cumsum([0, *(len(b) for b in batches)])[:-1].tolist()
    demand([b.first for b in batches] == starts, f"{name}: 'first' does not count the events of the file")
    chunked = _joined(batches)
    demand(_equal(whole, chunked), f"{name}: the chunk size changes the numbers")
    demand(len(_joined(read(max_events=2))) == 2, f"{name}: max_events is not honoured")
    _check_pieces(name, reader.starts(file, chosen), whole, read)
    bare = _joined(read(fields={}, event_fields=frozenset()))
    demand(len(bare) == len(whole), f"{name}: reading only weights loses events")
    demand(not ak.fields(bare.events), f"{name}: reads {ak.fields(bare.events)}, which were not requested")
    demand(not reader.needs_files or Path(file).read_bytes() == content, f"{name}: reading changes the file")
    return whole


def _check_fields(name: str, schema: Schema, whole: EventBatch) -> None:
    """The schema names what was read, and collections hold four-vectors."""
    offered = set(schema.collections) | set(schema.event_fields)
    demand(set(ak.fields(whole.events)) == offered, f"{name}: schema and events differ: {sorted(offered)}")
    derived = {"pt", "eta", "phi", "mass", "E", "px", "py", "pz"}
    for collection in schema.collections.values():
        members = whole.events[collection.name]
        demand(
            hasattr(members, "px") and hasattr(members, "E"),
            f"{name}: {collection.name} has no four-vectors",
        )
        missing = set(collection.fields) - set(ak.fields(members)) - derived
        demand(not missing, f"{name}: {collection.name} lacks {sorted(missing)}")


def _check_pieces(name: str, starts: Any, whole: EventBatch, read: Callable[..., list[EventBatch]]) -> None:
    """Pieces from start to start, joined, are the whole."""
    good = isinstance(starts, tuple) and all(isinstance(start, Start) for start in starts)
    demand(good, f"{name}: starts must return a tuple of Start objects")
    demand(starts[:1] == (BEGINNING,), f"{name}: the first of starts must be the beginning of the file")
    events = [start.event for start in starts]
    demand(events == sorted(set(events)), f"{name}: starts must increase")
    demand(events[-1] < len(whole), f"{name}: starts contains an event that is not in the file")
    # At most so many, evenly spread, and always the last.
    chosen = [
        starts[i] for i in sorted({*range(0, len(starts), -(-len(starts) // _PIECES)), len(starts) - 1})
    ]
    ends = [start.event for start in chosen[1:]]
    pieces = [read(start=start, stop=end) for start, end in zip(chosen, [*ends, None], strict=True)]
    for start, batches in zip(chosen, pieces, strict=True):
        first = batches[0].first if batches else None
        demand(first == start.event, f"{name}: reading from event {start.event} on begins at event {first}")
    joined = _joined([batch for batches in pieces for batch in batches])
    demand(_equal(whole, joined), f"{name}: the parts between starts do not add up to the file")


def _joined(batches: list[EventBatch]) -> EventBatch:
    demand(bool(batches), "the reader yields no batches")
    return EventBatch(
        ak.concatenate([b.events for b in batches]), np.concatenate([b.weights for b in batches])
    )


def _equal(a: EventBatch, b: EventBatch) -> bool:
    # Joined chunks may hold the same numbers in other types of list; NaN is a number that was not measured.
    same = ak.array_equal(
        a.events,
        b.events,
        equal_nan=True,
        same_content_types=False,
        check_parameters=False,
        check_regular=False,
    )
    return np.array_equal(a.weights, b.weights) and bool(same)
