"""Boosted top and QCD jets: Pythia 8, visible particles, anti-kt R = 0.8, as Parquet files of constituents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic

import fastjet
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pythia8mc

__all__ = ["JETS", "SAMPLES", "SEED", "Sample", "generate", "write"]

JETS = 2000
SEED = 20260101
#: Jets that share a random stream and a start of Pythia: part of the sample's definition, like the seed.
BLOCK = 1000

RADIUS = 0.8
PT_GEV, ETA = (550.0, 650.0), 2.0
CONSTITUENTS = 20
TOP = 6
#: Relative precision of the stored pt, absolute one of eta and phi: what more there is would be noise to compress.
PT_BITS, ANGLE_STEP = 12, 2.0**-13
#: Below the electron's mass there is the photon, whose energy and momentum differ by rounding.
LIGHTEST_GEV = 0.0004

COMMON = (
    "Print:quiet = on",
    "Beams:eCM = 14000.",
    "PhaseSpace:pTHatMin = 500.",
    "PartonLevel:MPI = off",
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A file: ``stream`` tells its random numbers from the other file's, ``top`` asks for the match to a top quark."""

    file: str
    stream: int
    settings: tuple[str, ...]
    top: bool


SAMPLES = {
    "top_jets_14TeV": Sample(
        "top_jets_14TeV.parquet",
        0,
        # Only decays to quarks: a W to leptons would leave a neutrino and no jet of three prongs.
        (
            "Top:gg2ttbar = on",
            "Top:qqbar2ttbar = on",
            "24:onMode = off",
            "24:onIfAny = 1 2 3 4 5",
        ),
        top=True,
    ),
    "qcd_jets_14TeV": Sample("qcd_jets_14TeV.parquet", 1, ("HardQCD:all = on",), top=False),
}


@dataclass(frozen=True)
class Jets:
    """``jets`` (N, 4) and ``constituents`` (M, 4), each (pt, eta, phi, mass); ``counts`` (N,) constituents per jet."""

    jets: Floats
    constituents: Floats
    counts: npt.NDArray[np.int64]
    tried: int


def write(name: str, folder: Path, jets: int, seed: int, processes: int | None = None) -> Path:
    """Generate ``jets`` jets of the sample ``name``; a seed gives the same numbers on any number of processes."""
    target = folder / SAMPLES[name].file
    store(generate(name, jets, seed, processes), target)
    return target


def store(found: Jets, target: Path) -> None:
    """Write the columns ``jet`` and ``constituents``, each (pt, eta, phi, mass) in single precision."""
    offsets = np.concatenate([[0], np.cumsum(found.counts)]).astype(np.int32)
    columns = {f"jet_{name}": pa.array(values) for name, values in _named(found.jets).items()}
    for name, values in _named(found.constituents).items():
        columns[f"constituents_{name}"] = pa.ListArray.from_arrays(offsets, values)
    # Only masses repeat themselves; of the other numbers the bytes compress apart.
    pq.write_table(
        pa.table(columns),
        target,
        compression="zstd",
        compression_level=19,
        use_dictionary=["constituents_mass.list.element"],
        use_byte_stream_split=[
            name if name.startswith("jet") else f"{name}.list.element"
            for name in columns
            if name != "constituents_mass"
        ],
    )
    print(f"{target}: {len(found.jets)} jets from {found.tried} collisions, {target.stat().st_size} bytes")


def generate(name: str, jets: int, seed: int, processes: int | None = None) -> Jets:
    """``jets`` jets, block after block; ``processes`` is by default the number of cores."""
    sizes = [min(BLOCK, jets - start) for start in range(0, jets, BLOCK)]
    workers = min(processes or len(os.sched_getaffinity(0)), len(sizes))
    began, blocks = monotonic(), []
    with ProcessPoolExecutor(workers) as pool:
        for block in pool.map(_block, [name] * len(sizes), [seed] * len(sizes), count(), sizes):
            blocks.append(block)
            done = sum(len(b.jets) for b in blocks)
            left = (monotonic() - began) * (jets - done) / done
            print(f"{name}: {done} of {jets} jets, {left / 60:.1f} minutes left", flush=True)
    return Jets(
        np.concatenate([b.jets for b in blocks]),
        np.concatenate([b.constituents for b in blocks]),
        np.concatenate([b.counts for b in blocks]),
        sum(b.tried for b in blocks),
    )


def _block(name: str, seed: int, number: int, size: int) -> Jets:
    """Block ``number`` of a sample, which depends on nothing but these arguments."""
    sample = SAMPLES[name]
    stream = np.random.SeedSequence([seed, sample.stream, number])
    # Pythia takes seeds up to 900,000,000.
    pythia = _start(sample, int(stream.generate_state(1)[0]) % 900_000_000 + 1)
    jets, constituents, counts, tried = [], [], [], 0
    while len(jets) < size:
        tried += 1
        if not pythia.next():
            continue
        for jet in _selected(pythia.event, sample):
            jets.append(_row(jet))
            members = fastjet.sorted_by_pt(jet.constituents())[:CONSTITUENTS]
            constituents.extend(_row(member) for member in members)
            counts.append(len(members))
    return Jets(np.array(jets).reshape(-1, 4), _rounded(constituents), np.array(counts), tried)


def _start(sample: Sample, seed: int) -> pythia8mc.Pythia:
    pythia = pythia8mc.Pythia("", False)
    for setting in (*COMMON, *sample.settings, "Random:setSeed = on", f"Random:seed = {seed}"):
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia does not accept '{setting}'")
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot start {sample.file}")
    return pythia


def _selected(event: pythia8mc.Event, sample: Sample) -> Iterator[fastjet.PseudoJet]:
    """The hardest jet of the event in the window, if it is what the sample asks for.

    One jet per collision at most, so that the jets are independent.
    """
    particles = [
        fastjet.PseudoJet(p.px(), p.py(), p.pz(), p.e()) for p in event if p.isFinal() and p.isVisible()
    ]
    clusters = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS))
    low, high = PT_GEV
    tops = _tops(event) if sample.top else []
    for jet in fastjet.sorted_by_pt(clusters.inclusive_jets(low)):
        if jet.pt() > high or abs(jet.eta()) > ETA:
            continue
        if not sample.top or any(all(jet.delta_R(q) < RADIUS for q in quarks) for quarks in tops):
            # The jet looks up its constituents in the sequence, which lives until the caller is done.
            yield jet
            return


def _tops(event: pythia8mc.Event) -> list[list[fastjet.PseudoJet]]:
    """Of each top quark: itself and its three decay quarks, as four-momenta."""
    found = []
    for particle in event:
        if particle.idAbs() != TOP or any(event[d].idAbs() == TOP for d in particle.daughterList()):
            continue
        chain = [particle]
        for daughter in (event[d] for d in particle.daughterList()):
            if daughter.idAbs() == 24:
                last = event[daughter.iBotCopyId()]
                chain += [event[d] for d in last.daughterList()]
            else:
                chain.append(daughter)
        found.append([fastjet.PseudoJet(p.px(), p.py(), p.pz(), p.e()) for p in chain])
    return found


def _row(momentum: fastjet.PseudoJet) -> tuple[float, float, float, float]:
    # A photon's squared mass comes out as rounding noise of either sign.
    return momentum.pt(), momentum.eta(), momentum.phi_std(), max(momentum.m2(), 0.0) ** 0.5


def _rounded(rows: list[tuple[float, float, float, float]]) -> Floats:
    table = np.array(rows).reshape(-1, 4)
    mantissa, exponent = np.frexp(table[:, 0])
    table[:, 0] = np.ldexp(np.round(mantissa * 2**PT_BITS) / 2**PT_BITS, exponent)
    table[:, 1:3] = np.round(table[:, 1:3] / ANGLE_STEP) * ANGLE_STEP
    table[:, 3] = np.where(table[:, 3] < LIGHTEST_GEV, 0.0, np.round(table[:, 3], 5))
    return table


def _named(table: Floats) -> dict[str, npt.NDArray[np.float32]]:
    return dict(zip(("pt", "eta", "phi", "mass"), table.astype(np.float32).T, strict=True))
