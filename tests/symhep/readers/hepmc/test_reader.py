"""Good HepMC files: every number as pyhepmc reads it, units, weights, cross-sections, several documents."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyhepmc
import pytest

from symhep.errors import CardError
from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog
from symhep.testing import check_reader

READER = HepMCReader()
OPTIONS = READER.Options()
VERSIONS = pytest.mark.parametrize("version", [2, 3])


def write_with_pyhepmc(path: Path, version: int, events: int) -> None:
    """Cascades of random shape: beams, resonances with and without a place, momenta in MeV in every third event."""
    rng = np.random.default_rng(version)
    info = pyhepmc.GenRunInfo()
    info.weight_names = ["Default", "MUR0.5", "MUR2"]
    with pyhepmc.open(str(path), "w", format=f"HepMC{version}") as file:
        for number in range(events):
            units = pyhepmc.Units.MEV if number % 3 == 0 else pyhepmc.Units.GEV
            event = pyhepmc.GenEvent(units, pyhepmc.Units.MM)
            event.run_info, event.event_number = info, 3 * number
            hard = pyhepmc.GenVertex((0, 0, 0, 0))
            for sign in (1, -1):
                hard.add_particle_in(pyhepmc.GenParticle((0, 0, sign * 6500, 6500), 2212, 4))
            event.add_vertex(hard)
            for _ in range(rng.integers(1, 4)):
                mother = pyhepmc.GenParticle(tuple(rng.normal(size=4) * 50), 23, 2)
                mother.generated_mass = float(rng.normal(91, 2))
                hard.add_particle_out(mother)
                decay = pyhepmc.GenVertex(tuple(rng.normal(size=4)) if rng.random() < 0.5 else (0, 0, 0, 0))
                decay.add_particle_in(mother)
                for pdg in (13, -13, 22)[: rng.integers(1, 4)]:
                    decay.add_particle_out(pyhepmc.GenParticle(tuple(rng.normal(size=4) * 20), pdg, 1))
                event.add_vertex(decay)
            event.weights = list(rng.normal(size=3))
            event.cross_section = section = pyhepmc.GenCrossSection()
            section.set_cross_section(12.5 + number, 0.5, number + 1, number + 2)
            file.write(event)


@VERSIONS
def test_every_number_is_that_of_pyhepmc(version: int, tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "a.hepmc"
    write_with_pyhepmc(path, version, 30)
    batches, losses = read(path, variations=True, chunk_events=7)
    assert [len(b) for b in batches] == [7, 7, 7, 7, 2]
    assert not losses.losses
    number = 0
    with pyhepmc.open(str(path)) as file:
        for event in file:
            batch, row = batches[number // 7], number % 7
            ours, theirs = batch.events.particles[row], event.numpy.particles
            gev = 1e-3 if event.momentum_unit == pyhepmc.Units.MEV else 1.0
            for name, column in {
                "px": "px",
                "py": "py",
                "pz": "pz",
                "E": "e",
                "m_generated": "generated_mass",
            }.items():
                assert ours[name].to_numpy() == pytest.approx(getattr(theirs, column) * gev, rel=1e-15), name
            assert ours.pdgId.tolist() == theirs.pid.tolist()
            assert ours.status.tolist() == theirs.status.tolist()
            parents = [[p.id for p in particle.parents] or [0] for particle in event.particles]
            assert ours.mother1.tolist() == [p[0] for p in parents]
            assert ours.mother2.tolist() == [p[-1] for p in parents]
            assert batch.events.event_number[row] == event.event_number
            assert [batch.variations[n][row] for n in ("Default", "MUR0.5", "MUR2")] == list(event.weights)
            assert batch.weights[row] == event.weights[0]
            number += 1
    assert number == 30
    summary = READER.inspect(str(path), OPTIONS, LossLog())
    assert summary.cross_section_pb == (12.5 + 29, 0.5), "the last estimate, not the first"
    # The first event is in MEV.
    assert summary.schema.beams == ((2212, 6.5), (2212, 6.5))


@VERSIONS
def test_conformance(version: int, tmp_path: Path, hepmc: Any) -> None:
    path = tmp_path / "a.hepmc"
    path.write_text(hepmc.numbered(version, 9))
    assert len(check_reader(READER, path)) == 9
    assert READER.confidence("run.hepmc3.gz", b"\x1f\x8b") == 1
    assert READER.confidence("run.dat", b"") == 0


@VERSIONS
def test_compressed_files(version: int, tmp_path: Path, hepmc: Any, read: Any, which: Any) -> None:
    path = tmp_path / "a.hepmc.gz"
    path.write_bytes(gzip.compress(hepmc.numbered(version, 5).encode()))
    assert which(read(path)[0]) == [0, 1, 2, 3, 4]


@VERSIONS
def test_units_are_those_of_each_event(version: int, hepmc: Any, read: Any) -> None:
    events = [hepmc.event(version, units=units) for units in ("GEV MM", "MEV CM", "GEV CM")]
    batches, _ = read(hepmc.document(version, *events))
    particles = batches[0].events.particles
    assert particles.E[:, 2].tolist() == pytest.approx([20.0, 0.020, 20.0])
    assert particles.m_generated[:, 2].tolist() == pytest.approx([0.105, 0.105e-3, 0.105])
    assert particles.pdgId[:, 2].tolist() == [13, 13, 13]


def test_old_files_without_units_are_gev_and_that_is_said(hepmc: Any, read: Any, tmp_path: Path) -> None:
    text = hepmc.numbered(2, 3, units=None)
    batches, _ = read(text)
    assert batches[0].events.particles.E[0, 2] == 20.0
    assert (
        "The events have no units: GeV is assumed."
        in READER.schema(str(tmp_path / "events.hepmc"), OPTIONS).notes
    )
    # Where other events have units, one without lost its line.
    mixed = hepmc.document(2, hepmc.event(2), hepmc.event(2, units=None))
    assert [loss.reason for loss in read(mixed)[1].losses] == [
        "the event needs one line of units, such as 'U GEV MM'"
    ]
    assert len(read(hepmc.numbered(3, 2, units=None))[1].losses) == 2


@VERSIONS
def test_weights_by_name(version: int, hepmc: Any, read: Any, tmp_path: Path) -> None:
    names, header = ("nominal", "MUR=0.5 MUF=1", r"a\b"), "W nominal\\|MUR=0.5 MUF=1\\|a\\\\b\n"
    text = hepmc.document(
        version,
        *(hepmc.event(version, i, weights=(f"{i}.5", "nan", "-1e3"), names=names) for i in range(3)),
        header=header if version == 3 else "",
    )
    batches, losses = read(text, variations=True)
    assert not losses.losses
    assert READER.schema(str(tmp_path / "events.hepmc"), OPTIONS).weights == names
    assert list(batches[0].variations) == list(names)
    assert batches[0].weights.tolist() == [0.5, 1.5, 2.5]
    assert read(text, weight=r"a\b")[0][0].weights.tolist() == [-1e3] * 3
    assert read(text, weight="none")[0][0].weights.tolist() == [1.0] * 3
    # A weight that is no number is told of where it is chosen, and only there.
    reasons = [loss.reason for loss in read(text, weight="MUR=0.5 MUF=1")[1].losses]
    assert reasons == ["the weight 'MUR=0.5 MUF=1' is missing or not a finite number"] * 3
    with pytest.raises(CardError, match=r"no weight 'nominl'; did you mean 'nominal'\?"):
        read(text, weight="nominl")


@VERSIONS
def test_weights_without_names_go_by_their_place(version: int, hepmc: Any, read: Any) -> None:
    batches, _ = read(hepmc.numbered(version, 2, weights=("3", "4")), variations=True)
    assert {name: w.tolist() for name, w in batches[0].variations.items()} == {
        "weights[0]": [3.0, 3.0],
        "weights[1]": [4.0, 4.0],
    }
    assert read(hepmc.numbered(version, 2, weights=()))[0][0].weights.tolist() == [1.0, 1.0]


@VERSIONS
def test_documents_after_one_another(version: int, hepmc: Any, read: Any, which: Any, tmp_path: Path) -> None:
    other = 5 - version
    sections = {2: "C 30.0 3.0\n", 3: "A 0 GenCrossSection 30.0 3.0 7 9\n"}
    text = hepmc.document(version, *(hepmc.event(version, i, extra=sections[version]) for i in range(2)))
    text += hepmc.document(
        other, *(hepmc.event(other, i, extra=sections[other].replace("30", "60")) for i in (2, 3))
    )
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2, 3]
    assert not losses.losses
    summary = READER.inspect(str(tmp_path / "events.hepmc"), OPTIONS, LossLog())
    assert summary.details["events_per_document"] == [2, 2]
    # Averaged, never added; the errors are independent.
    assert summary.cross_section_pb == pytest.approx((45.0, np.hypot(1.5, 1.5)))


def test_the_attributes_of_version_3(hepmc: Any, read: Any) -> None:
    extra = "A 0 event_scale 91.2\nA 0 signal_process_id 221\nA 0 alphaQCD 0.118\nA 3 flow1 501\n"
    events = read(hepmc.document(3, hepmc.event(3, 5, extra=extra), hepmc.event(3, 6)))[0][0].events
    assert events.scale.tolist() == [91.2, -1.0]
    assert events.process.tolist() == [221, -1]
    assert events.alphaQCD.tolist() == [0.118, -1.0]
    assert events.event_number.tolist() == [5, 6]


@VERSIONS
def test_unknown_names_are_card_errors(version: int, hepmc: Any, read: Any) -> None:
    text = hepmc.numbered(version, 1)
    with pytest.raises(CardError, match="no collection 'jets'; it only has 'particles'"):
        read(text, fields={"jets": frozenset()})
    with pytest.raises(CardError, match=r"no field 'particles.pdgid'; did you mean 'pdgId'\?"):
        read(text, fields={"particles": frozenset({"pdgid"})})
    with pytest.raises(CardError, match="no event field 'alphaqcd'"):
        read(text, event_fields=frozenset({"alphaqcd"}))


@VERSIONS
def test_a_document_without_events(version: int, hepmc: Any, read: Any, tmp_path: Path) -> None:
    batches, losses = read(hepmc.document(version))
    assert batches == []
    assert losses.losses == []
    assert READER.inspect(str(tmp_path / "events.hepmc"), OPTIONS, LossLog()).weights.events == 0
