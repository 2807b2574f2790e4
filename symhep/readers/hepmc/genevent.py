"""Events of HepMC2's IO_GenEvent format (Comput. Phys. Commun. 134 (2001) 41; HepMC 2.06 user manual).

    E number interactions scale alphaQCD alphaQED process vertex vertices beam1 beam2 n random... n weight...
    N n "name" ...
    U GEV MM
    C cross-section error
    V barcode id x y z ctau orphans outgoing n weight...
    P barcode pdgId px py pz E m status theta phi end-vertex n (index code)...

Behind a vertex come its orphans (incoming particles from nowhere) and then its outgoing particles.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from symhep.readers.hepmc.lines import Lines, Rows, whole
from symhep.readers.hepmc.record import Int32Array, Record, last_pair, places

__all__ = ["LETTERS", "cross_section", "parse", "weight_names"]

IntArray = npt.NDArray[np.int64]

LETTERS = b"EUNCHFVP"
_NAME = re.compile(rb'"([^"]*)"')
_FIELDS = {"event_number": 0, "scale": 2, "alphaQCD": 3, "alphaQED": 4, "process": 5}
_PARTICLE = ("barcode", "pdgId", "px", "py", "pz", "E", "m_generated", "status")


def weight_names(line: bytes) -> tuple[str, ...]:
    """The names on an event's line ``N`` (without the letter). Raises ValueError if they are not as many as it says.

    >>> weight_names(b' 2 "0" "MUR 0.5"')
    ('0', 'MUR 0.5')
    """
    names = tuple(name.decode("utf-8", "replace") for name in _NAME.findall(line))
    if line.split()[:1] != [b"%d" % len(names)] or line.count(b'"') != 2 * len(names):
        raise ValueError("the number of weight names differs from the number stated")
    return names


def cross_section(text: bytes) -> tuple[float, float] | None:
    """(value, error) in pb at the last event of ``text`` that states them."""
    return last_pair(text, b"C")


def parse(lines: Lines) -> Record:
    """The events as columns. Raises ValueError if any of them is not as it should be."""
    heads = lines.numbers("E", finite=False)
    weights, weight_counts = _weights(heads)
    announced = whole(heads.column(7), "the number of vertices")
    vertices = lines.numbers("V", finite=False)
    found = np.bincount(vertices.event, minlength=lines.events)
    wrong = np.flatnonzero(found != announced)
    if len(wrong):
        i = wrong[0]
        raise ValueError(f"the event should have {announced[i]} vertices but has {found[i]}")
    if (vertices.counts < 9).any() or (vertices.counts != 9 + vertices.column(8)).any():
        raise ValueError("the line of a vertex does not have the stated number of entries")
    rows = lines.numbers("P")
    if (rows.counts < 12).any() or (rows.counts != 12 + 2 * rows.column(11)).any():
        raise ValueError("the line of a particle does not have the stated number of entries")
    orphans = whole(vertices.column(6), "the number of orphans")
    outgoing = whole(vertices.column(7), "the number of outgoing particles")
    if min(orphans.min(initial=0), outgoing.min(initial=0)) < 0:
        raise ValueError("the number of a vertex's particles is negative")
    owner = np.searchsorted(vertices.place, rows.place) - 1
    if (owner < 0).any() or (np.bincount(owner, minlength=len(vertices)) != orphans + outgoing).any():
        raise ValueError("a vertex does not have the stated number of particles")
    counts = np.bincount(rows.event, minlength=lines.events)
    particles = {name: rows.column(i) for i, name in enumerate(_PARTICLE) if i}
    orphan = places((orphans + outgoing).astype(np.int64)) <= orphans[owner]
    fields = {name: heads.column(i) for name, i in _FIELDS.items()}
    mothers = _mothers(vertices, rows, owner, orphan, counts)
    return Record(counts, particles, mothers, fields, weights, weight_counts)


def _weights(heads: Rows) -> tuple[npt.NDArray[np.float64], IntArray]:
    """The weights at the end of the events' first lines, and how many each has."""
    wrong = ValueError("the first line of the event does not have the stated number of entries")
    if (heads.counts < 12).any():
        raise wrong
    random = whole(heads.column(10), "the number of random numbers")
    if ((random < 0) | (heads.counts < 12 + random)).any():
        raise wrong
    at = heads.begin[:-1] + 11 + random
    counts = whole(heads.values[at], "the number of weights").astype(np.int64)
    if (counts != heads.begin[1:] - at - 1).any():
        raise wrong
    kept = np.arange(len(heads.values)) > np.repeat(at, heads.counts)
    return heads.values[kept], counts


def _mothers(
    vertices: Rows, rows: Rows, owner: IntArray, orphan: npt.NDArray[np.bool_], counts: IntArray
) -> dict[str, Int32Array]:
    """First and last mother of each particle: those that end at the vertex it comes from."""
    barcode = whole(vertices.column(0), "the barcode of a vertex").astype(np.int64)
    end = whole(rows.column(10), "the end vertex of a particle").astype(np.int64)
    place = places(counts).astype(np.int32)
    into = np.flatnonzero(end != 0)
    keys = (rows.event[into] << 32) + end[into]
    order = np.argsort(keys, kind="stable")
    keys, inside = keys[order], place[into[order]]
    wanted = (vertices.event << 32) + barcode
    left, right = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    if (right - left).sum() != len(keys):
        raise ValueError("a particle ends at a vertex that the event does not have, or has twice")
    first, last = np.zeros((2, len(vertices)), dtype=np.int32)
    some = right > left
    first[some], last[some] = inside[left[some]], inside[right[some] - 1]
    return {"mother1": np.where(orphan, 0, first[owner]), "mother2": np.where(orphan, 0, last[owner])}
