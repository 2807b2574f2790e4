"""Reader of Les Houches events in HDF5 (arXiv:1905.05120, arXiv:2309.13154), as Sherpa, Pepper and pylhe write them.

Energies are GeV, cross-sections and weights pb, lifetimes c tau in mm. The numbers are those of an LHE file
(`symhep.readers.lhe`) and have the same names. The cross-section of a sample is the sum of its weights over
the sum of its ``trials``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import ClassVar

import numpy as np

from symhep.errors import CardError, InputError, nearest
from symhep.events.batch import EventBatch
from symhep.readers.interface import (
    CollectionSchema,
    Loss,
    LossLog,
    Reader,
    ReaderOptions,
    ReadRequest,
    Schema,
    Start,
)
from symhep.readers.lhe.columns import MOMENTUM, PARTICLE_FIELDS, Columns, rebatch, to_awkward
from symhep.readers.lhehdf5.events import (
    EVENT_FIELDS,
    Wanted,
    end_before,
    event_columns,
    read_events,
    weights_of,
)
from symhep.readers.lhehdf5.tables import NamedTable, open_tables

__all__ = ["LheHdf5Reader"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
#: Events that are read at once, and lost at once where the file cannot be read; those between two starts.
_STEP, _STRIDE = 5_000, 20_000


class LheHdf5Reader(Reader):
    """Events of a matrix-element generator: one collection ``particles``, and every weight by name."""

    name: ClassVar[str] = "lhehdf5"
    summary: ClassVar[str] = "Les Houches events in HDF5 (Sherpa, Pepper, pylhe), GeV"

    def confidence(self, path: str, head: bytes) -> int:
        """2 for an HDF5 file with the accord's tables."""
        if not head.startswith(_MAGIC):
            return 0
        if b"procInfo" in head:
            return 2
        try:
            with open_tables(path):
                return 2
        except InputError:
            return 0

    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """What the file offers. Raises `InputError`."""
        with open_tables(path) as tables:
            return _schema(tables, path)

    def starts(self, path: str, options: ReaderOptions) -> tuple[Start, ...]:
        """Every so many events. Raises `InputError`."""
        with open_tables(path) as tables:
            return tuple(Start(event) for event in range(0, max(tables["events"].rows, 1), _STRIDE))

    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events in file order; see `Reader.read`.

        Raises
        ------
        CardError
            The request names a collection, field or weight that the file has not.
        InputError
            Events are lost, and ``losses`` has the policy 'fail'.
        """
        collections = ["particles"] if request.fields is None else list(request.fields)
        for chunk in rebatch(_columns(path, request, losses), request.chunk_events):
            events = to_awkward(chunk, collections)
            yield EventBatch(events, chunk.weights, path, int(chunk.number[0]), chunk.variations)


def _columns(path: str, request: ReadRequest, losses: LossLog) -> Iterator[Columns]:
    """The good events, some at a time; the others go to ``losses``."""
    with ExitStack() as stack:
        try:
            tables = stack.enter_context(open_tables(path))
            fields = event_columns(tables, path)
        except InputError as error:
            losses.record(Loss(path, error.message, hint=error.hint))
            return
        wanted = _wanted(request, fields, weights_of(tables["events"]), path)
        span = replace(request, max_events=None).span(tables["events"].rows)
        done, end = span.start, 0
        left = len(span) if request.max_events is None else request.max_events
        while done < span.stop and left:
            stop = min(done + min(_STEP, left), span.stop)
            try:
                # What is found does not depend on where reading began.
                end = end_before(tables, done) if done % _STRIDE == 0 else end
                found = read_events(tables, done, stop, wanted, fields, end)
            except InputError as error:
                losses.record(Loss(path, error.message, stop - done, done, hint=error.hint))
            else:
                for number, reason in found.bad.items():
                    losses.record(Loss(path, reason, 1, number, hint="check this event in the file"))
                end, left = found.end, left - len(found.events)
                if len(found.events):
                    yield found.events
            done = stop


def _wanted(request: ReadRequest, fields: Mapping[str, str], weights: Sequence[str], path: str) -> Wanted:
    """The request in this format's terms. Raises `CardError` on unknown names."""
    particles: frozenset[str] | None = frozenset(PARTICLE_FIELDS) - set(MOMENTUM)
    if request.fields is not None:
        for name in request.fields:
            if name != "particles":
                hint = "it only has 'particles'"
                raise CardError(f"unknown collection '{name}'", where=path, hint=hint)
        particles = request.fields.get("particles")
    event_fields = frozenset(fields) if request.event_fields is None else request.event_fields
    for name in sorted((particles or frozenset()) - set(PARTICLE_FIELDS)):
        hint = nearest(name, PARTICLE_FIELDS)
        raise CardError(f"unknown field 'particles.{name}'", where=path, hint=hint)
    for name in sorted(event_fields - set(fields)):
        raise CardError(f"unknown event field '{name}'", where=path, hint=nearest(name, fields))
    weight = request.weight
    if weight in ("auto", "none"):
        return Wanted(
            particles, event_fields, weights[0] if weights and weight == "auto" else None, request.variations
        )
    if weight not in weights:
        raise CardError(f"no weight '{weight}'", where=path, hint=nearest(weight, weights))
    return Wanted(particles, event_fields, weight, request.variations)


def _schema(tables: Mapping[str, NamedTable], path: str) -> Schema:
    fields = event_columns(tables, path)
    weights = weights_of(tables["events"])
    notes = []
    if not weights:
        notes.append("The events have no weights: all events have weight 1.")
    elif len(weights) > 1:
        notes.append(f"The nominal weight is '{weights[0]}'.")
    if weights and "trials" in fields:
        notes.append(
            "The cross-section of the sample in pb is the sum of its weights over the sum of its trials."
        )
    return Schema(
        {"particles": CollectionSchema("particles", "particle", PARTICLE_FIELDS)},
        {name: EVENT_FIELDS[name] for name in fields},
        weights,
        beams=_beams(tables["init"]),
        cross_section_pb=_cross_section(tables["processes"]),
        notes=tuple(notes),
    )


def _beams(init: NamedTable) -> tuple[tuple[int, float], ...]:
    """(pdgId, energy) of both beams, where the file states them."""
    names = ("beamA", "energyA", "beamB", "energyB")
    if not set(names) <= set(init.names) or init.rows < 1:
        return ()
    values = [float(column[0]) for column in init.read(0, 1, names).values()]
    if not np.isfinite(values).all():
        return ()
    return ((int(values[0]), values[1]), (int(values[2]), values[3]))


def _cross_section(processes: NamedTable) -> tuple[float, float] | None:
    """(value, error) in pb: the sum over the processes."""
    names = ("xSection", "error")
    if not set(names) <= set(processes.names) or processes.rows < 1:
        return None
    columns = processes.read(0, processes.rows, names)
    with np.errstate(over="ignore"):
        value, error = float(columns["xSection"].sum()), float(np.sqrt((columns["error"] ** 2).sum()))
    return (value, error) if np.isfinite([value, error]).all() else None
