"""Events of HepMC3's Asciiv3 format, as its WriterAscii writes them (arXiv:1912.08005).

E number vertices particles [@ x y z t]
U GEV MM
W weight ...
A id name value
P id parent pdgId px py pz E m status       parent: -vertex, or the one mother, or 0
V -vertex status [mother,...] [@ x y z t]
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from symhep.readers.hepmc.lines import Lines, Rows, line_starts, whole
from symhep.readers.hepmc.record import Int32Array, Record, last_pair, places

__all__ = ["LETTERS", "cross_section", "parse", "weight_names"]

IntArray = npt.NDArray[np.int64]

LETTERS = b"EUWAPV"
_FIELDS = {
    b"event_scale": "scale",
    b"signal_process_id": "process",
    b"alphaQCD": "alphaQCD",
    b"alphaQED": "alphaQED",
}
_NAMES = re.compile(rb"^W[ \t]+([^\r\n]*)", re.MULTILINE)
_PARTICLE = ("id", "parent", "pdgId", "px", "py", "pz", "E", "m_generated", "status")


def weight_names(header: bytes) -> tuple[str, ...]:
    r"""The names that a header declares: lines of text, whose ends are written ``\|`` and backslashes doubled.

    >>> weight_names(b"W Default\\|MUR 0.5\nT Pythia8\\|8.3\\|\n")
    ('Default', 'MUR 0.5')
    """
    found = _NAMES.search(header)
    if found is None:
        return ()
    text = re.sub(rb"\\(.)", lambda m: b"\n" if m[1] == b"|" else m[1], found[1])
    return tuple(text.decode("utf-8", "replace").split("\n"))


def cross_section(text: bytes) -> tuple[float, float] | None:
    """(value, error) in pb at the last event of ``text`` that states them."""
    return last_pair(text, b"A 0 GenCrossSection")


def parse(lines: Lines) -> Record:
    """The events as columns. Raises ValueError if any of them is not as it should be."""
    heads = lines.numbers("E", blank=b"@")
    if not np.isin(heads.counts, (3, 7)).all():
        raise ValueError(
            "the first line of an event needs three numbers: event number, number of vertices, number of particles"
        )
    announced = whole(heads.column(2), "the number of particles")
    rows = lines.numbers("P")
    counts = np.bincount(rows.event, minlength=lines.events)
    wrong = np.flatnonzero(counts != announced)
    if len(wrong):
        i = wrong[0]
        raise ValueError(f"the event should have {announced[i]} particles but has {counts[i]}")
    if (rows.counts != len(_PARTICLE)).any():
        raise ValueError(f"the line of a particle needs {len(_PARTICLE)} numbers")
    particles = dict(zip(_PARTICLE, rows.values.reshape(-1, len(_PARTICLE)).T, strict=True))
    if (particles.pop("id") != places(counts)).any():
        raise ValueError("the particles are not numbered 1, 2, ...: lines are missing, duplicated or damaged")
    parent = whole(particles.pop("parent"), "the parent of a particle")
    mothers = _mothers(lines, whole(heads.column(1), "the number of vertices"), parent, rows.event, counts)
    weights = lines.numbers("W", finite=False)
    if (np.diff(weights.event) == 0).any():
        raise ValueError("the event has two lines of weights")
    weight_counts = np.zeros(lines.events, dtype=np.int64)
    weight_counts[weights.event] = weights.counts
    fields = {name: np.full(lines.events, -1.0) for name in _FIELDS.values()}
    for attribute, name in _FIELDS.items():
        for at in line_starts(lines.text, b"A 0 " + attribute + b" "):
            word = lines.text[at : at + 128].partition(b"\n")[0].split()[3:4]
            try:
                fields[name][lines.event_at(at)] = float(*word)
            except (TypeError, ValueError):
                raise ValueError(f"the attribute {attribute.decode()} is not a number") from None
    fields["event_number"] = heads.column(0)
    return Record(counts, particles, mothers, fields, weights.values, weight_counts)


def _mothers(
    lines: Lines,
    announced: Int32Array,
    parent: Int32Array,
    event: IntArray,
    counts: IntArray,
) -> dict[str, Int32Array]:
    """First and last mother of each particle. A vertex of one mother and no place is written as that mother alone."""
    vertices = lines.numbers("V", blank=b"[,", until=b"]")
    if (np.bincount(vertices.event, minlength=lines.events) > announced).any():
        raise ValueError("the event has more vertices than stated in its first line")
    if (vertices.counts < 2).any():
        raise ValueError("the line of a vertex needs its number, its status and the list of its mothers")
    ids = -whole(vertices.column(0), "the number of a vertex").astype(np.int64)
    first, last = _ends(vertices)
    if ((ids < 1) | (ids > announced[vertices.event])).any() or (last > counts[vertices.event]).any():
        raise ValueError("a vertex has a number, or incoming particles, that the event does not have")
    if (parent > counts[event]).any():
        raise ValueError("a particle has a parent that the event does not have")
    mother1 = np.maximum(parent, 0)
    mother2 = mother1.copy()
    of_vertex = np.flatnonzero(parent < 0)
    if len(of_vertex):
        keys = (vertices.event << 32) + ids
        order = np.argsort(keys, kind="stable")
        wanted = (event[of_vertex] << 32) - parent[of_vertex]
        at = np.searchsorted(keys[order], wanted)
        if (at == len(keys)).any() or (keys[order][at] != wanted).any():
            raise ValueError("a particle comes from a vertex that the event does not have")
        mother1[of_vertex], mother2[of_vertex] = first[order][at], last[order][at]
    return {"mother1": mother1, "mother2": mother2}


def _ends(vertices: Rows) -> tuple[Int32Array, Int32Array]:
    """First and last mother of each vertex; 0 where it has none."""
    some = vertices.counts > 2
    first, last = np.zeros((2, len(vertices)), dtype=np.int32)
    first[some] = whole(vertices.values[vertices.begin[:-1][some] + 2], "the mother of a vertex")
    last[some] = whole(vertices.values[vertices.begin[1:][some] - 1], "the mother of a vertex")
    if (np.minimum(first, last) < 0).any() or (np.minimum(first, last)[some] == 0).any():
        raise ValueError("a vertex has an incoming particle that is not in the event")
    return first, last
