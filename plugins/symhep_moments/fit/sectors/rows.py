"""Sectors of all vectors about the axes whose rotations are rejected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.events.copies import independent
from symhep.hypotheses.adjustment import adjusted
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep.methods.passes import State
from symhep.methods.result import Arrays
from symhep_moments.fit.bounds.seen import Seen, even_orbits
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.sectors.interval import LEVEL, Measured, measured
from symhep_moments.fit.sectors.scan import Arc, Binned, Units, clearest_arc, scan_p
from symhep_moments.sample import Events
from symhep_moments.sector import SectorRow
from symhep_moments.stream import EventsPass

__all__ = ["Azimuths", "Scanned", "Sectors", "sectors_of"]

FloatArray = npt.NDArray[np.float64]

#: Scans of a result; where there would be more none is made.
MOST = 24
#: Random samples of a scan, at least; of a family of hypotheses so many as its level asks for.
DRAWS = 999
#: Effective events in whose azimuth a sector is sought.
FEWEST = 50.0
#: Bins of the azimuth that are drawn.
DRAWN = 60
#: Bins that the azimuths of many events are counted in: 0.4 mrad.
FINE = 1 << 14
METHOD = "profile likelihood over the edges, threshold from simulated samples of the fitted sector"
EDGES = "fitted edge minus its deviations in simulated samples of the fitted sector"


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


@dataclass(frozen=True, eq=False)
class Turning:
    """A vector whose azimuth about the axis of the rotation ``label`` is scanned, and its place."""

    label: str
    orbit: ClosedOrbit
    vector: str
    place: int


@dataclass(frozen=True, eq=False)
class Azimuths(EventsPass):
    """Weights of all events in `FINE` bins of the azimuths of S vectors.

    State: ``w``, ``w2`` (S, FINE) sums of w and w^2, ``units`` (S, 2) sums of W and W^2 of independent events.
    """

    functions: TestFunctions
    vectors: tuple[Turning, ...]
    name = "sectors"

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        seen = Seen(events, self.functions)
        counts, squares = (np.zeros((len(self.vectors), FINE)) for _ in range(2))
        units = np.zeros((len(self.vectors), 2))
        for row, one in enumerate(self.vectors):
            angles = _angles(one.orbit, seen, one.place) if len(events) else None
            if angles is None:
                continue
            w = np.where(np.isnan(angles), 0.0, seen.weights)
            bins = (
                np.floor(np.nan_to_num(angles) % (2 * math.pi) * (FINE / (2 * math.pi))).astype(np.int64)
                % FINE
            )
            counts[row], squares[row] = (np.bincount(bins, each, FINE) for each in (w, w**2))
            own = independent(w, seen.unit)
            units[row] = own.sum(), (own**2).sum()
        return {"w": counts, "w2": squares, "units": units}


@dataclass(frozen=True, eq=False)
class Scanned:
    """The vectors that all events have, about each axis whose rotation is rejected. ``counts``: the pass over all
    events that they are scanned with, None where all are in memory."""

    events: Events
    functions: TestFunctions
    vectors: tuple[Turning, ...]

    @classmethod
    def of(cls, events: Events, functions: TestFunctions, rejected: Sequence[str]) -> Scanned:
        """Rotations that turn one plane, about the beam where there is one. A rotation along which the edges or the
        density around ``functions`` change has none: its azimuth is not even."""
        seen, found = Seen(events, functions), list[Turning]()
        for label, orbit in zip(events.generators.labels, even_orbits(events, functions), strict=True):
            # At a collider the acceptance breaks rotations about other axes than the beam.
            if label not in rejected or orbit is None or ("pz" in events.names and label != "J_z"):
                continue
            for vector, places, members in seen.groups:
                if members is None and len(places) == 1:
                    found.append(Turning(label, orbit, vector, places[0]))
        return cls(events, functions, tuple(found))

    @property
    def counts(self) -> Azimuths | None:
        return Azimuths(self.functions, self.vectors) if self.events.subsampled and self.vectors else None

    def azimuths(self, counts: State | None) -> Iterator[tuple[str, str, Units]]:
        """(rotation, vector, its azimuths); ``counts``: the state of the pass."""
        seen = Seen(self.events, self.functions)
        for row, one in enumerate(self.vectors):
            angles = _angles(one.orbit, seen, one.place)
            if angles is None:
                continue
            if counts is None:
                units = Units.of(angles, np.where(np.isnan(angles), 0.0, seen.weights), seen.unit)
            else:
                w, w2 = counts["units"][row].tolist()
                units = Binned.counted(counts["w"][row], counts["w2"][row], w * w / max(w2, 1e-300))
            if units.effective >= FEWEST:
                yield one.label, one.vector, units


def sectors_of(
    scanned: Scanned, counts: State | None, level: float, seeds: np.random.SeedSequence
) -> Sectors:
    """A row for each vector that is ``scanned``; ``counts``: the state of its pass."""
    found = list(scanned.azimuths(counts))
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
    w2 = units.squares if isinstance(units, Binned) else units.weights**2
    counts, squares = (np.bincount(bins, w, DRAWN) for w in (units.weights, w2))
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


def _angles(orbit: ClosedOrbit, seen: Seen, place: int) -> FloatArray | None:
    """(N,) azimuth, NaN where there is none; None: the vector does not turn in one plane."""
    d = len(seen.events.names)
    waves = orbit.waves(seen.points[:, [place], :d], 1)[:, 0, :, 0].cpu().numpy()
    if waves.shape[1] != 1:
        return None
    return np.where(np.abs(waves[:, 0]) > 0, np.angle(waves[:, 0]), np.nan)
