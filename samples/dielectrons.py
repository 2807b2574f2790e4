"""Electron pairs, p p -> gamma*/Z -> e+ e-: before the detector, and what it makes of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pythia8mc
from ttbar_collisions import single
from ttbar_weights import NAMES as ALL_WEIGHTS
from ttbar_weights import Weights

__all__ = ["WEIGHTS", "Electrons", "Pairs", "collide", "smear"]

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

BLOCK = 20_000
MB_TO_PB = 1e9
SETTINGS = (
    "Print:quiet = on",
    "Beams:eCM = 13000.",
    "WeakSingleBoson:ffbar2gmZ = on",
    "PhaseSpace:mHatMin = 50.",
    "23:onMode = off",
    "23:onIfAny = 11",
    "PartonLevel:MPI = off",
    "HadronLevel:all = off",
    "TimeShower:QEDshowerByL = off",  # electrons before they radiate
)
#: The hard process has no strong coupling, and the final state no quarks: no muR, no fsr.
WEIGHTS = tuple(name for name in ALL_WEIGHTS if not name.startswith(("muR", "fsr")))
#: Kept before smearing, and after it.
NEAR_PT_GEV, NEAR_ETA = 15.0, 2.6
PT_GEV, ETA, MASS_GEV, FOUND = 25.0, 2.5, (60.0, 120.0), 0.85
#: Stored: 1e-4 of a pt, and steps of angles; the last step is below pi.
PT_BITS, ANGLE_STEP = 12, 2.0**-11
LARGEST_PHI = np.floor(np.pi / ANGLE_STEP) * ANGLE_STEP


@dataclass(frozen=True)
class Pairs:
    """N pairs that the selection may still take.

    Attributes
    ----------
    momenta
        (N, 2, 3) px, py, pz of the positron and of the electron.
    weights
        (N, W) in the order of ``WEIGHTS``.
    tried, sigma_pb
        (B,) collisions generated in each block, and their cross-section.
    """

    momenta: Floats
    weights: Floats
    tried: Floats
    sigma_pb: Floats

    def __len__(self) -> int:
        return len(self.momenta)

    def cross_section_pb(self) -> float:
        """Of the pairs that are here."""
        return float(np.average(self.sigma_pb, weights=self.tried)) * len(self) / float(self.tried.sum())

    def orientation(self) -> Floats:
        """(N,) sign(y_ll) sign((p+ x p-)_z): +1 or -1."""
        return orientation(self.momenta)

    def take(self, rows: npt.NDArray[np.int64] | slice) -> Pairs:
        """Some of them; the cross-section stays that of all."""
        return replace(self, momenta=self.momenta[rows], weights=self.weights[rows])

    def save(self, file: Path) -> None:
        """Single precision, compressed."""
        np.savez_compressed(file, **{f.name: getattr(self, f.name).astype(np.float32) for f in fields(self)})

    @classmethod
    def load(cls, file: Path) -> Pairs:
        """What `save` wrote."""
        return cls(*(np.load(file)[f.name].astype(np.float64) for f in fields(cls)))

    @classmethod
    def joined(cls, parts: Iterable[Pairs]) -> Pairs:
        """One after the other, in single precision, without weights where one has none."""
        own = list(parts)
        columns = min(p.weights.shape[1] for p in own)
        own = [replace(p, weights=p.weights[:, :columns]) for p in own]
        return cls(*(single(np.concatenate([getattr(p, f.name) for p in own])) for f in fields(cls)))

    def turned(self, rng: np.random.Generator) -> Pairs:
        """Each turned about the beam by a random angle, and one in two mirrored at a plane that holds it."""
        turn = 2 * np.pi * rng.random(len(self))[:, None]
        x, y = self.momenta[..., 0], self.momenta[..., 1] * rng.choice([-1.0, 1.0], len(self))[:, None]
        c, s = np.cos(turn), np.sin(turn)
        moved = np.stack([c * x - s * y, s * x + c * y, self.momenta[..., 2]], axis=-1)
        return replace(self, momenta=moved)


@dataclass(frozen=True)
class Electrons:
    """M pairs that are kept: pt, eta and phi (M, 2) of the positron and of the electron, rounded, and which of the N
    they were."""

    pt: Floats
    eta: Floats
    phi: Floats
    rows: npt.NDArray[np.int64]

    def orientation(self) -> Floats:
        """(M,) sign(y_ll) sign((p+ x p-)_z) of what is measured."""
        p = [self.pt * np.cos(self.phi), self.pt * np.sin(self.phi), self.pt * np.sinh(self.eta)]
        return orientation(np.stack(p, axis=-1))


def orientation(momenta: Floats) -> Floats:
    """sign(y_ll) sign((p+ x p-)_z) of massless (N, 2, 3).

    >>> orientation(np.array([[[1.0, 0.0, 3.0], [0.0, 1.0, 1.0]]])).tolist()
    [1.0]
    """
    plus, minus = momenta[:, 0], momenta[:, 1]
    across = plus[:, 0] * minus[:, 1] - plus[:, 1] * minus[:, 0]
    return np.asarray(np.sign(plus[:, 2] + minus[:, 2]) * np.sign(across))


def collide(tried: int, seed: int, processes: int | None = None, *, weighted: bool = True) -> Pairs:
    """Those of ``tried`` collisions that the selection may take, block after block.

    Without weights, (N, 0), it is five times faster.
    """
    sizes = [min(BLOCK, tried - first) for first in range(0, tried, BLOCK)]
    workers = min(processes or len(os.sched_getaffinity(0)), len(sizes))
    with ProcessPoolExecutor(workers) as pool:
        blocks = list(pool.map(_block, [seed] * len(sizes), count(), sizes, [weighted] * len(sizes)))
    return Pairs.joined(blocks)


def smear(pairs: Pairs, rng: np.random.Generator) -> Electrons:
    """Errors of pt, 10 %/sqrt(pt) (+) 1 %, 85 % found; directions are exact. The selection sees rounded numbers."""
    pt = np.hypot(pairs.momenta[..., 0], pairs.momenta[..., 1])
    eta = _steps(np.arcsinh(pairs.momenta[..., 2] / pt))
    phi = np.clip(_steps(np.arctan2(pairs.momenta[..., 1], pairs.momenta[..., 0])), -LARGEST_PHI, LARGEST_PHI)
    measured = _mantissa(pt * (1 + np.hypot(0.10 / np.sqrt(pt), 0.01) * rng.normal(size=pt.shape)))
    found = rng.random(pt.shape) < FOUND
    fine = found & (measured > PT_GEV) & (np.abs(eta) < ETA)
    mass = np.sqrt(
        2 * measured[:, 0] * measured[:, 1] * (np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(phi[:, 0] - phi[:, 1]))
    )
    rows = np.flatnonzero(fine.all(axis=1) & (mass > MASS_GEV[0]) & (mass < MASS_GEV[1]))
    return Electrons(measured[rows], eta[rows], phi[rows], rows)


def _mantissa(values: Floats) -> Floats:
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.round(mantissa * 2.0**PT_BITS) / 2.0**PT_BITS, exponent))


def _steps(values: Floats) -> Floats:
    return np.asarray(np.round(values / ANGLE_STEP) * ANGLE_STEP)


def _block(seed: int, number: int, size: int, weighted: bool = True) -> Pairs:
    stream = np.random.SeedSequence([seed, 4, number])
    pythia = pythia8mc.Pythia("", False)
    # Pythia takes seeds up to 900,000,000.
    own = ("Random:setSeed = on", f"Random:seed = {int(stream.generate_state(1)[0]) % 900_000_000 + 1}")
    for setting in (*SETTINGS, *(Weights.SETTINGS if weighted else ()), *own):
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia does not accept '{setting}'")
    if not pythia.init():
        raise RuntimeError("Pythia cannot start the sample of electron pairs")
    weights = Weights(pythia) if weighted else None
    which = [ALL_WEIGHTS.index(name) for name in WEIGHTS]
    momenta, rows, tried = list[list[tuple[float, float, float]]](), list[list[float]](), 0
    while tried < size:
        if not pythia.next():
            continue
        tried += 1
        pair = _pair(pythia.event)
        if pair is None:
            continue
        momenta.append(pair)
        if weights is not None:
            all_weights = weights.of(pythia.infoPython())
            rows.append([all_weights[i] for i in which])
    sigma = pythia.infoPython().sigmaGen() * MB_TO_PB
    return Pairs(
        np.array(momenta),
        np.array(rows).reshape(len(momenta), -1),
        np.array([float(tried)]),
        np.array([sigma]),
    )


def _pair(event: pythia8mc.Event) -> list[tuple[float, float, float]] | None:
    """px, py, pz of the positron and of the electron."""
    boson = next(p for p in event if p.id() == 23)
    last = event[boson.iBotCopyId()]
    by_id = {event[d].id(): event[d] for d in last.daughterList()}
    pair = [by_id[-11], by_id[11]]
    if any(p.pT() < NEAR_PT_GEV or abs(p.eta()) > NEAR_ETA for p in pair):
        return None
    return [(p.px(), p.py(), p.pz()) for p in pair]
