"""Reader of HepMC text files: version 2 (IO_GenEvent) and 3 (Asciiv3), plain or compressed.

Sources: Comput. Phys. Commun. 134 (2001) 41 and arXiv:1912.08005. Energies in MEV are converted to GeV,
event by event; cross-sections are pb. No HepMC library is needed: those stop at damage without saying so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

import symhep.readers.hepmc.asciiv3 as asciiv3
import symhep.readers.hepmc.genevent as genevent
from symhep.errors import CardError, InputError, nearest
from symhep.events.batch import EventBatch
from symhep.readers.hepmc.document import Damage, EventTexts, Header, split
from symhep.readers.hepmc.events import Document, Wanted, read_run
from symhep.readers.hepmc.record import EVENT_FIELDS, MOMENTUM, PARTICLE_FIELDS
from symhep.readers.interface import (
    CollectionSchema,
    FileSummary,
    Loss,
    LossLog,
    Reader,
    ReaderOptions,
    ReadRequest,
    Schema,
    WeightSums,
)
from symhep.readers.lhe.columns import Columns, rebatch, to_awkward
from symhep.readers.stream import blocks

__all__ = ["HepMCReader"]

_NAMED = re.compile(r"\.hepmc[23]?(?:\.(?:gz|bz2|xz))?$", re.IGNORECASE)
_UNITS = re.compile(rb"^U[ \t]", re.MULTILINE)
#: Events are long: pieces of this size make few of them wait for their end.
_BLOCK_BYTES = 1 << 20


@dataclass
class _Walk:
    """What is learned of a file on the way through it."""

    headers: list[Header] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    number: int = 0  # events met so far, good or bad
    names: dict[str, None] = field(default_factory=dict)  # weights of the first event of each document
    beams: tuple[tuple[int, float], ...] = ()
    events: list[int] = field(default_factory=list)  # delivered, by document
    #: The last estimate of each document's cross-section (pb) that the file states.
    cross_sections: dict[int, tuple[float, float]] = field(default_factory=dict)
    fresh: bool = False  # no event of the present document has been met


class HepMCReader(Reader):
    """Events of a shower generator: one collection ``particles`` with PDG number and status (1: final).

    Weights: ``auto`` is the first one. Their names are those of the header (HepMC3) or of the events (HepMC2).
    """

    name: ClassVar[str] = "hepmc"
    summary: ClassVar[str] = (
        "HepMC2 (IO_GenEvent) and HepMC3 (Asciiv3) text files, also compressed; GeV or MeV as stated in the file"
    )

    def confidence(self, path: str, head: bytes) -> int:
        """2 if the file says so itself, 1 by its name."""
        if re.search(rb"^HepMC::", head, re.MULTILINE):
            return 2
        return int(bool(_NAMED.search(path.split("?")[0])))

    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """From the header and the first event that can be read. Raises `InputError` if there is no header."""
        walk = _Walk()
        with closing(blocks(path, 1 << 16)) as stream:
            for piece in split(stream):
                if isinstance(piece, Damage):
                    if not walk.headers:
                        raise InputError(piece.reason, file=path, byte=piece.byte, hint=piece.hint)
                    break
                _learn(walk, piece)
                if isinstance(piece, EventTexts) and not walk.fresh:
                    break
        return _schema(walk)

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
            names = request.alternatives([*walk.names, *chunk.variations])
            yield EventBatch(
                to_awkward(chunk, collections),
                np.ones(len(chunk)) if request.weight == "none" else chunk.weights,
                path,
                int(chunk.number[0]),
                {name: chunk.variations.get(name, missing) for name in names},
            )

    def inspect(self, path: str, options: ReaderOptions, losses: LossLog) -> FileSummary:
        """Count events and weights; the cross-section is the one that the last event states."""
        walk, sums = _Walk(), WeightSums()
        request = ReadRequest(fields={}, event_fields=frozenset())
        for chunk in rebatch(_columns(path, request, losses, walk), request.chunk_events):
            sums.add(EventBatch(to_awkward(chunk, ()), chunk.weights, path))
        schema = _schema(walk)
        return FileSummary(
            path,
            self.name,
            schema,
            sums,
            cross_section_pb=_cross_section(walk),
            notes=schema.notes,
            losses=tuple(loss for loss in losses.losses if loss.file == path),
            details={
                "hepmc_version": walk.headers[0].library if walk.headers else None,
                "documents": len(walk.headers),
                "events_per_document": list(walk.events),
            },
        )


def _columns(path: str, request: ReadRequest, losses: LossLog, walk: _Walk) -> Iterator[Columns]:
    """The good events, run by run; the others go to ``losses``."""
    wanted = _wanted(request)
    left = request.max_events
    if left == 0:
        return
    with closing(blocks(path, _BLOCK_BYTES)) as stream:
        for piece in split(stream):
            if isinstance(piece, Damage):
                losses.record(Loss(path, piece.reason, piece.events, walk.number, piece.byte, piece.hint))
                walk.number += piece.events or 0
                continue
            _learn(walk, piece)
            if isinstance(piece, Header):
                continue
            if wanted.weight is not None and not walk.fresh and wanted.weight not in walk.names:
                hint = nearest(wanted.weight, walk.names)
                raise CardError(f"no weight '{wanted.weight}'", where=path, hint=hint)
            good, bad = read_run(piece, wanted, walk.number, walk.documents[-1])
            last = len(piece)
            if left is not None and good is not None and len(good) >= left:
                good = good.take(0, left)
                last = int(good.number[-1]) - walk.number
            for event in bad:
                if event.place < last:
                    number, place = walk.number + event.place, piece.byte + int(piece.start[event.place])
                    losses.record(Loss(path, event.reason, event.events, number, place, event.hint))
            walk.number += len(piece)
            if good is not None:
                walk.events[-1] += len(good)
                yield good
                left = None if left is None else left - len(good)
            if left == 0:
                return


def _learn(walk: _Walk, piece: Header | EventTexts) -> None:
    """Note a document; of its first good event the beams and the names of the weights; the latest cross-section."""
    if isinstance(piece, Header):
        names = asciiv3.weight_names(piece.text) if piece.version == 3 else ()
        walk.headers.append(piece)
        walk.documents.append(Document(len(walk.documents), names))
        walk.events.append(0)
        walk.fresh = True
        return
    if walk.fresh:
        document = replace(walk.documents[-1], units=piece.version == 3 or bool(_UNITS.search(piece.text)))
        walk.documents[-1] = document
        everything = Wanted(frozenset({"pdgId", "status"}), frozenset(), None, True)
        for i in range(len(piece)):
            text = piece.text[piece.start[i] : piece.start[i + 1]]
            one = EventTexts(text, piece.byte, np.array([0, len(text)]), piece.version)
            good, _ = read_run(one, everything, 0, document)
            if good is not None:
                walk.names.update(dict.fromkeys(good.variations))
                walk.beams = walk.beams or _beams(good)
                walk.fresh = False
                break
    stated = (asciiv3 if piece.version == 3 else genevent).cross_section(piece.text)
    if stated is not None:
        walk.cross_sections[len(walk.documents) - 1] = stated


def _beams(event: Columns) -> tuple[tuple[int, float], ...]:
    """(pdgId, energy) of the particles with status 4, if they are two."""
    at = np.flatnonzero(event.particles["status"] == 4)
    beams = zip(event.particles["pdgId"][at].tolist(), event.particles["E"][at].tolist(), strict=True)
    return tuple(beams) if len(at) == 2 else ()


def _cross_section(walk: _Walk) -> tuple[float, float] | None:
    """(value, error) in pb: of several documents the average, weighted by their events, never the sum."""
    known = [(walk.cross_sections.get(i), n) for i, n in enumerate(walk.events)]
    total = sum(n for _, n in known)
    if not known or total == 0 or any(stated is None for stated, _ in known):
        return None
    shares = [(stated, n / total) for stated, n in known if stated is not None]
    return sum(x * s for (x, _), s in shares), math.sqrt(sum((dx * s) ** 2 for (_, dx), s in shares))


def _schema(walk: _Walk) -> Schema:
    notes = []
    if any(not document.units for document in walk.documents):
        notes.append("The events have no units: GeV is assumed.")
    if not walk.names:
        notes.append("The events have no weights: all events have weight 1.")
    elif len(walk.names) > 1:
        notes.append(
            f"The first of {len(walk.names)} weights is used as the nominal one: '{next(iter(walk.names))}'."
        )
    if walk.cross_sections:
        notes.append("The cross-section is the estimate of the generator at the last event read.")
    return Schema(
        {"particles": CollectionSchema("particles", "particle", PARTICLE_FIELDS)},
        EVENT_FIELDS,
        tuple(walk.names),
        beams=walk.beams,
        cross_section_pb=next(iter(walk.cross_sections.values()), None),
        notes=tuple(notes),
    )


def _wanted(request: ReadRequest) -> Wanted:
    """The request in this format's terms. Raises `CardError` on unknown names."""
    particles: frozenset[str] | None = frozenset(PARTICLE_FIELDS) - set(MOMENTUM)
    if request.fields is not None:
        for name in request.fields:
            if name != "particles":
                raise CardError(f"a HepMC file has no collection '{name}'", hint="it only has 'particles'")
        particles = request.fields.get("particles")
    event_fields = frozenset(EVENT_FIELDS) if request.event_fields is None else request.event_fields
    for name in sorted((particles or frozenset()) - set(PARTICLE_FIELDS)):
        raise CardError(f"a HepMC file has no field 'particles.{name}'", hint=nearest(name, PARTICLE_FIELDS))
    for name in sorted(event_fields - set(EVENT_FIELDS)):
        raise CardError(f"a HepMC file has no event field '{name}'", hint=nearest(name, EVENT_FIELDS))
    weight = None if request.weight in ("auto", "none") else request.weight
    return Wanted(particles, event_fields, weight, request.variations)
