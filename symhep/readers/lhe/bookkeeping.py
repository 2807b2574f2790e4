"""Cross-section and the meaning of the weights, as an LHE file states them (hep-ph/0109068, section 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from symhep.readers.interface import WeightSums
from symhep.readers.lhe.header import Header

__all__ = ["cross_section", "details", "header_notes", "notes"]

_MEANING = {
    1: "the mean weight is the cross-section in pb (events meant to be unweighted with XMAXUP)",
    2: "the mean weight is the cross-section in pb (events meant to be unweighted with XMAXUP, XSECUP given)",
    3: "the events have unit weight; the cross-section is given only in <init>",
    4: "the mean weight is the cross-section in pb",
}


def cross_section(headers: Sequence[Header], events: Sequence[int]) -> tuple[float, float] | None:
    """(value, error) in pb: of several documents the average, weighted by their events, never the sum.

    >>> from symhep.readers.lhe.header import Process
    >>> h = Header(processes=(Process(2.0, 0.3, 1.0, 1),)), Header(processes=(Process(4.0, 0.4, 1.0, 1),))
    >>> cross_section(h, [100, 100])
    (3.0, 0.25)
    """
    pairs = [(h.cross_section_pb, n) for h, n in zip(headers, events, strict=True) if h.processes]
    if not pairs:
        return None
    total = sum(n for _, n in pairs)
    shares = [n / total if total else 1 / len(pairs) for _, n in pairs]
    value = sum(share * x for ((x, _), _), share in zip(pairs, shares, strict=True))
    error = math.sqrt(sum((share * dx) ** 2 for ((_, dx), _), share in zip(pairs, shares, strict=True)))
    return value, error


def details(headers: Sequence[Header], events: Sequence[int]) -> dict[str, Any]:
    """What the headers say, ready for JSON; where documents differ, the first one's word."""
    if not headers:
        return {"documents": 0}
    first = headers[0]
    return {
        "lhe_version": first.version,
        "documents": len(headers),
        "events_per_document": list(events),
        "idwtup": first.idwtup,
        "beams": [{"pdgId": pdg, "energy_gev": energy} for pdg, energy in first.beams],
        "pdf": list(first.pdf),
        "processes": [
            {
                "number": p.number,
                "cross_section_pb": p.cross_section_pb,
                "error_pb": p.error_pb,
                "maximum": p.maximum,
            }
            for p in first.processes
        ],
        "generators": [{"name": name, "version": version} for name, version in first.generators],
        "weights": dict(first.weights),
        "announced_events": first.announced,
    }


def notes(headers: Sequence[Header], events: Sequence[int], sums: WeightSums) -> tuple[str, ...]:
    """Sentences a person should read."""
    found: list[str] = []
    if len(headers) > 1:
        counts = " + ".join(map(str, events))
        found.append(
            f"{len(headers)} LHE documents follow one another in this file; all were read ({counts} events), "
            "and the cross-section is their average"
        )
        if len({(h.beams, h.idwtup, tuple(p.number for p in h.processes)) for h in headers}) > 1:
            found.append("the documents differ in beams, processes or the meaning of the weights")
    for header, n in zip(headers, events, strict=True):
        if header.problem:
            found.append(header.problem)
        if header.announced is not None and header.announced != n:
            found.append(f"the header states {header.announced} events, the file contains {n}")
    if headers and headers[0].idwtup:
        found.append(_meaning(headers[0].idwtup))
    if sums.events and headers:
        found += _agreement(headers[0].idwtup, cross_section(headers, events), sums)
    return tuple(found)


def header_notes(headers: Sequence[Header]) -> tuple[str, ...]:
    """What can be said before any event is read."""
    found = [h.problem for h in headers if h.problem]
    return (*found, *([_meaning(headers[0].idwtup)] if headers and headers[0].idwtup else []))


def _meaning(idwtup: int) -> str:
    meaning = _MEANING.get(abs(idwtup), "not a value of the standard")
    return f"IDWTUP = {idwtup}: {meaning}{'; negative weights may occur' if idwtup < 0 else ''}"


def _agreement(idwtup: int, stated: tuple[float, float] | None, sums: WeightSums) -> list[str]:
    """Do the weights keep what IDWTUP promises?"""
    n, mean = sums.events, sums.sum_w / sums.events
    found = []
    if sums.negative and idwtup > 0:
        found.append(f"{sums.negative} events have negative weights, which IDWTUP = {idwtup} does not allow")
    if abs(idwtup) == 3:
        alike = n * sums.sum_w2 - sums.sum_abs_w**2 <= 1e-9 * n * sums.sum_w2
        if not alike:
            found.append(f"the weights differ in size, but IDWTUP = {idwtup} means unit weights")
        elif not math.isclose(sums.sum_abs_w, n, rel_tol=1e-6):
            found.append(
                f"every weight is {sums.sum_abs_w / n:.6g} in size, though IDWTUP = {idwtup} promises 1"
            )
        return found
    if stated is not None and abs(idwtup) in _MEANING:
        value, error = stated
        spread = math.sqrt(max(sums.sum_w2 / n - mean**2, 0.0) / n)
        # 3 standard deviations, and the four or so digits that headers are printed with.
        if abs(mean - value) > 3 * math.hypot(error, spread) + 1e-3 * abs(value):
            found.append(
                f"the mean weight is {mean:.6g} pb, but <init> states a cross-section of {value:.6g} +- {error:.2g} pb"
            )
    return found
