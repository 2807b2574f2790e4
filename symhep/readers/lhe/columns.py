"""Events as plain columns: what the parser makes and what becomes an awkward array."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.readers.interface import FieldSchema

__all__ = ["EVENT_FIELDS", "MOMENTUM", "PARTICLE_FIELDS", "Columns", "rebatch", "to_awkward"]

Array = npt.NDArray[np.float64] | npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: The 13 numbers of a particle line, in the order of the file (hep-ph/0609017).
PARTICLE_FIELDS: Mapping[str, FieldSchema] = {
    "pdgId": FieldSchema("int32", doc="Monte Carlo particle number (IDUP)"),
    "status": FieldSchema("int32", doc="-1 incoming, 1 outgoing, 2 intermediate (ISTUP)"),
    "mother1": FieldSchema("int32", doc="first mother, counted from 1; 0 if none"),
    "mother2": FieldSchema("int32", doc="last mother, counted from 1; 0 if none"),
    "colour1": FieldSchema("int32", doc="colour line (ICOLUP 1)"),
    "colour2": FieldSchema("int32", doc="anticolour line (ICOLUP 2)"),
    "px": FieldSchema("float64", "GeV"),
    "py": FieldSchema("float64", "GeV"),
    "pz": FieldSchema("float64", "GeV", "along the first beam"),
    "E": FieldSchema("float64", "GeV"),
    "m_generated": FieldSchema("float64", "GeV", "generated mass (PUP 5)"),
    "lifetime": FieldSchema("float64", "mm", "c tau from production to decay (VTIMUP)"),
    "spin": FieldSchema("float64", doc="cosine of spin and mother's momentum; 9 if unknown (SPINUP)"),
}
MOMENTUM = ("px", "py", "pz", "E")

#: The numbers of the line before the particles, behind their count and without the weight.
EVENT_FIELDS: Mapping[str, FieldSchema] = {
    "process": FieldSchema("int32", doc="process number (IDPRUP)"),
    "scale": FieldSchema("float64", "GeV", "scale of the event; -1 if none (SCALUP)"),
    "alphaQED": FieldSchema("float64", doc="QED coupling used; -1 if none (AQEDUP)"),
    "alphaQCD": FieldSchema("float64", doc="QCD coupling used; -1 if none (AQCDUP)"),
}


@dataclass(frozen=True)
class Columns:
    """N events with K particles in all: (K,) and (N,) columns by name."""

    number: IntArray  # (N,) number of the event in the file
    document: IntArray  # (N,) which <LesHouchesEvents> it is in
    counts: IntArray  # (N,) particles
    weights: FloatArray  # (N,)
    particles: Mapping[str, Array]
    event_fields: Mapping[str, Array]
    variations: Mapping[str, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.number)

    def take(self, start: int, stop: int) -> Columns:
        """Events ``start:stop``."""
        first, last = int(self.counts[:start].sum()), int(self.counts[:stop].sum())
        cut = slice(start, stop)
        return Columns(
            self.number[cut],
            self.document[cut],
            self.counts[cut],
            self.weights[cut],
            {k: v[first:last] for k, v in self.particles.items()},
            {k: v[cut] for k, v in self.event_fields.items()},
            {k: v[cut] for k, v in self.variations.items()},
        )

    @classmethod
    def join(cls, parts: Sequence[Columns]) -> Columns:
        """All events of ``parts``; a variation that one of them lacks is NaN there."""
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(name for part in parts for name in part.variations)
        missing = [np.full(len(part), np.nan) for part in parts] if names else []
        return cls(
            np.concatenate([p.number for p in parts]),
            np.concatenate([p.document for p in parts]),
            np.concatenate([p.counts for p in parts]),
            np.concatenate([p.weights for p in parts]),
            {k: np.concatenate([p.particles[k] for p in parts]) for k in parts[0].particles},
            {k: np.concatenate([p.event_fields[k] for p in parts]) for k in parts[0].event_fields},
            {
                k: np.concatenate([p.variations.get(k, m) for p, m in zip(parts, missing, strict=True)])
                for k in names
            },
        )


def rebatch(parts: Iterable[Columns], size: int) -> Iterator[Columns]:
    """The same events in pieces of ``size``, shorter before an event that is missing, and the last one.

    So the events of a piece have the numbers that follow its first one's.
    """
    held: list[Columns] = []
    n = 0
    for part in (whole for some in parts for whole in _without_gaps(some)):
        if held and held[-1].number[-1] + 1 != part.number[0]:
            yield Columns.join(held)
            held, n = [], 0
        start = 0
        while n + len(part) - start >= size:
            stop = start + size - n
            yield Columns.join([*held, part.take(start, stop)])
            held, n, start = [], 0, stop
        if start < len(part):
            held.append(part.take(start, len(part)) if start else part)
            n += len(part) - start
    if held:
        yield Columns.join(held)


def _without_gaps(part: Columns) -> Iterator[Columns]:
    """Those events whose numbers follow one another."""
    jumps = np.flatnonzero(np.diff(part.number) != 1) + 1
    if not len(jumps):
        yield part
        return
    for start, stop in zip([0, *jumps.tolist()], [*jumps.tolist(), len(part)], strict=True):
        yield part.take(start, stop)


def to_awkward(columns: Columns, collections: Collection[str]) -> ak.Array:
    """Records with the collection ``particles`` (if wanted) and the event fields.

    Built from the layout up: zipping jagged columns would compare their offsets, column by column.
    """
    contents: dict[str, ak.contents.Content] = {}
    if "particles" in collections:
        record = ak.contents.RecordArray(
            [ak.contents.NumpyArray(np.ascontiguousarray(v)) for v in columns.particles.values()],
            list(columns.particles),
            parameters={"__record__": "Momentum4D"},
        )
        offsets = np.concatenate([[0], np.cumsum(columns.counts)])
        contents["particles"] = ak.contents.ListOffsetArray(ak.index.Index64(offsets), record)
    for name, values in columns.event_fields.items():
        contents[name] = ak.contents.NumpyArray(values)
    return ak.Array(ak.contents.RecordArray(list(contents.values()), list(contents), length=len(columns)))
