"""What a detector makes of an e mu event: formulas of pt for each kind of object, no geometry.

========  ===========================================================================  =========
object    relative resolution of pt                                                    found
========  ===========================================================================  =========
electron  0.10 / sqrt(pt) (+) 0.01                                                     85 %
muon      0.01 (+) 0.0002 pt                                                           95 %
jet       3 / pt (+) 0.80 / sqrt(pt) (+) 0.05; eta and phi by 0.02; mass scales as pt  always
========  ===========================================================================  =========

pt in GeV, (+) in quadrature, errors normal. Leptons are dressed by the photons within 0.1 and keep their directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import fastjet
import numpy as np
import numpy.typing as npt
import pythia8mc

__all__ = [
    "JET_ETA", "JET_FIELDS", "LEPTON_ETA", "LEPTON_FIELDS", "LEPTON_PT_GEV", "Measured", "Seen", "lepton_resolution",
    "measure", "rounded", "rounded_angle", "rounded_phi", "see", "smear",
]  # fmt: skip

JET_FIELDS = ("PT", "Eta", "Phi", "Mass", "BTag", "Flavor")
LEPTON_FIELDS = ("PT", "Eta", "Phi", "Charge")

VISIBLE_ETA, DRESSING, RADIUS, TAG_RADIUS = 5.0, 0.1, 0.4, 0.3
#: Leptons and jets that an event needs; softer and more forward jets are stored, too.
LEPTON_PT_GEV, LEPTON_ETA, JET_PT_GEV, JET_ETA = 20.0, 2.5, 25.0, 2.5
STORED_PT_GEV, STORED_ETA = 20.0, 4.7
#: Jets that are smeared, of what is seen; softer ones count as unclustered.
TRUE_PT_GEV = 10.0
HADRON_PT_GEV = 5.0
FOUND = {11: 0.85, 13: 0.95}
TAGGED = {5: 0.70, 4: 0.15, 0: 0.01}
JET_ANGLE = 0.02
#: Error of each component of the unclustered momentum, over the square root of its sum of pt in GeV.
UNCLUSTERED = 0.5

#: What is stored: 2e-4 of a pt or mass, and steps of angles far below the resolution. The last step is below pi.
PT_BITS, ANGLE_STEP = 12, 2.0**-11
LARGEST_PHI = np.floor(np.pi / ANGLE_STEP) * ANGLE_STEP

Floats = npt.NDArray[np.float64]
Row = tuple[float, ...]


@dataclass(frozen=True)
class Seen:
    """What there is to be measured of an event, before any error.

    Attributes
    ----------
    leptons
        (2, 4) px, py, pz, E of the electron and the muon, with the photons about them.
    charges
        Of both.
    jets
        (J, 5) pt, eta, phi, mass and flavour of the jets of more than 10 GeV, by pt.
    rest
        px, py of everything that is visible but the leptons, jets included.
    unclustered
        Sum of the pt of what is in none of the jets.
    """

    leptons: Floats
    charges: tuple[float, float]
    jets: Floats
    rest: Floats
    unclustered: float


@dataclass(frozen=True)
class Measured:
    """An event: a lepton as (pt, eta, phi, charge), jets as ``JET_FIELDS`` by pt, and (MET, phi), rounded."""

    electron: Row
    muon: Row
    jets: list[Row]
    missing: tuple[float, float]


def measure(
    event: pythia8mc.Event, prompt: list[pythia8mc.Particle], rng: np.random.Generator
) -> Measured | None:
    """What is measured of an event, or None if it fails the selection.

    ``prompt`` are the electron, the muon and the neutrinos of the W decays.
    """
    return smear(see(event, prompt), rng)


def see(event: pythia8mc.Event, prompt: list[pythia8mc.Particle]) -> Seen:
    """Leptons, jets and the rest of an event."""
    leptons = prompt[:2]
    apart = {p.index() for p in prompt}
    seen = [p for p in event if p.isFinal() and p.isVisible() and p.index() not in apart]
    table = np.array([(p.px(), p.py(), p.pz(), p.e(), p.id()) for p in seen])
    momenta, ids = table[:, :4], table[:, 4].astype(np.int64)
    momenta, ids = _within(momenta, ids)
    dressed, rest = _dress(leptons, momenta, ids)
    sequence, jets = _cluster(rest)
    hadrons = _heavy_hadrons(event)
    scalar = float(np.hypot(rest[:, 0], rest[:, 1]).sum())
    rows = []
    for jet in jets:
        scalar -= sum(float(np.hypot(c.px(), c.py())) for c in jet.constituents())
        mass = max(jet.m2(), 0.0) ** 0.5
        rows.append((jet.pt(), jet.eta(), jet.phi_std(), mass, _flavor(jet, hadrons)))
    del sequence
    charges = float(leptons[0].charge()), float(leptons[1].charge())
    return Seen(dressed, charges, np.array(rows).reshape(-1, 5), rest[:, :2].sum(axis=0), max(scalar, 0.0))


def smear(seen: Seen, rng: np.random.Generator, jet_scale: float = 1.0) -> Measured | None:
    """What is measured of an event, or None if it fails the selection.

    ``jet_scale`` multiplies the measured four-momentum of every jet, and reaches the missing momentum.
    """
    # The same random numbers in every event, whatever fails.
    found, errors = rng.random(2), rng.normal(size=2)
    rows: list[Row] = []
    moved = np.zeros(2)
    for pdg, p, charge, error, chance in zip(FOUND, seen.leptons, seen.charges, errors, found, strict=True):
        pt, eta, phi = float(np.hypot(p[0], p[1])), _eta(p), float(np.arctan2(p[1], p[0]))
        measured = pt * (1 + lepton_resolution(pdg, pt) * error)
        if chance > FOUND[pdg] or measured <= 0:
            return None
        row = (rounded(measured), rounded_angle(eta), rounded_phi(phi), charge)
        if row[0] <= LEPTON_PT_GEV or abs(row[1]) >= LEPTON_ETA:
            return None
        rows.append(row)
        moved += (measured / pt - 1) * p[:2]

    stored: list[Row] = []
    for pt, true_eta, true_phi, mass, flavor in seen.jets.tolist():
        scale = jet_scale * max(1 + _jet_resolution(pt) * rng.normal(), 0.0)
        eta, phi = true_eta + JET_ANGLE * rng.normal(), true_phi + JET_ANGLE * rng.normal()
        tag = int(rng.random() < TAGGED[int(flavor)])
        moved += scale * pt * np.array([np.cos(phi), np.sin(phi)])
        moved -= pt * np.array([np.cos(true_phi), np.sin(true_phi)])
        row = (rounded(scale * pt), rounded_angle(eta), rounded_phi(phi), rounded(scale * mass), tag, flavor)
        if row[0] > STORED_PT_GEV and abs(row[1]) < STORED_ETA:
            stored.append(row)
    moved += UNCLUSTERED * np.sqrt(seen.unclustered) * rng.normal(size=2)
    if sum(row[0] > JET_PT_GEV and abs(row[1]) < JET_ETA for row in stored) < 2:
        return None
    px, py = -(seen.leptons[:, :2].sum(axis=0) + seen.rest + moved)
    missing = rounded(float(np.hypot(px, py))), rounded_phi(float(np.arctan2(py, px)))
    stored.sort(key=lambda row: -row[0])
    return Measured(rows[0], rows[1], stored, missing)


def _within(momenta: Floats, ids: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.int64]]:
    near = np.abs(momenta[:, 2]) < np.sinh(VISIBLE_ETA) * np.hypot(momenta[:, 0], momenta[:, 1])
    return momenta[near], ids[near]


def _dress(
    leptons: list[pythia8mc.Particle], momenta: Floats, ids: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """(2, 4) leptons with the photons about them, and everything else."""
    photon = ids == 22
    eta = np.arcsinh(momenta[:, 2] / np.hypot(momenta[:, 0], momenta[:, 1]))
    phi = np.arctan2(momenta[:, 1], momenta[:, 0])
    used = np.zeros(len(ids), dtype=bool)
    dressed = []
    for lepton in leptons:
        turn = np.abs(phi - lepton.phi())
        distance = np.hypot(eta - lepton.eta(), np.minimum(turn, 2 * np.pi - turn))
        near = photon & (distance < DRESSING) & ~used
        used |= near
        bare = np.array([lepton.px(), lepton.py(), lepton.pz(), lepton.e()])
        dressed.append(bare + momenta[near].sum(axis=0))
    return np.array(dressed), momenta[~used]


def _cluster(momenta: Floats) -> tuple[fastjet.ClusterSequence, list[fastjet.PseudoJet]]:
    """Jets by pt; they look up their constituents in the sequence, which has to live as long."""
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    sequence = fastjet.ClusterSequence([fastjet.PseudoJet(*p) for p in momenta.tolist()], definition)
    return sequence, list(fastjet.sorted_by_pt(sequence.inclusive_jets(TRUE_PT_GEV)))


def _heavy_hadrons(event: pythia8mc.Event) -> dict[int, list[tuple[float, float]]]:
    """(eta, phi) of the hadrons above 5 GeV that hold a bottom or charm quark and decay weakly, by quark."""
    found: dict[int, list[tuple[float, float]]] = {5: [], 4: []}
    for particle in event:
        quark = _heavy(particle.idAbs())
        if quark and particle.pT() > HADRON_PT_GEV:
            if any(_heavy(event[d].idAbs()) == quark for d in particle.daughterList()):
                continue
            found[quark].append((particle.eta(), particle.phi()))
    return found


def _heavy(pdg: int) -> int:
    """5 or 4 for hadrons with bottom or charm, else 0: the largest digit of the quarks in the number."""
    if not 100 < pdg < 1_000_000:
        return 0
    quark = max(pdg // 1000 % 10, pdg // 100 % 10)
    return quark if quark in (4, 5) else 0


def _flavor(jet: fastjet.PseudoJet, hadrons: dict[int, list[tuple[float, float]]]) -> int:
    for quark in (5, 4):
        for eta, phi in hadrons[quark]:
            turn = abs(jet.phi_std() - phi)
            if np.hypot(jet.eta() - eta, min(turn, 2 * np.pi - turn)) < TAG_RADIUS:
                return quark
    return 0


def lepton_resolution(pdg: int, pt: float) -> float:
    return float(np.hypot(0.10 / pt**0.5, 0.01) if pdg == 11 else np.hypot(0.01, 2e-4 * pt))


def _jet_resolution(pt: float) -> float:
    return float(np.sqrt((3 / pt) ** 2 + 0.80**2 / pt + 0.05**2))


def _eta(p: Floats) -> float:
    return float(np.arcsinh(p[2] / np.hypot(p[0], p[1])))


def rounded(value: float) -> float:
    mantissa, exponent = np.frexp(value)
    return float(np.ldexp(np.round(mantissa * 2.0**PT_BITS) / 2.0**PT_BITS, exponent))


def rounded_angle(value: float) -> float:
    return float(np.round(value / ANGLE_STEP) * ANGLE_STEP)


def rounded_phi(value: float) -> float:
    turned = (value + np.pi) % (2 * np.pi) - np.pi
    return float(np.clip(rounded_angle(turned), -LARGEST_PHI, LARGEST_PHI))
