"""Rows of an LHEF5 file to events; an event that its own rows contradict is told and left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from symhep.errors import InputError
from symhep.readers.interface import FieldSchema
from symhep.readers.lhe.columns import EVENT_FIELDS as LHE_EVENT_FIELDS
from symhep.readers.lhe.columns import MOMENTUM, PARTICLE_FIELDS, Array, Columns
from symhep.readers.lhehdf5.tables import NamedTable

__all__ = ["EVENT_FIELDS", "Found", "Wanted", "end_before", "event_columns", "read_events", "weights_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

EVENT_FIELDS: Mapping[str, FieldSchema] = {
    **LHE_EVENT_FIELDS,
    "trials": FieldSchema("float64", doc="number of trials for the event, including the event itself"),
}
_EVENT = {"process": "pid", "scale": "scale", "alphaQED": "aqed", "alphaQCD": "aqcd", "trials": "trials"}
#: symhep's (and LHE's) name -> the column's.
_PARTICLE = {"pdgId": "id", "colour1": "color1", "colour2": "color2", "E": "e", "m_generated": "m"}
_PARTICLE = {name: _PARTICLE.get(name, name) for name in PARTICLE_FIELDS}
#: Columns of an event that are no weights.
_NO_WEIGHTS = frozenset(
    {"pid", "nparticles", "start", "trials", "scale", "fscale", "rscale", "aqed", "aqcd", "npLO", "npNLO"}
)
#: Rows of padding between events that are read along rather than skipped.
_GAP = 64


@dataclass(frozen=True)
class Wanted:
    """``particles`` None builds none, else momenta and these fields; ``weight`` None: all events have weight 1."""

    particles: frozenset[str] | None
    event_fields: frozenset[str]
    weight: str | None
    variations: frozenset[str] | Literal[True]


@dataclass(frozen=True)
class Found:
    """The good ones among events read together, and why the others are none, by their number in the file."""

    events: Columns
    bad: Mapping[int, str]
    end: int  # the row behind the particles of the last good event


def weights_of(events: NamedTable) -> tuple[str, ...]:
    """The weights that events have, the nominal one first."""
    names = [name for name in events.names if name not in _NO_WEIGHTS]
    return tuple(sorted(names, key=lambda name: name.lower() not in ("nominal", "weight")))


def event_columns(tables: Mapping[str, NamedTable], path: str) -> dict[str, str]:
    """Event field -> column, of those that the file has. Raises `InputError` if it lacks what an event needs."""
    for table, needed in (("events", ("nparticles", "start")), ("particles", tuple(_PARTICLE.values()))):
        missing = [name for name in needed if name not in tables[table].names]
        if missing:
            raise InputError(
                f"the table '{table}' has no column '{missing[0]}'",
                file=path,
                hint="only files with the standard layout are supported",
            )
    return {name: column for name, column in _EVENT.items() if column in tables["events"].names}


def end_before(tables: Mapping[str, NamedTable], event: int) -> int:
    """The row behind the particles of the event before this one; 0 where that says nothing sensible."""
    if event == 0:
        return 0
    rows = tables["events"].read(event - 1, event, ("nparticles", "start"))
    ends = rows["nparticles"] + rows["start"]
    sound = _sound(rows, tables["particles"].rows)
    return int(ends[0]) if sound[0] else 0


def _sound(rows: Mapping[str, FloatArray], size: int) -> BoolArray:
    """Which events name rows of particles among the ``size`` that there are."""
    count, first = rows["nparticles"], rows["start"]
    with np.errstate(invalid="ignore"):
        whole = (count == np.rint(count)) & (first == np.rint(first))
        found: BoolArray = whole & (count >= 1) & (first >= 0) & (first + count <= size)
    return found


def read_events(
    tables: Mapping[str, NamedTable],
    start: int,
    stop: int,
    wanted: Wanted,
    fields: Mapping[str, str],
    end: int,
) -> Found:
    """Events ``start:stop``. ``end`` is the row behind the particles of all earlier events."""
    bad: dict[int, str] = {}
    rows = tables["events"].read(start, stop, tables["events"].names)
    kept = np.arange(stop - start)

    def drop(wrong: BoolArray, reason: str) -> None:
        nonlocal kept
        bad.update(dict.fromkeys((kept[wrong] + start).tolist(), reason))
        kept = kept[~wrong]

    count, first = rows["nparticles"], rows["start"]
    drop(~_sound(rows, tables["particles"].rows), "the event has no particles at the position given")
    first_row, counts = first[kept].astype(np.int64), count[kept].astype(np.int64)
    before = np.maximum.accumulate(np.concatenate([[end], first_row + counts]))[:-1]
    drop(first_row < before, "the event refers to particles of an earlier event")
    if wanted.weight is not None:
        drop(~np.isfinite(rows[wanted.weight][kept]), f"the weight '{wanted.weight}' is not a finite number")
    for name, column in fields.items():
        if EVENT_FIELDS[name].type == "int32":
            drop(~_whole(rows[column][kept]), f"'{column}' is not an integer")
    first_row, counts = first[kept].astype(np.int64), count[kept].astype(np.int64)
    ends = first_row + counts
    values = _particles(tables["particles"], first_row, counts)
    wrong = np.zeros(len(values["id"]), dtype=bool)
    for name, field in PARTICLE_FIELDS.items():
        numbers = values[_PARTICLE[name]]
        wrong |= ~(_whole(numbers) if field.type == "int32" else np.isfinite(numbers))
    owner = np.repeat(np.arange(len(kept)), counts)
    broken = np.bincount(owner[wrong], minlength=len(kept)) > 0
    drop(broken, "a particle has non-finite numbers, or non-integers where integers are needed")
    inside, counts = np.repeat(~broken, counts), counts[~broken]
    particles: dict[str, Array] = {
        name: values[_PARTICLE[name]][inside].astype(field.type)
        for name, field in PARTICLE_FIELDS.items()
        if wanted.particles is not None and (name in MOMENTUM or name in wanted.particles)
    }
    events = Columns(
        kept + start,
        np.zeros(len(kept), dtype=np.int64),
        counts,
        np.ones(len(kept)) if wanted.weight is None else rows[wanted.weight][kept],
        particles,
        {
            name: rows[c][kept].astype(EVENT_FIELDS[name].type)
            for name, c in fields.items()
            if name in wanted.event_fields
        },
        {
            name: rows[name][kept]
            for name in weights_of(tables["events"])
            if wanted.variations is True or name in wanted.variations
        },
    )
    return Found(events, bad, int(ends.max(initial=end)))


def _whole(values: FloatArray) -> BoolArray:
    """Which are whole numbers of 32 bits."""
    with np.errstate(invalid="ignore"):
        return (values == np.rint(values)) & (np.abs(values) < 2**31)


def _particles(table: NamedTable, first: IntArray, counts: IntArray) -> dict[str, FloatArray]:
    """The rows of these events, one after the other; what lies between is read along if it is little."""
    names = tuple(_PARTICLE.values())
    ends = first + counts
    cuts = np.flatnonzero(first[1:] - ends[:-1] > _GAP) + 1
    parts: list[dict[str, FloatArray]] = [{name: np.zeros(0) for name in names}]
    for some in np.split(np.arange(len(first)), cuts):
        if not len(some):
            continue
        offset, n = int(first[some[0]]), counts[some]
        rows = table.read(offset, int(ends[some[-1]]), names)
        index = np.repeat(first[some] - offset - (np.cumsum(n) - n), n) + np.arange(int(n.sum()))
        parts.append({name: column[index] for name, column in rows.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in names}
