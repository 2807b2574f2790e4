"""Runs of event texts to columns; what cannot be read is narrowed down to single events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from symhep.readers.lhe.attributes import ATTRIBUTES
from symhep.readers.lhe.columns import EVENT_FIELDS, MOMENTUM, PARTICLE_FIELDS, Array, Columns
from symhep.readers.lhe.numbers import fortran_to_c, misread, parse_numbers
from symhep.readers.lhe.runs import EventRun, Kind
from symhep.readers.lhe.weights import weight_table

__all__ = ["NOMINAL", "BadEvent", "Wanted", "read_run"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_REMARK = re.compile(rb"#[^\n]*")
_OPENING = re.compile(rb"<event" + ATTRIBUTES + rb">")
_REASONS = {
    Kind.CUT: "the event is cut short: its </event> is missing",
    Kind.STRAY: "</event> without its <event>: the event's beginning is lost",
    Kind.MERGED: "the tags of the event are damaged: it may be merged with the next one",
}
_N_EVENT, _N_PARTICLE = 6, len(PARTICLE_FIELDS)
#: The nominal weight's name in the accord.
NOMINAL = "XWGTUP"


@dataclass(frozen=True)
class Wanted:
    """What to build of each event.

    ``particles`` None builds no particles, else momenta and these fields; ``weight``
    None is XWGTUP, else the name of the weight to use; ``declared`` are the weight
    names of the header.
    """

    particles: frozenset[str] | None
    event_fields: frozenset[str]
    weight: str | None = None
    variations: frozenset[str] | Literal[True] = frozenset()
    declared: tuple[str, ...] = ()


@dataclass(frozen=True)
class BadEvent:
    """An event that cannot be delivered: its place in the run, and why."""

    place: int
    reason: str
    hint: str | None = None
    events: int | None = 1


def read_run(
    run: EventRun, wanted: Wanted, first: int, document: int
) -> tuple[Columns | None, list[BadEvent]]:
    """The good events of ``run`` (None if there are none), and the bad ones in file order.

    ``first`` is the number of the run's first event in the file.
    """
    bad = [
        BadEvent(
            int(i),
            _REASONS[Kind(int(run.kind[i]))],
            "run the job or copy the file again",
            None if run.kind[i] == Kind.MERGED else 1,
        )
        for i in np.flatnonzero(run.kind != Kind.WHOLE)
    ]
    parts: list[Columns] = []
    for result in _narrow(run, np.flatnonzero(run.kind == Kind.WHOLE), wanted, first, document):
        if isinstance(result, BadEvent):
            bad.append(result)
        else:
            parts.append(result)
    bad.sort(key=lambda b: b.place)
    return (Columns.join(parts) if parts else None), bad


def _narrow(
    run: EventRun, places: IntArray, wanted: Wanted, first: int, document: int
) -> Iterator[Columns | BadEvent]:
    """Parse these events together; if that fails repair the text; if that fails too, halve."""
    if not len(places):
        return
    ends = list(
        zip(run.body[places].tolist(), run.tail[places].tolist(), run.stop[places].tolist(), strict=True)
    )
    bodies = [run.text[i:j] for i, j, _ in ends]
    named = bool(wanted.variations) or wanted.weight is not None
    tails = [run.text[j:k] for _, j, k in ends] if named else []
    try:
        yield _parse(bodies, tails, wanted, places + first, document)
        return
    except ValueError:
        mended = [_mend(run.text[i:k]) for i, k in zip(run.start[places], run.stop[places], strict=True)]
    try:
        yield _parse(mended, tails, wanted, places + first, document)
    except ValueError as error:
        if len(places) == 1:
            yield BadEvent(int(places[0]), _diagnose(mended[0]) or str(error), "check this event in the file")
            return
        middle = len(places) // 2
        yield from _narrow(run, places[:middle], wanted, first, document)
        yield from _narrow(run, places[middle:], wanted, first, document)


def _mend(event: bytes) -> bytes:
    """The numbers of an event whose remarks hold tags, or that Fortran wrote in double precision."""
    text = _REMARK.sub(b"", _OPENING.sub(b"", event, count=1))
    return fortran_to_c(text.partition(b"<")[0])


def _parse(
    bodies: Sequence[bytes], tails: Sequence[bytes], wanted: Wanted, numbers: IntArray, document: int
) -> Columns:
    """Columns of N events. Raises ValueError if any of them is not as it should be."""
    values, begin, counts = _layout(bodies)
    rows = np.repeat(begin + _N_EVENT - _N_PARTICLE * (np.cumsum(counts) - counts), counts)
    rows += _N_PARTICLE * np.arange(len(rows))
    particles: dict[str, Array] = {}
    for i, (name, field) in enumerate(PARTICLE_FIELDS.items()):
        # Whole numbers are checked even where nobody wants them: a shifted line shows itself there.
        column = _typed(values[rows + i], field.type) if field.type == "int32" else None
        if wanted.particles is not None and (name in MOMENTUM or name in wanted.particles):
            particles[name] = values[rows + i] if column is None else column
    event_fields: dict[str, Array] = {}
    for name, place in zip(EVENT_FIELDS, (1, 3, 4, 5), strict=True):
        if name in wanted.event_fields:
            event_fields[name] = _typed(values[begin + place], EVENT_FIELDS[name].type)
    weights, variations = values[begin + 2], {}
    if tails:
        only = None if wanted.variations is True else [wanted.weight or "", *sorted(wanted.variations)]
        column_of, table = weight_table(tails, wanted.declared, only)
        if wanted.weight is not None:
            if wanted.weight not in column_of:
                raise ValueError(f"the event has no weight '{wanted.weight}'")
            weights = table[:, column_of[wanted.weight]]
            if (none := ~np.isfinite(weights)).any():
                odd = weights[none][0]
                what = "has no" if np.isnan(odd) else "has an infinite"
                raise ValueError(f"the event {what} weight '{wanted.weight}'")
        asked = column_of if wanted.variations is True else wanted.variations & column_of.keys()
        variations = {name: table[:, column_of[name]] for name in asked}
    if wanted.variations is not True and NOMINAL in wanted.variations:
        variations[NOMINAL] = values[begin + 2]
    return Columns(
        numbers, np.full(len(numbers), document), counts, weights, particles, event_fields, variations
    )


def _layout(bodies: Sequence[bytes]) -> tuple[FloatArray, IntArray, IntArray]:
    """All numbers, where each event's begin among them, and how many particles each has."""
    # A zero byte marks where an event ends: it counts as a blank, and no sound event has one.
    text = b"\n" + b"\n\0\n".join(bodies) + b"\n"
    if b"#" in text:
        text = _REMARK.sub(b"", text)
    values, starts = parse_numbers(text)
    zeros = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 0)
    if len(zeros) != len(bodies) - 1:
        raise ValueError("zero bytes in the event")
    limits = np.concatenate([[0], np.searchsorted(starts, zeros), [len(values)]])
    begin, n = limits[:-1], np.diff(limits)
    if (n < _N_EVENT).any():
        raise ValueError("the event has no complete first line")
    counts = _typed(values[begin], "int32").astype(np.int64)
    if (n != _N_EVENT + _N_PARTICLE * counts).any():
        raise ValueError("the number of particles differs from NUP")
    return values, begin, counts


def _typed(column: FloatArray, dtype: str) -> Array:
    """``column`` as ``dtype``, losing nothing."""
    if dtype == "float64":
        return column
    whole = column.astype(np.int32) if (np.abs(column) < 2**31).all() else None
    if whole is None or (whole != column).any():
        raise ValueError("not an integer")
    return whole


def _diagnose(body: bytes) -> str | None:
    """In words, why the numbers of one event make no event; None if they do."""
    if bad := misread(body):
        return f"the event has {bad}"
    tokens = [float(t) for t in body.split()]
    if len(tokens) < _N_EVENT:
        return f"the event has no complete first line ({len(tokens)} of {_N_EVENT} numbers)"
    have = (len(tokens) - _N_EVENT) / _N_PARTICLE
    if have != tokens[0]:
        return (
            f"the event should have {tokens[0]:g} particles (NUP) but has {have:.3g} "
            f"({_N_PARTICLE} numbers each)"
        )
    names = [name for name, field in PARTICLE_FIELDS.items() if field.type == "int32"]
    lines = np.reshape(tokens[_N_EVENT:], (-1, _N_PARTICLE))[:, : len(names)]
    wrong = np.argwhere((lines != np.rint(lines)) | (np.abs(lines) >= 2**31))
    if len(wrong):
        line, column = wrong[0]
        return f"{names[column]} of particle {line + 1} is {lines[line, column]:g}, not an integer"
    return None
