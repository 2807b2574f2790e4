"""Top-quark pairs in the e mu channel: Pythia 8, anti-kt jets, smeared by formulas, with weights, in Delphes naming."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic

import awkward as ak
import numpy as np
import numpy.typing as npt
import pythia8mc
from delphes_tree import lists_of_rows, singletons, write_tree
from ttbar_detector import JET_FIELDS, LEPTON_FIELDS, Measured, measure
from ttbar_weights import NAMES, Weights

__all__ = ["EVENTS", "FILE", "SEED", "generate", "write"]

FILE = "ttbar_emu_13TeV.root"
EVENTS = 10_000
SEED = 20260101
#: Events that share a random stream and a start of Pythia: part of the sample's definition, like the seed.
BLOCK = 500
MB_TO_PB = 1e9

SETTINGS = (
    "Print:quiet = on",
    "Beams:eCM = 13000.",
    "Top:gg2ttbar = on",
    "Top:qqbar2ttbar = on",
    *Weights.SETTINGS,
)
#: Decays of W+ and W-; both ways come with the same probability.
CHANNELS = ((11, 13), (13, 11))
W, TOP, BOTTOM = 24, 6, 5

TRUTH_FIELDS = ("PID", "Status", "M1", "M2", "Charge", "Mass", "E", "Px", "Py", "Pz")
KINEMATICS = slice(5, 10)
INTEGERS = frozenset({"PID", "Status", "M1", "M2", "Charge", "BTag", "Flavor"})
#: Bits of the mantissa that are stored: 2e-4 of a weight, 6e-5 of a momentum, from which masses follow.
WEIGHT_BITS, TRUTH_BITS = 12, 14
Row = tuple[float, ...]


@dataclass
class Events:
    """What is stored, an entry per event; lists of rows as their ``*_FIELDS`` say."""

    measured: list[Measured] = field(default_factory=list)
    truth: list[list[Row]] = field(default_factory=list)
    weights: list[list[float]] = field(default_factory=list)
    process: list[int] = field(default_factory=list)
    #: Of each block: collisions generated, cross-section of both channels in pb, number kept.
    blocks: list[tuple[int, float, int]] = field(default_factory=list)

    def add(self, other: Events) -> None:
        """Put the events of another block behind these."""
        for name in ("measured", "truth", "weights", "process", "blocks"):
            getattr(self, name).extend(getattr(other, name))

    def cross_section_pb(self) -> tuple[float, float]:
        """Of the events that are kept, with the error of the counting."""
        tried, sigma, kept = np.array(self.blocks).T
        fraction = kept.sum() / tried.sum()
        mean = float(np.average(sigma, weights=tried) * fraction)
        return mean, mean * float(np.sqrt((1 - fraction) / kept.sum()))


def write(folder: Path, events: int, seed: int, processes: int | None = None) -> Path:
    """Generate ``events`` that pass the selection; a seed gives the same numbers on any number of processes."""
    target = folder / FILE
    found = generate(events, seed, processes)
    _write_tree(target, found)
    mean, error = found.cross_section_pb()
    tried = sum(block[0] for block in found.blocks)
    size = target.stat().st_size
    print(f"{target}: {events} of {tried} events, {mean:.4g} +- {error:.2g} pb, {size} bytes")
    return target


def generate(events: int, seed: int, processes: int | None = None) -> Events:
    """``events`` events, block after block; ``processes`` is by default the number of cores."""
    sizes = [min(BLOCK, events - start) for start in range(0, events, BLOCK)]
    workers = min(processes or len(os.sched_getaffinity(0)), len(sizes))
    began, found = monotonic(), Events()
    with ProcessPoolExecutor(workers) as pool:
        for block in pool.map(_block, [seed] * len(sizes), count(), sizes):
            found.add(block)
            done = len(found.process)
            left = (monotonic() - began) * (events - done) / done
            print(f"ttbar: {done} of {events} events, {left / 60:.1f} minutes left", flush=True)
    return found


def _block(seed: int, number: int, size: int) -> Events:
    """Block ``number``, which depends on nothing but these arguments."""
    stream, detector = np.random.SeedSequence([seed, 2, number]).spawn(2)
    # Pythia takes seeds up to 900,000,000.
    pythia = start(int(stream.generate_state(1)[0]) % 900_000_000 + 1)
    rng, weights = np.random.default_rng(detector), Weights(pythia)
    found, tried = Events(), 0
    while len(found.process) < size:
        for setting in channel(*CHANNELS[rng.integers(2)]):
            pythia.readString(setting)
        if not pythia.next():
            continue
        tried += 1
        measured = measure(pythia.event, prompt_leptons(pythia.event), rng)
        if measured is None:
            continue
        info = pythia.infoPython()
        found.measured.append(measured)
        found.truth.append(_truth(pythia.event))
        found.weights.append(weights.of(info))
        found.process.append(info.code())
    # The open channels are one half of those that the sample is made of.
    sigma = 2 * pythia.infoPython().sigmaGen() * MB_TO_PB
    found.blocks.append((tried, sigma, size))
    return found


def channel(positive: int, negative: int) -> tuple[str, ...]:
    return f"{W}:onMode = off", f"{W}:onPosIfAny = {positive}", f"{W}:onNegIfAny = {negative}"


def start(seed: int, more: tuple[str, ...] = ()) -> pythia8mc.Pythia:
    pythia = pythia8mc.Pythia("", False)
    for setting in (*SETTINGS, *more, *channel(*CHANNELS[0]), "Random:setSeed = on", f"Random:seed = {seed}"):
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia does not accept '{setting}'")
    if not pythia.init():
        raise RuntimeError("Pythia cannot start the ttbar sample")
    return pythia


def _last(event: pythia8mc.Event, pdg: int) -> Iterator[pythia8mc.Particle]:
    """The last copies of particle and antiparticle, those that decay."""
    for wanted in (pdg, -pdg):
        first = next(p for p in event if p.id() == wanted)
        yield event[first.iBotCopyId()]


def _daughter(event: pythia8mc.Event, mother: pythia8mc.Particle, *pdgs: int) -> pythia8mc.Particle:
    return next(event[d] for d in mother.daughterList() if event[d].idAbs() in pdgs)


def prompt_leptons(event: pythia8mc.Event) -> list[pythia8mc.Particle]:
    """The electron and the muon of the W decays after their radiation, neutrinos behind them."""
    found = []
    for w in _last(event, W):
        for pdgs in ((11, 13), (12, 14)):
            lepton = _daughter(event, w, *pdgs)
            found.append(event[lepton.iBotCopyId()])
    return sorted(found, key=lambda p: (p.idAbs() % 2 == 0, p.idAbs()))


def _truth(event: pythia8mc.Event) -> list[Row]:
    """t, tbar, W+, W-, b, bbar, and lepton and neutrino of W+ and of W-, as rows of ``TRUTH_FIELDS``.

    Tops and Ws as they decay, what they decay to before its radiation.
    """
    tops, ws = list(_last(event, TOP)), list(_last(event, W))
    bottoms = [_daughter(event, top, BOTTOM, 3, 1) for top in tops]
    leptons = [_daughter(event, w, *pdgs) for w in ws for pdgs in ((11, 13), (12, 14))]
    mothers = (-1, -1, 0, 1, 0, 1, 2, 2, 3, 3)
    return [
        (p.id(), p.status(), mother, -1, p.charge(), p.m(), p.e(), p.px(), p.py(), p.pz())
        for p, mother in zip((*tops, *ws, *bottoms, *leptons), mothers, strict=True)
    ]


def rounded(values: npt.ArrayLike, bits: int) -> npt.NDArray[np.float32]:
    """Numbers with so many bits of mantissa, which compress."""
    mantissa, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    return np.ldexp(np.round(mantissa * 2.0**bits) / 2.0**bits, exponent).astype(np.float32)


def _write_tree(target: Path, found: Events) -> None:
    number = len(found.process)
    ones = np.ones(number, np.float32)
    mean, error = found.cross_section_pb()
    event = {
        "Number": np.arange(number, dtype=np.int32),
        "ReadTime": 0 * ones,  # by this leaf readers know the class
        "ProcessID": np.array(found.process, np.int32),
        "Weight": ones,
        "CrossSection": ones * np.float32(mean),
        "CrossSectionError": ones * np.float32(error),
    }
    measured = found.measured
    electrons = lists_of_rows([[m.electron] for m in measured], LEPTON_FIELDS, INTEGERS)
    # By this leaf readers tell electrons from muons.
    electrons = ak.with_field(electrons, ak.zeros_like(electrons.PT), "EhadOverEem")
    weights = rounded(found.weights, WEIGHT_BITS)
    truth = np.array(found.truth)
    truth[:, :, KINEMATICS] = rounded(truth[:, :, KINEMATICS], TRUTH_BITS)
    missing = np.array([m.missing for m in measured], np.float32)
    collections = {
        "Event": singletons(event),
        # Delphes numbers the weights of its branch Weight; a branch each gives them names.
        **{name: singletons({"Weight": weights[:, i]}) for i, name in enumerate(NAMES)},
        "Particle": lists_of_rows(truth, TRUTH_FIELDS, INTEGERS),
        "Electron": electrons,
        "Muon": lists_of_rows([[m.muon] for m in measured], LEPTON_FIELDS, INTEGERS),
        "Jet": lists_of_rows([m.jets for m in measured], JET_FIELDS, INTEGERS),
        "MissingET": singletons({"MET": missing[:, 0], "Eta": 0 * missing[:, 0], "Phi": missing[:, 1]}),
    }
    write_tree(target, collections)
