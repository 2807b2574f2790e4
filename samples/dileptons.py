"""Parton-level dilepton samples: Pythia 8 hard processes, written as Les Houches event files by pylhe."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pylhe
import pythia8mc

__all__ = ["SAMPLES", "DileptonSample", "write"]

#: 17 significant digits: what is read back is the double that Pythia held.
FULL_PRECISION = replace(
    pylhe.DEFAULT_FORMAT,
    particle=(
        "{id:5d} {status:2d} {mother1:2d} {mother2:2d} {color1:3d} {color2:3d} "
        "{px:.16e} {py:.16e} {pz:.16e} {e:.16e} {m:.16e} {lifetime:.1f} {spin:.1f}"
    ),
)
MB_TO_PB = 1e9
#: From Pythia's status of the hard process to the Les Houches status; all others are final: 1.
LHE_STATUS = {-21: -1, -22: 2}


@dataclass(frozen=True)
class DileptonSample:
    """One sample: the beams (PDG id, energy in GeV), the LHAPDF set (-1: none) and the settings of Pythia."""

    file: str
    title: str
    beams: tuple[tuple[int, float], tuple[int, float]]
    pdf: int
    process_id: int
    settings: tuple[str, ...]
    events: int = 10_000
    seed: int = 20260101


SAMPLES = {
    "ee_mumu_80GeV": DileptonSample(
        file="ee_mumu_80GeV.lhe.gz",
        title="e- e+ to gamma*/Z to mu- mu+ at 80 GeV, leading order",
        beams=((11, 40.0), (-11, 40.0)),
        pdf=-1,
        process_id=224,
        settings=("WeakSingleBoson:ffbar2ffbar(s:gmZ) = on", "PDF:lepton = off"),
    ),
    "pp_mumu_13TeV": DileptonSample(
        file="pp_mumu_13TeV.lhe.gz",
        title="p p to gamma*/Z to mu- mu+ at 13 TeV, dimuon mass above 60 GeV, leading order",
        beams=((2212, 6500.0), (2212, 6500.0)),
        pdf=247000,  # NNPDF2.3 QCD+QED LO, alpha_s(MZ) = 0.130: Pythia's default
        process_id=221,
        settings=("WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 60."),
    ),
}


def write(sample: DileptonSample, folder: Path, events: int, seed: int) -> Path:
    """Generate ``events`` unit-weight events and write them; the same seed gives the same bytes."""
    pythia = _start(sample, seed)
    records = [_event(pythia) for _ in _accepted(pythia, events)]
    info = pythia.infoPython()
    cross_section, error = info.sigmaGen() * MB_TO_PB, info.sigmaErr() * MB_TO_PB
    init = pylhe.LHEInit(
        _beams(sample),
        [pylhe.LHEProcInfo(cross_section, error, unitWeight=1.0, procId=sample.process_id)],
        [pylhe.LHEGenerator("Pythia 8", "8.317", sample.title, {})],
    )
    content = pylhe.LHEFile(init, records, comment=_comment(sample, events, seed))
    target = folder / sample.file
    # No name and no time in the gzip header, or the bytes would change from run to run.
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(content.tolhe(FULL_PRECISION).encode())
        packed.write(b"\n")
    print(f"{target}: {events} events, {cross_section:.5g} +- {error:.2g} pb")
    return target


def _start(sample: DileptonSample, seed: int) -> pythia8mc.Pythia:
    pythia = pythia8mc.Pythia("", False)
    (id_a, energy_a), (id_b, energy_b) = sample.beams
    settings = (
        "Print:quiet = on",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
        "Beams:frameType = 2",
        f"Beams:idA = {id_a}",
        f"Beams:idB = {id_b}",
        f"Beams:eA = {energy_a}",
        f"Beams:eB = {energy_b}",
        "PartonLevel:all = off",  # no showers, no multiparton interactions, no beam remnants
        "23:onMode = off",
        "23:onIfAny = 13",
        *sample.settings,
    )
    for setting in settings:
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia does not accept '{setting}'")
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot start {sample.file}")
    return pythia


def _accepted(pythia: pythia8mc.Pythia, events: int) -> Iterator[int]:
    done = 0
    while done < events:
        if pythia.next():
            yield done
            done += 1


def _event(pythia: pythia8mc.Pythia) -> pylhe.LHEEvent:
    info, process = pythia.infoPython(), pythia.process
    # Entries 0, 1, 2 of Pythia's record are the system and the beams, which an LHE event leaves out.
    particles = [_particle(process[i]) for i in range(3, process.size())]
    head = pylhe.LHEEventInfo(
        nparticles=len(particles),
        pid=info.code(),
        weight=1.0,
        scale=info.QRen(),
        aqed=info.alphaEM(),
        aqcd=info.alphaS(),
    )
    return pylhe.LHEEvent(head, particles)


def _particle(p: pythia8mc.Particle) -> pylhe.LHEParticle:
    status = LHE_STATUS.get(p.status(), 1)
    first, second = (0, 0) if status == -1 else (max(m - 2, 0) for m in (p.mother1(), p.mother2()))
    return pylhe.LHEParticle(
        p.id(), status, first, second or first, p.col(), p.acol(),
        p.px(), p.py(), p.pz(), p.e(), p.m(), lifetime=0.0, spin=9.0,
    )  # fmt: skip


def _beams(sample: DileptonSample) -> pylhe.LHEInitInfo:
    (id_a, energy_a), (id_b, energy_b) = sample.beams
    group = 0 if sample.pdf > 0 else -1
    return pylhe.LHEInitInfo(
        id_a, id_b, energy_a, energy_b, group, group, sample.pdf, sample.pdf,
        weightingStrategy=3, numProcesses=1,
    )  # fmt: skip


def _comment(sample: DileptonSample, events: int, seed: int) -> str:
    settings = "\n".join(f"  {line}" for line in sample.settings)
    return (
        f"\n{sample.title}\n{events} events, Pythia 8.317, seed {seed}; no showers, no hadronisation."
        f"\nMade by samples/generate.py with\n{settings}\n"
    )
