"""Top-quark pairs before the detector: what smearing starts from, so that pseudo-experiments need no new collisions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pythia8mc import Event, Particle
from ttbar import BLOCK, CHANNELS, MB_TO_PB, channel, prompt_leptons, start
from ttbar_detector import JET_ETA, LEPTON_ETA, LEPTON_PT_GEV, Seen, see
from ttbar_weights import Weights

__all__ = ["Collisions", "collide", "single"]

Floats = npt.NDArray[np.float64]

#: Three times faster; for jets of top quarks it makes little difference.
SETTINGS = ("PartonLevel:MPI = off",)
#: Of leptons and jets that the smearing may still carry over a cut: ten errors of an electron, three of a jet.
PT_MARGIN_GEV, ETA_MARGIN = 5.0, 0.1


@dataclass(frozen=True)
class Collisions:
    """N events that the selection may still take, as `ttbar_detector.Seen` describes them.

    Attributes
    ----------
    leptons, charges, rest, unclustered
        (N, 2, 4), (N, 2), (N, 2), (N,).
    jets, jet_counts
        All jets, event after event, (J, 5), and their number (N,).
    weights
        (N, W) in the order of `ttbar_weights.NAMES`.
    process
        (N,) code of the hard process.
    tried, sigma_pb
        (B,) collisions generated in each block, and their cross-section.
    """

    leptons: Floats
    charges: Floats
    rest: Floats
    unclustered: Floats
    jets: Floats
    jet_counts: npt.NDArray[np.int64]
    weights: Floats
    process: npt.NDArray[np.int64]
    tried: Floats
    sigma_pb: Floats

    def __len__(self) -> int:
        return len(self.process)

    def cross_section_pb(self) -> float:
        """Of the events that are here."""
        mean = float(np.average(self.sigma_pb, weights=self.tried))
        return mean * len(self) / float(self.tried.sum())

    def seen(self, number: int, turn: float = 0.0) -> Seen:
        """An event, turned about the beam."""
        c, s = np.cos(turn), np.sin(turn)
        across = np.array([[c, s], [-s, c]])
        leptons = self.leptons[number].copy()
        leptons[:, :2] = leptons[:, :2] @ across
        end = int(self._ends[number])
        jets = self.jets[end - int(self.jet_counts[number]) : end].copy()
        jets[:, 2] += turn
        first, second = (float(q) for q in self.charges[number])
        return Seen(
            leptons, (first, second), jets, self.rest[number] @ across, float(self.unclustered[number])
        )

    @property
    def _ends(self) -> npt.NDArray[np.int64]:
        return self.__dict__.setdefault("ends", np.cumsum(self.jet_counts))

    def save(self, file: Path) -> None:
        """Single precision, compressed."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        stored = {n: a.astype(np.float32) if a.dtype == np.float64 else a for n, a in arrays.items()}
        np.savez_compressed(file, **stored)

    @classmethod
    def load(cls, file: Path) -> Collisions:
        """What `save` wrote."""
        columns = {f.name: np.load(file)[f.name] for f in fields(cls)}
        return cls(**{n: a.astype(np.float64) if a.dtype == np.float32 else a for n, a in columns.items()})

    @classmethod
    def joined(cls, parts: Iterable[Collisions]) -> Collisions:
        """One after the other, in single precision, so that it makes no difference whether they were stored."""
        own = list(parts)
        columns = {f.name: np.concatenate([getattr(p, f.name) for p in own]) for f in fields(cls)}
        return cls(**{n: single(a) if a.dtype == np.float64 else a for n, a in columns.items()})


def single(values: Floats) -> Floats:
    """Rounded to single precision."""
    return values.astype(np.float32).astype(np.float64)


def collide(events: int, seed: int, processes: int | None = None) -> Collisions:
    """``events`` collisions, block after block; a seed gives the same numbers on any number of processes."""
    sizes = [min(BLOCK, events - first) for first in range(0, events, BLOCK)]
    workers = min(processes or len(os.sched_getaffinity(0)), len(sizes))
    with ProcessPoolExecutor(workers) as pool:
        blocks = list(pool.map(_block, [seed] * len(sizes), count(), sizes))
    return Collisions.joined(blocks)


def _block(seed: int, number: int, size: int) -> Collisions:
    stream, choices = np.random.SeedSequence([seed, 3, number]).spawn(2)
    # Pythia takes seeds up to 900,000,000.
    pythia = start(int(stream.generate_state(1)[0]) % 900_000_000 + 1, SETTINGS)
    rng, weights = np.random.default_rng(choices), Weights(pythia)
    found, rows, process, tried = list[Seen](), list[list[float]](), list[int](), 0
    while len(found) < size:
        for setting in channel(*CHANNELS[rng.integers(2)]):
            pythia.readString(setting)
        if not pythia.next():
            continue
        tried += 1
        if (seen := _near(pythia.event, prompt_leptons(pythia.event))) is None:
            continue
        info = pythia.infoPython()
        found.append(seen)
        rows.append(weights.of(info))
        process.append(info.code())
    # The open channels are one half of those that the sample is made of.
    sigma = 2 * pythia.infoPython().sigmaGen() * MB_TO_PB
    return Collisions(
        np.array([s.leptons for s in found]), np.array([s.charges for s in found]), np.array([s.rest for s in found]),
        np.array([s.unclustered for s in found]), np.concatenate([s.jets for s in found]),
        np.array([len(s.jets) for s in found]), np.array(rows), np.array(process), np.array([float(tried)]),
        np.array([sigma]),
    )  # fmt: skip


def _near(event: Event, prompt: list[Particle]) -> Seen | None:
    """An event that the selection may take after smearing; the leptons are looked at before jets are clustered."""
    if any(abs(p.eta()) > LEPTON_ETA + ETA_MARGIN for p in prompt[:2]):
        return None
    # Photons that dress a lepton add to its pt: only clearly soft ones can be told before.
    if any(p.pT() < (LEPTON_PT_GEV - PT_MARGIN_GEV) / 2 for p in prompt[:2]):
        return None
    seen = see(event, prompt)
    soft = np.hypot(seen.leptons[:, 0], seen.leptons[:, 1]) < LEPTON_PT_GEV - PT_MARGIN_GEV
    central = np.abs(seen.jets[:, 1]) < JET_ETA + ETA_MARGIN
    return None if soft.any() or central.sum() < 2 else seen
