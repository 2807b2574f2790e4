"""The dijet sample: Pythia 8, a toy calorimeter and anti-kt jets, as a ROOT tree in Delphes naming."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import fastjet
import numpy as np
import numpy.typing as npt
import pythia8mc
from delphes_tree import lists_of_rows, singletons, write_tree

__all__ = ["EVENTS", "FILE", "SEED", "calorimeter", "write"]

FILE = "pp_dijets_13TeV.root"
EVENTS = 20_000
SEED = 20260101

RADIUS = 1.0
LEADING_PT_GEV, LEADING_ETA = 1200.0, 2.5
JET_PT_GEV = 50.0  # softer jets are not stored
SETTINGS = (
    "Print:quiet = on",
    "Beams:eCM = 13000.",
    "HardQCD:all = on",
    "PhaseSpace:pTHatMin = 800.",
    "PartonLevel:MPI = off",
)
MB_TO_PB = 1e9

ETA_MAX, CELL_ETA, TOWERS_PHI = 5.0, 0.1, 64
CELL_PHI = 2 * np.pi / TOWERS_PHI
TOWER_E_GEV = 0.5  # noise suppression
ANGLE = 0.02
STOCHASTIC_EM, CONSTANT_EM = 0.10, 0.01
STOCHASTIC_HAD, CONSTANT_HAD = 0.80, 0.04
MUON, ELECTROMAGNETIC = 13, (11, 22)

Floats = npt.NDArray[np.float64]
JET_FIELDS = ("PT", "Eta", "Phi", "Mass")


@dataclass
class Columns:
    """What is stored, one entry per event: jets as lists of (pt, eta, phi, mass) in GeV."""

    jets: list[list[tuple[float, ...]]] = field(default_factory=list)
    truth: list[list[tuple[float, ...]]] = field(default_factory=list)
    missing: list[tuple[float, float, float]] = field(default_factory=list)
    process: list[int] = field(default_factory=list)


def write(folder: Path, events: int, seed: int) -> Path:
    """Generate until ``events`` pass the leading-jet cut; the same seed gives the same numbers."""
    pythia = _start(seed)
    rng = np.random.default_rng(seed)
    columns, tried = Columns(), 0
    while len(columns.jets) < events:
        if not pythia.next():
            continue
        tried += 1
        _process(pythia, rng, columns)
        if tried % 20_000 == 0:
            print(f"{tried} events generated, {len(columns.jets)} kept", flush=True)
    generated = pythia.infoPython().sigmaGen() * MB_TO_PB
    fraction = events / tried
    error = generated * np.sqrt(fraction * (1 - fraction) / tried)
    target = folder / FILE
    _write_tree(target, columns, (generated * fraction, error))
    print(f"{target}: {events} of {tried} events, {generated * fraction:.4g} +- {error:.2g} pb")
    return target


def calorimeter(particles: Floats, ids: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Massless towers (n, 4) of px, py, pz, E in GeV from visible particles (m, 4).

    Energies are summed in towers of 0.1 x 2 pi / 64 in (eta, phi) up to |eta| = 5, then
    smeared by normal errors with sigma^2 = S^2 E + C^2 E^2, apart for electrons and photons
    (S = 0.10, C = 0.01) and hadrons (S = 0.80, C = 0.04), truncated at zero. A tower points
    to the energy-weighted centre of its deposits, smeared by 0.02 in eta and in phi. Muons
    leave nothing.
    """
    px, py, pz, energy = particles.T
    eta = np.arcsinh(pz / np.maximum(np.hypot(px, py), 1e-12))
    seen = (np.abs(eta) < ETA_MAX) & (np.abs(ids) != MUON)
    eta, phi, energy = eta[seen], np.arctan2(py, px)[seen], energy[seen]
    # The grid starts at another azimuth in every event, so that it leaves no pattern in the sample.
    row = np.floor((eta + ETA_MAX) / CELL_ETA)
    column = np.floor((phi + np.pi) / CELL_PHI + rng.random())
    cells, inverse = np.unique(row * TOWERS_PHI + column % TOWERS_PHI, return_inverse=True)

    def total(weights: Floats) -> Floats:
        return np.bincount(inverse, weights, minlength=len(cells))

    is_em = np.isin(np.abs(ids[seen]), ELECTROMAGNETIC)
    true, em = total(energy), total(energy * is_em)
    measured = _smear(em, STOCHASTIC_EM, CONSTANT_EM, rng)
    measured += _smear(total(energy * ~is_em), STOCHASTIC_HAD, CONSTANT_HAD, rng)
    tower_eta = rng.normal(total(energy * eta) / true, ANGLE)
    tower_phi = rng.normal(np.arctan2(total(energy * np.sin(phi)), total(energy * np.cos(phi))), ANGLE)
    pt = measured / np.cosh(tower_eta)
    momentum = (pt * np.cos(tower_phi), pt * np.sin(tower_phi), pt * np.sinh(tower_eta))
    return np.stack((*momentum, measured), axis=1)[measured > TOWER_E_GEV]


def _smear(energy: Floats, stochastic: float, constant: float, rng: np.random.Generator) -> Floats:
    sigma = np.sqrt(stochastic**2 * energy + constant**2 * energy**2)
    return np.maximum(rng.normal(energy, sigma), 0.0)


def _start(seed: int) -> pythia8mc.Pythia:
    pythia = pythia8mc.Pythia("", False)
    for setting in (*SETTINGS, "Random:setSeed = on", f"Random:seed = {seed}"):
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia does not accept '{setting}'")
    if not pythia.init():
        raise RuntimeError("Pythia cannot start the dijet sample")
    return pythia


def _process(pythia: pythia8mc.Pythia, rng: np.random.Generator, columns: Columns) -> None:
    """Measure one event and, if its leading jet passes, append it to ``columns``."""
    stable = (p for p in pythia.event if p.isFinal() and p.isVisible())
    visible = np.array([(p.px(), p.py(), p.pz(), p.e(), p.id()) for p in stable])
    particles, ids = visible[:, :4], visible[:, 4].astype(np.int64)
    towers = calorimeter(particles, ids, rng)
    jets = _cluster(towers)
    if not jets or jets[0][0] < LEADING_PT_GEV or abs(jets[0][1]) > LEADING_ETA:
        return
    px, py, pz, _ = -towers.sum(axis=0)
    met = float(np.hypot(px, py))
    columns.jets.append(jets)
    columns.truth.append(_cluster(particles))
    columns.missing.append((met, float(np.arcsinh(pz / met)), float(np.arctan2(py, px))))
    columns.process.append(pythia.infoPython().code())


def _cluster(momenta: Floats) -> list[tuple[float, ...]]:
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    sequence = fastjet.ClusterSequence([fastjet.PseudoJet(*p) for p in momenta.tolist()], definition)
    jets = fastjet.sorted_by_pt(sequence.inclusive_jets(JET_PT_GEV))
    return [(j.pt(), j.eta(), j.phi_std(), j.m()) for j in jets]


def _write_tree(target: Path, columns: Columns, cross_section_pb: tuple[float, float]) -> None:
    count = len(columns.jets)
    ones = np.ones(count, np.float32)
    event = {
        "Number": np.arange(count, dtype=np.int32),
        "ReadTime": 0 * ones,  # by this leaf readers know the class
        "ProcessID": np.array(columns.process, np.int32),
        "Weight": ones,
        "CrossSection": ones * np.float32(cross_section_pb[0]),
        "CrossSectionError": ones * np.float32(cross_section_pb[1]),
    }
    missing = np.array(columns.missing, np.float32)
    collections = {
        "Event": singletons(event),
        "Jet": lists_of_rows(columns.jets, JET_FIELDS),
        "GenJet": lists_of_rows(columns.truth, JET_FIELDS),
        "MissingET": singletons({"MET": missing[:, 0], "Eta": missing[:, 1], "Phi": missing[:, 2]}),
    }
    write_tree(target, collections)
