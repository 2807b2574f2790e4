"""What both versions of the format say of N events with K particles in all, in the file's units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.readers.interface import FieldSchema

__all__ = ["EVENT_FIELDS", "MOMENTUM", "PARTICLE_FIELDS", "Record", "last_pair", "places"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

MOMENTUM = ("px", "py", "pz", "E")
PARTICLE_FIELDS: Mapping[str, FieldSchema] = {
    "pdgId": FieldSchema("int32", doc="Monte Carlo particle number"),
    "status": FieldSchema("int32", doc="1 final, 2 decayed, 4 beam; others depend on the generator"),
    "mother1": FieldSchema("int32", doc="first mother, counted from 1; 0 if none"),
    "mother2": FieldSchema("int32", doc="last mother, counted from 1; 0 if none"),
    "px": FieldSchema("float64", "GeV"),
    "py": FieldSchema("float64", "GeV"),
    "pz": FieldSchema("float64", "GeV"),
    "E": FieldSchema("float64", "GeV"),
    "m_generated": FieldSchema("float64", "GeV", "generated mass"),
}
EVENT_FIELDS: Mapping[str, FieldSchema] = {
    "event_number": FieldSchema("int64", doc="event number of the generator"),
    "process": FieldSchema("int32", doc="process number; -1 if the event has none"),
    "scale": FieldSchema("float64", doc="scale of the event in the unit of the generator; -1 if it has none"),
    "alphaQCD": FieldSchema("float64", doc="QCD coupling used; -1 if the event has none"),
    "alphaQED": FieldSchema("float64", doc="QED coupling used; -1 if the event has none"),
}


@dataclass(frozen=True)
class Record:
    """``particles`` and ``mothers`` are (K,), ``fields`` (N,); event i has ``weight_counts[i]`` of the ``weights``."""

    counts: IntArray  # (N,) particles
    particles: Mapping[str, FloatArray]
    mothers: Mapping[str, Int32Array]
    fields: Mapping[str, FloatArray]
    weights: FloatArray
    weight_counts: IntArray  # (N,)


def last_pair(text: bytes, begin: bytes) -> tuple[float, float] | None:
    r"""The two numbers behind ``begin`` on the last line that begins so: a cross-section above 0 and its error.

    >>> last_pair(b"E 1\nC 2.0 0.5\nC 2.1 0.1\n", b"C")
    (2.1, 0.1)
    """
    at = text.rfind(b"\n" + begin + b" ")
    words = text[at + 1 : at + 1024].partition(b"\n")[0].removeprefix(begin).split()[:2] if at >= 0 else []
    try:
        value, error = map(float, words)
    except ValueError:
        return None
    return (value, error) if 0 < value < np.inf and 0 <= error < np.inf else None


def places(counts: IntArray) -> IntArray:
    """(K,) 1, 2, ... in every event.

    >>> places(np.array([2, 0, 3])).tolist()
    [1, 2, 1, 2, 3]
    """
    return np.arange(1, int(counts.sum()) + 1) - np.repeat(np.cumsum(counts) - counts, counts)
