"""Sectors of all vectors about the axes whose rotations are rejected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.adjustment import adjusted
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep.methods.result import Arrays
from symhep_moments.fit.bounds.seen import Seen, even_orbits
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.sectors.interval import LEVEL, Measured, measured
from symhep_moments.fit.sectors.scan import Arc, Units, clearest_arc, scan_p
from symhep_moments.sample import Events
from symhep_moments.sector import SectorRow

__all__ = ["Sectors", "sectors_of"]

FloatArray = npt.NDArray[np.float64]

#: Scans of a result; where there would be more none is made.
MOST = 24
#: Random samples of a scan, at least; of a family of hypotheses so many as its level asks for.
DRAWS = 999
#: Effective events in whose azimuth a sector is sought.
FEWEST = 50.0
#: Bins of the azimuth that are drawn.
DRAWN = 60
METHOD = "profile likelihood over the edges, threshold from samples of the fitted sector"
EDGES = "fitted edge less its misses in samples of the fitted sector"


@dataclass(frozen=True, eq=False)
class Sectors:
    """Rows, and of each what is drawn: weight in bins of the azimuth from -pi to pi, and its errors, (rows, bins)."""

    rows: tuple[SectorRow, ...] = ()
    counts: FloatArray | None = None
    errors: FloatArray | None = None

    def arrays(self) -> Arrays:
        """For the figure; {} if there are no rows."""
        if self.counts is None or self.errors is None:
            return {}
        return {"sector_counts": self.counts, "sector_errors": self.errors}


def sectors_of(
    events: Events,
    functions: TestFunctions,
    rejected: Sequence[str],
    level: float,
    seeds: np.random.SeedSequence,
) -> Sectors:
    """A row for each vector that all events have about each axis whose rotation is ``rejected``.

    Rotations that turn one plane, about the beam where there is one. A rotation along which the edges or the density
    around ``functions`` change has none: its azimuth is not even.
    """
    found = list(_azimuths(events, functions, rejected))
    if not 0 < len(found) <= MOST:
        return Sectors()
    draws = max(DRAWS, math.ceil(2 * len(found) / level) - 1)
    arcs, logs = dict[str, Arc](), dict[str, float]()
    units = {f"{label} of {vector}": own for label, vector, own in found}
    for name, own in units.items():
        arcs[name] = clearest_arc(own)
        rng = np.random.default_rng(stream_for(seeds, f"sectors of {name}"))
        logs[name] = scan_p(own, arcs[name], rng, draws)
    family = adjusted(logs, level, kinds={n: "exact" if u.equal else "asymptotic" for n, u in units.items()})
    # The first of equal ones, as of two electrons of which either is lost in the same place.
    best = dict[str, str]()
    for label, vector, _ in sorted(found, key=lambda f: -arcs[f"{f[0]} of {f[1]}"].log_ratio):
        best.setdefault(label, f"{label} of {vector}")
    rows = []
    for label, vector, own in found:
        name = f"{label} of {vector}"
        arc, numbers = arcs[name], {}
        if family[name].rejected:
            rng = np.random.default_rng(stream_for(seeds, f"size of the sector of {name}"))
            numbers = _numbers(measured(own, arc, rng))
        rows.append(
            SectorRow(
                **dict(family[name]), name=name, label=label, vector=vector, draws=draws,
                kind="loss" if arc.loss else "excess", clearest=name == best[label], **numbers,
            )
        )  # fmt: skip
    drawn = [_histogram(own) for _, _, own in found]
    return Sectors(tuple(rows), np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn]))


def _histogram(units: Units) -> tuple[FloatArray, FloatArray]:
    bins = np.floor((units.phases + np.pi) % (2 * np.pi) * (DRAWN / (2 * np.pi))).astype(np.int64) % DRAWN
    counts, squares = (np.bincount(bins, w, DRAWN) for w in (units.weights, units.weights**2))
    return np.asarray(counts, dtype=np.float64), np.sqrt(np.asarray(squares, dtype=np.float64))


def _numbers(found: Measured) -> dict[str, Number]:
    turn = 2 * math.pi * math.floor((found.best.low + math.pi) / (2 * math.pi))
    low, high = (
        Number(
            value=at - turn, low=ends[0] - turn, high=ends[1] - turn, level=LEVEL, unit="rad", method=EDGES
        )
        for at, ends in ((found.best.low, found.low), (found.best.high, found.high))
    )
    contrast, size = (
        Number(value=at, low=min(ends[0], at), high=max(ends[1], at), level=LEVEL, method=METHOD)
        for at, ends in ((found.best.d, found.d), (found.best.size, found.size))
    )
    return {"low_edge": low, "high_edge": high, "contrast": contrast, "size": size}


def _azimuths(
    events: Events, functions: TestFunctions, rejected: Sequence[str]
) -> Iterator[tuple[str, str, Units]]:
    """(rotation, vector, its azimuths)."""
    seen = Seen(events, functions)
    for label, orbit in zip(events.generators.labels, even_orbits(events, functions), strict=True):
        # At a collider the acceptance breaks rotations about other axes than the beam.
        if label not in rejected or orbit is None or ("pz" in events.names and label != "J_z"):
            continue
        for vector, places, members in seen.groups:
            if members is not None or len(places) != 1:
                continue
            angles = _angles(orbit, seen, places[0])
            if angles is None:
                continue
            units = Units.of(angles, np.where(np.isnan(angles), 0.0, seen.weights), seen.unit)
            if units.effective >= FEWEST:
                yield label, vector, units


def _angles(orbit: ClosedOrbit, seen: Seen, place: int) -> FloatArray | None:
    """(N,) azimuth, NaN where there is none; None: the vector does not turn in one plane."""
    d = len(seen.events.names)
    waves = orbit.waves(seen.points[:, [place], :d], 1)[:, 0, :, 0].cpu().numpy()
    if waves.shape[1] != 1:
        return None
    return np.where(np.abs(waves[:, 0]) > 0, np.angle(waves[:, 0]), np.nan)
