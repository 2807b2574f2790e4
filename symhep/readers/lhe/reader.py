"""Reader of Les Houches Event files (LHEF 1.0, 2.0, 3.0; plain or compressed).

Format: hep-ph/0609017 (events), hep-ph/0109068 (what the numbers mean),
arXiv:1405.1067 section 4.2 (LHEF 3.0 and its weights). Energies are GeV and
cross-sections pb in the files as in symhep; lifetimes are c tau in mm.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from symhep.errors import CardError, InputError, nearest
from symhep.events.batch import EventBatch
from symhep.readers.interface import (
    CollectionSchema,
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
from symhep.readers.lhe.bookkeeping import cross_section, details, header_notes, notes
from symhep.readers.lhe.columns import EVENT_FIELDS, MOMENTUM, PARTICLE_FIELDS, Columns, rebatch, to_awkward
from symhep.readers.lhe.document import Damage, HeaderText, split
from symhep.readers.lhe.events import NOMINAL, Wanted, read_run
from symhep.readers.lhe.header import Header, parse_header
from symhep.readers.lhe.index import starts
from symhep.readers.lhe.runs import EventRun, Kind
from symhep.readers.lhe.weights import weight_names
from symhep.readers.stream import blocks

__all__ = ["LheReader"]


@dataclass
class _Walk:
    """What is learned of a file on the way through it."""

    headers: list[Header] = field(default_factory=list)
    number: int = 0  # events met so far, good or bad
    names: dict[str, None] = field(default_factory=dict)  # weights declared or seen in the first event


class LheReader(Reader):
    """Events of a matrix-element generator: one collection ``particles``, and every weight by name.

    The mass a generator used is ``m_generated``; ``mass`` is what `vector` finds
    from the momentum. Weights: ``auto`` and ``XWGTUP`` are the nominal one, the
    others have the names of ``<wgt id>``, ``<weight name>`` or, for the bare numbers
    of ``<weights>``, those of ``<initrwgt>``.
    """

    name: ClassVar[str] = "lhe"
    summary: ClassVar[str] = "Les Houches Event files (.lhe, .lhe.gz), LHEF 1.0 to 3.0, GeV"

    def confidence(self, path: str, head: bytes) -> int:
        """2 if the file says so itself, 1 by its name."""
        if b"<LesHouchesEvents" in head:
            return 2
        return int(path.lower().split("?")[0].endswith((".lhe", ".lhe.gz")))

    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """From the header and the first event. Raises `InputError` if there is no header."""
        walk = _Walk()
        with closing(blocks(path, 1 << 16)) as stream:
            for piece in split(stream):
                if isinstance(piece, Damage):
                    if not walk.headers:
                        raise InputError(piece.reason, file=path, byte=piece.byte, hint=piece.hint)
                    break
                _learn(walk, piece)
                if isinstance(piece, EventRun):
                    break
        return _schema(walk)

    def starts(self, path: str, options: ReaderOptions) -> tuple[Start, ...]:
        """Every so many events of a plain text, see `symhep.readers.lhe.index`."""
        return starts(path)

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
        walk = _Walk()
        collections = ["particles"] if request.fields is None else list(request.fields)
        for chunk in rebatch(_columns(path, request, losses, walk), request.chunk_events):
            missing = np.full(len(chunk), np.nan)
            yield EventBatch(
                to_awkward(chunk, collections),
                np.ones(len(chunk)) if request.weight == "none" else chunk.weights,
                path,
                int(chunk.number[0]),
                {
                    n: chunk.variations.get(n, missing)
                    for n in request.alternatives([NOMINAL, *walk.names, *chunk.variations])
                    if n != NOMINAL or request.variations is not True
                },
            )

    def inspect(self, path: str, options: ReaderOptions, losses: LossLog) -> FileSummary:
        """Count events and weights, and compare the weights with the cross-section of <init>."""
        walk, sums = _Walk(), WeightSums()
        request = ReadRequest(fields={}, event_fields=frozenset())
        events: list[int] = []
        for chunk in rebatch(_columns(path, request, losses, walk), request.chunk_events):
            sums.add(EventBatch(to_awkward(chunk, ()), chunk.weights, path))
            per_document = np.bincount(chunk.document, minlength=len(walk.headers))
            events += [0] * (len(per_document) - len(events))
            events = [a + int(b) for a, b in zip(events, per_document, strict=True)]
        events += [0] * (len(walk.headers) - len(events))
        return FileSummary(
            path,
            self.name,
            _schema(walk),
            sums,
            cross_section_pb=cross_section(walk.headers, events),
            notes=notes(walk.headers, events, sums),
            losses=tuple(loss for loss in losses.losses if loss.file == path),
            details=details(walk.headers, events),
        )


def _columns(path: str, request: ReadRequest, losses: LossLog, walk: _Walk) -> Iterator[Columns]:
    """The good events, run by run; the others go to ``losses``."""
    wanted = _wanted(request)
    left = request.max_events
    between: list[Loss] = []  # events lost in a row, not recorded yet
    if left == 0:
        return
    for piece in _pieces(path, request.start, walk):
        if isinstance(piece, Damage):
            number = walk.number + piece.after
            between.append(Loss(path, piece.reason, piece.events, number, piece.byte, piece.hint))
            if not piece.after:
                _tell(between, losses, request.stop)
            walk.number += piece.events or 0
            continue
        _learn(walk, piece)
        if isinstance(piece, HeaderText):
            names = tuple(name for name, _ in walk.headers[-1].weights)
            wanted = _wanted(request, names)
            continue
        if wanted.weight is not None and wanted.weight not in walk.names:
            raise CardError(
                f"no weight '{wanted.weight}'",
                where=path,
                hint=nearest(wanted.weight, [NOMINAL, *walk.names]),
            )
        end = walk.number + len(piece)
        end = end if request.stop is None else min(end, request.stop)
        first = min(max(walk.number, request.start.event), end)
        run = piece.take(first - walk.number, end - walk.number)
        good, bad = read_run(run, wanted, first, len(walk.headers) - 1)
        if left is not None and good is not None and len(good) >= left:
            good = good.take(0, left)
            end = int(good.number[-1])
        for event in bad:
            if first + event.place < end:
                number, place = first + event.place, run.byte + int(run.start[event.place])
                between.append(Loss(path, event.reason, event.events, number, place, event.hint))
        _tell(between, losses, end)
        walk.number += len(piece)
        if good is not None:
            yield good
            left = None if left is None else left - len(good)
        # The event at the stop has to be seen: what stands before it belongs to this piece.
        if left == 0 or (request.stop is not None and walk.number > request.stop):
            return


def _pieces(path: str, start: Start, walk: _Walk) -> Iterator[HeaderText | EventRun | Damage]:
    """The pieces of a file from ``start`` on, of which the header is one."""
    if start.byte is None:
        with closing(blocks(path)) as stream:
            yield from split(stream)
        return
    with closing(
        blocks(path)
    ) as stream:  # of the same size: what the first run says does not depend on the piece
        for piece in split(stream):
            if isinstance(piece, HeaderText):
                yield piece
            elif isinstance(piece, EventRun):
                _learn(walk, piece)
                break
    walk.number = start.event
    with closing(blocks(path, start=start.byte)) as stream:
        yield from split(stream, start.byte)


def _tell(found: list[Loss], losses: LossLog, stop: int | None) -> None:
    """Record the losses up to event ``stop``, in file order, and forget all."""
    ordered = sorted(found, key=lambda loss: loss.first_event or 0)
    found.clear()
    for loss in ordered:
        if stop is None or (loss.first_event or 0) <= stop:
            losses.record(loss)


def _learn(walk: _Walk, piece: HeaderText | EventRun) -> None:
    """Note a header, and which weights its first event has."""
    if isinstance(piece, HeaderText):
        walk.headers.append(parse_header(piece))
        walk.names.update(dict.fromkeys(name for name, _ in walk.headers[-1].weights))
    elif walk.number == 0:
        declared = [name for name, _ in walk.headers[-1].weights]
        whole = np.flatnonzero(piece.kind == Kind.WHOLE)[:1]
        for i in whole:
            walk.names.update(
                dict.fromkeys(weight_names(piece.text[piece.tail[i] : piece.stop[i]], declared))
            )


def _schema(walk: _Walk) -> Schema:
    particles = CollectionSchema("particles", "particle", PARTICLE_FIELDS)
    headers = walk.headers
    return Schema(
        {"particles": particles},
        EVENT_FIELDS,
        (NOMINAL, *walk.names),
        beams=headers[0].beams if headers else (),
        cross_section_pb=cross_section(headers, [1] * len(headers)),
        process=headers[0].process if headers else None,
        cuts=headers[0].cuts if headers else (),
        weight_groups=dict(headers[0].weight_groups) if headers else {},
        notes=header_notes(headers),
        auto_weight=NOMINAL,
    )


def _wanted(request: ReadRequest, declared: tuple[str, ...] = ()) -> Wanted:
    """The request in this format's terms. Raises `CardError` on unknown names."""
    extras = frozenset(PARTICLE_FIELDS) - set(MOMENTUM)
    particles: frozenset[str] | None = extras
    if request.fields is not None:
        for name in request.fields:
            if name != "particles":
                raise CardError(f"an LHE file has no collection '{name}'", hint="it only has 'particles'")
        particles = request.fields.get("particles")
    event_fields = frozenset(EVENT_FIELDS) if request.event_fields is None else request.event_fields
    for name in sorted((particles or frozenset()) - set(PARTICLE_FIELDS)):
        raise CardError(f"an LHE file has no field 'particles.{name}'", hint=nearest(name, PARTICLE_FIELDS))
    for name in sorted(event_fields - set(EVENT_FIELDS)):
        raise CardError(f"an LHE file has no event field '{name}'", hint=nearest(name, EVENT_FIELDS))
    weight = None if request.weight in ("auto", "none", NOMINAL) else request.weight
    return Wanted(particles, event_fields, weight, request.variations, declared)
