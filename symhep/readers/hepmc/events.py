"""Runs of HepMC events to columns; what cannot be read is narrowed down to single events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

import symhep.readers.hepmc.asciiv3 as asciiv3
import symhep.readers.hepmc.genevent as genevent
from symhep.readers.hepmc.document import EventTexts
from symhep.readers.hepmc.lines import Lines, NotANumber, whole
from symhep.readers.hepmc.record import EVENT_FIELDS, MOMENTUM, PARTICLE_FIELDS
from symhep.readers.hepmc.weights import weight_table
from symhep.readers.lhe.columns import Array, Columns
from symhep.readers.lhe.events import BadEvent
from symhep.readers.lhe.numbers import misread

__all__ = ["Document", "Wanted", "read_run"]

IntArray = npt.NDArray[np.int64]

#: (GeV) of the words that a line U may have; lengths are not read.
_UNITS = {(b"GEV", b"MM"): 1.0, (b"GEV", b"CM"): 1.0, (b"MEV", b"MM"): 1e-3, (b"MEV", b"CM"): 1e-3}
_HINT = "check this event in the file"


@dataclass(frozen=True)
class Wanted:
    """What to build of each event: ``particles`` None builds none, ``weight`` None is the nominal one."""

    particles: frozenset[str] | None
    event_fields: frozenset[str]
    weight: str | None = None
    variations: frozenset[str] | Literal[True] = frozenset()


@dataclass(frozen=True)
class Document:
    """What holds for the events of one document: ``units`` False if its events have no line U, which old files lack."""

    number: int
    weights: tuple[str, ...] = ()
    units: bool = True


def read_run(
    run: EventTexts, wanted: Wanted, first: int, document: Document
) -> tuple[Columns | None, list[BadEvent]]:
    """The good events of ``run`` (None if there are none), and the bad ones in file order.

    ``first`` is the number of the run's first event in the file.
    """
    parts: list[Columns] = []
    bad: list[BadEvent] = []
    for result in _narrow(run, 0, len(run), wanted, first, document):
        if isinstance(result, BadEvent):
            bad.append(result)
        else:
            parts.append(result)
    return (Columns.join(parts) if parts else None), bad


def _narrow(
    run: EventTexts, begin: int, end: int, wanted: Wanted, first: int, document: Document
) -> Iterator[Columns | BadEvent]:
    """Parse events ``begin:end`` together; if that fails, halve."""
    start = run.start[begin : end + 1]
    text = run.text[start[0] : start[-1]]
    try:
        yield _parse(text, start - start[0], run.version, wanted, np.arange(begin, end) + first, document)
        return
    except ValueError as error:
        if end - begin == 1:
            yield _bad(text, begin, error)
            return
    middle = (begin + end) // 2
    yield from _narrow(run, begin, middle, wanted, first, document)
    yield from _narrow(run, middle, end, wanted, first, document)


def _bad(text: bytes, place: int, error: ValueError) -> BadEvent:
    """Why one event cannot be delivered. More than one line U tells that others have run into it."""
    for line in text.splitlines() if isinstance(error, NotANumber) else []:
        if line[:1] in (b"E", b"P") and (found := misread(line[1:].replace(b"@", b" "))):
            return BadEvent(place, f"the event has {found}", _HINT, _merged(text))
    return BadEvent(place, str(error), _HINT, _merged(text))


def _merged(text: bytes) -> int | None:
    return 1 if text.count(b"\nU ") <= 1 else None


def _parse(
    text: bytes, start: IntArray, version: int, wanted: Wanted, numbers: IntArray, document: Document
) -> Columns:
    """Columns of N events. Raises ValueError if any of them is not as it should be."""
    grammar = asciiv3 if version == 3 else genevent
    lines = Lines(text, start, grammar.LETTERS)
    record = grammar.parse(lines)
    factor = np.repeat(_energy_units(lines, document), record.counts)
    particles: dict[str, Array] = {}
    for name, field in PARTICLE_FIELDS.items():
        column: Array
        if name in record.mothers:
            column = record.mothers[name]
        elif field.type == "int32":  # checked even where nobody wants it
            column = whole(record.particles[name], f"{name} of a particle")
        else:
            column = record.particles[name] * factor
        if wanted.particles is not None and (name in MOMENTUM or name in wanted.particles):
            particles[name] = column
    fields = {name: _typed(record.fields[name], name) for name in EVENT_FIELDS if name in wanted.event_fields}
    column_of, table = weight_table(_names(lines, version, document), record.weights, record.weight_counts)
    weights = np.ones(lines.events) if wanted.weight is None else np.full(lines.events, np.nan)
    chosen = wanted.weight if wanted.weight is not None else next(iter(column_of), None)
    if wanted.weight is None:
        some = record.weight_counts > 0
        weights[some] = record.weights[(np.cumsum(record.weight_counts) - record.weight_counts)[some]]
    elif chosen in column_of:
        weights = table[:, column_of[chosen]]
    if not np.isfinite(weights).all():
        raise ValueError(f"the weight '{chosen}' is missing or not a finite number")
    asked = column_of if wanted.variations is True else wanted.variations & column_of.keys()
    variations = {name: table[:, column_of[name]] for name in asked}
    of_document = np.full(len(numbers), document.number)
    return Columns(numbers, of_document, record.counts, weights, particles, fields, variations)


def _names(lines: Lines, version: int, document: Document) -> list[tuple[str, ...]]:
    """The declared names of each event's weights."""
    if version == 3:
        return [document.weights] * lines.events
    names: list[tuple[str, ...]] = [()] * lines.events
    known: dict[bytes, tuple[str, ...]] = {}
    for text, event in zip(*lines.texts("N"), strict=True):
        if text not in known:
            known[text] = genevent.weight_names(text)
        names[event] = known[text]
    return names


def _energy_units(lines: Lines, document: Document) -> npt.NDArray[np.float64]:
    """(N,) what an energy of each event has to be multiplied with."""
    texts, event = lines.texts("U")
    if not document.units and not texts:
        return np.ones(lines.events)
    if len(event) != lines.events or (event != np.arange(lines.events)).any():
        raise ValueError("the event needs one line of units, such as 'U GEV MM'")
    factors = []
    for text in texts:
        words = tuple(text.split())
        if words not in _UNITS:
            shown = text.strip()[:24].decode("ascii", "backslashreplace")
            raise ValueError(f"the units '{shown}' are not GEV or MEV and MM or CM")
        factors.append(_UNITS[words])
    return np.array(factors)


def _typed(column: npt.NDArray[np.float64], name: str) -> Array:
    kind = EVENT_FIELDS[name].type
    if kind == "float64":
        return column
    if kind == "int32":
        return whole(column, f"'{name}'")
    if (column != np.rint(column)).any() or (np.abs(column) > 2**53).any():
        raise ValueError(f"'{name}' is not an integer")
    return cast(Array, column.astype(np.int64))
