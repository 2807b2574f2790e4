"""The bundled samples obey the laws of physics they were made with, and can be made again."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import pylhe
import pytest
import uproot

DILEPTONS = ("ee_mumu_80GeV", "pp_mumu_13TeV")
DIJETS = "pp_dijets_13TeV"
JETS = ("top_jets_14TeV", "qcd_jets_14TeV")
TTBAR = "ttbar_emu_13TeV"
MUON_MASS_GEV, Z_MASS_GEV, Z_WIDTH_GEV = 0.10566, 91.1876, 2.4952
SIN2_THETA_W = 0.2312
GEV2_TO_PB = 3.893794e8


@dataclass(frozen=True)
class Events:
    """An LHE file as arrays: ``momenta`` (N, 5, 4) as (E, px, py, pz), ``numbers`` (N, 5, 6) the integers."""

    init: pylhe.LHEInit
    momenta: np.ndarray
    masses: np.ndarray
    numbers: np.ndarray
    weights: np.ndarray
    alpha: np.ndarray


def load(path: Path) -> Events:
    file = pylhe.LHEFile.fromfile(path)
    events = list(file.events)
    return Events(
        file.init,
        np.array([[(p.e, p.px, p.py, p.pz) for p in e.particles] for e in events]),
        np.array([[p.m for p in e.particles] for e in events]),
        np.array(
            [
                [(p.id, p.status, p.mother1, p.mother2, p.color1, p.color2) for p in e.particles]
                for e in events
            ]
        ).astype(int),
        np.array([e.eventinfo.weight for e in events]),
        np.array([e.eventinfo.aqed for e in events]),
    )


@pytest.fixture(scope="module")
def samples(root: Path) -> Path:
    return root / "samples"


@pytest.fixture(scope="module")
def dileptons(samples: Path) -> dict[str, Events]:
    return {name: load(samples / f"{name}.lhe.gz") for name in DILEPTONS}


@pytest.fixture(scope="module")
def dijets(samples: Path) -> ak.Array:
    with uproot.open(samples / f"{DIJETS}.root") as file:
        assert file["Delphes"].classname == "TTree"
        return file["Delphes"].arrays()


def test_all_samples_together_stay_under_seven_megabytes(samples: Path) -> None:
    files = [path for path in samples.iterdir() if path.suffix in {".gz", ".root", ".parquet"}]
    assert {path.name for path in files} >= {f"{DIJETS}.root", *(f"{name}.lhe.gz" for name in DILEPTONS)}
    assert sum(path.stat().st_size for path in files) < 7_000_000


@pytest.mark.parametrize("name", DILEPTONS)
class TestDileptons:
    def test_every_event_is_two_in_one_between_two_out(self, name: str, dileptons: dict[str, Events]) -> None:
        numbers = dileptons[name].numbers
        assert numbers.shape == (10_000, 5, 6)
        assert np.all(numbers[:, :, 1] == [-1, -1, 2, 1, 1])
        assert np.all(numbers[:, 2:, 0] == [23, 13, -13])
        assert np.all(numbers[:, 0, 0] == -numbers[:, 1, 0])
        assert np.all(numbers[:, :, 2] == [0, 0, 1, 3, 3])
        assert np.all(numbers[:, :, 3] == [0, 0, 2, 3, 3])

    def test_four_momentum_is_conserved_at_both_vertices(
        self, name: str, dileptons: dict[str, Events]
    ) -> None:
        p = dileptons[name].momenta
        incoming, boson, outgoing = p[:, :2].sum(axis=1), p[:, 2], p[:, 3:].sum(axis=1)
        scale = incoming[:, :1]
        assert np.abs((incoming - boson) / scale).max() < 1e-9
        assert np.abs((boson - outgoing) / scale).max() < 1e-9

    def test_all_particles_are_on_their_mass_shells(self, name: str, dileptons: dict[str, Events]) -> None:
        sample = dileptons[name]
        energy = sample.momenta[:, :, 0]
        squared = energy**2 - (sample.momenta[:, :, 1:] ** 2).sum(axis=2)
        assert (np.abs(squared - sample.masses**2) / energy**2).max() < 1e-9
        assert np.all(sample.masses[:, 3:] == MUON_MASS_GEV)

    def test_colour_flows_from_quark_to_antiquark(self, name: str, dileptons: dict[str, Events]) -> None:
        numbers = dileptons[name].numbers
        is_quark = np.abs(numbers[:, :, 0]) <= 6
        first, second = numbers[:, :, 4], numbers[:, :, 5]
        assert np.all((first > 0) == (is_quark & (numbers[:, :, 0] > 0)))
        assert np.all((second > 0) == (is_quark & (numbers[:, :, 0] < 0)))
        assert np.all(first.sum(axis=1) == second.sum(axis=1))

    def test_weights_are_one_as_the_init_block_says(self, name: str, dileptons: dict[str, Events]) -> None:
        sample = dileptons[name]
        assert sample.init.initInfo.weightingStrategy == 3
        assert sample.init.procInfo[0].unitWeight == 1.0
        assert np.all(sample.weights == 1.0)


class TestElectronPositron:
    def test_the_beams_meet_head_on_with_40_gev_each(self, dileptons: dict[str, Events]) -> None:
        sample = dileptons["ee_mumu_80GeV"]
        info = sample.init.initInfo
        assert (info.beamA, info.energyA, info.beamB, info.energyB) == (11, 40.0, -11, 40.0)
        assert np.all(sample.numbers[:, :2, 0] == [11, -11])
        assert np.all(sample.momenta[:, 0] == [40.0, 0.0, 0.0, 40.0])
        assert np.all(sample.momenta[:, 1] == [40.0, 0.0, 0.0, -40.0])

    def test_cross_section_and_asymmetry_are_those_of_the_tree_level(
        self, dileptons: dict[str, Events]
    ) -> None:
        """d sigma / d cos = pi alpha^2 / (2 s) [A (1 + cos^2) + B cos], photon and Z with v, a couplings."""
        sample = dileptons["ee_mumu_80GeV"]
        s, alpha = 80.0**2, sample.alpha[0]
        couplings = 1 / (16 * SIN2_THETA_W * (1 - SIN2_THETA_W))
        chi = couplings * s / (s - Z_MASS_GEV**2 + 1j * s * Z_WIDTH_GEV / Z_MASS_GEV)
        v, a = -1 + 4 * SIN2_THETA_W, -1.0
        even = 1 + 2 * v**2 * chi.real + (v**2 + a**2) ** 2 * abs(chi) ** 2
        odd = 4 * a**2 * chi.real + 8 * v**2 * a**2 * abs(chi) ** 2

        sigma = 4 * math.pi * alpha**2 / (3 * s) * even * GEV2_TO_PB
        process = sample.init.procInfo[0]
        assert process.xSection == pytest.approx(sigma, abs=4 * process.error)

        expected = 3 * odd / (8 * even)
        forward = np.mean(sample.momenta[:, 3, 3] > 0)  # the mu- along the e-
        spread = math.sqrt((1 - expected**2) / len(sample.momenta))
        assert 2 * forward - 1 == pytest.approx(expected, abs=4 * spread)


class TestProtonProton:
    def test_partons_come_along_the_beams_and_cannot_outrun_them(self, dileptons: dict[str, Events]) -> None:
        sample = dileptons["pp_mumu_13TeV"]
        info = sample.init.initInfo
        assert (info.beamA, info.energyA, info.beamB, info.energyB) == (2212, 6500.0, 2212, 6500.0)
        incoming = sample.momenta[:, :2]
        assert np.all(incoming[:, :, 1:3] == 0)
        assert np.all(incoming[:, :, 3] == incoming[:, :, 0] * [1, -1])
        assert incoming[:, :, 0].max() < 6500

    def test_dimuon_mass_peaks_at_the_z_above_the_cut(self, dileptons: dict[str, Events]) -> None:
        mass = dileptons["pp_mumu_13TeV"].masses[:, 2]
        assert mass.min() > 60
        counts, edges = np.histogram(mass, bins=np.arange(60, 121, 2.0))
        peak = counts.argmax()
        assert edges[peak] < Z_MASS_GEV < edges[peak + 1]
        # Half of a resonance lies within half its width of the peak; the photon adds a tail.
        inside = np.mean(np.abs(mass - Z_MASS_GEV) < Z_WIDTH_GEV / 2)
        assert 0.4 < inside < 0.52


class TestDijets:
    def test_names_are_those_of_delphes(self, dijets: ak.Array) -> None:
        wanted = {f"{c}.{x}" for c in ("Jet", "GenJet") for x in ("PT", "Eta", "Phi", "Mass")}
        wanted |= {"MissingET.MET", "MissingET.Eta", "MissingET.Phi", "Event.Weight", "Event.Number"}
        assert wanted | {"Jet_size", "GenJet_size", "MissingET_size"} <= set(dijets.fields)
        assert ak.all(dijets["Jet_size"] == ak.num(dijets["Jet.PT"]))
        assert ak.all(ak.num(dijets["MissingET.MET"]) == 1)

    def test_there_are_20000_events_of_unit_weight(self, dijets: ak.Array) -> None:
        assert ak.flatten(dijets["Event.Number"]).to_list() == list(range(20_000))
        assert ak.all(ak.flatten(dijets["Event.Weight"]) == 1)

    def test_the_leading_jet_is_above_the_cut_and_central(self, dijets: ak.Array) -> None:
        assert ak.min(dijets["Jet.PT"][:, 0]) >= 1200
        assert ak.max(abs(dijets["Jet.Eta"][:, 0])) <= 2.5

    @pytest.mark.parametrize("collection", ["Jet", "GenJet"])
    def test_jets_are_ordered_physical_and_above_50_gev(self, dijets: ak.Array, collection: str) -> None:
        pt = dijets[f"{collection}.PT"]
        assert ak.all(pt[:, :-1] >= pt[:, 1:])
        assert ak.min(pt) >= 50
        assert ak.max(abs(dijets[f"{collection}.Phi"])) <= np.float32(math.pi)
        assert ak.min(dijets[f"{collection}.Mass"]) > -0.1

    def test_transverse_momentum_balances(self, dijets: ak.Array) -> None:
        """Jets and missing momentum together leave only what sits in jets below 50 GeV."""
        pt, phi = dijets["Jet.PT"], dijets["Jet.Phi"]
        met, met_phi = dijets["MissingET.MET"][:, 0], dijets["MissingET.Phi"][:, 0]
        x = ak.sum(pt * np.cos(phi), axis=1) + met * np.cos(met_phi)
        y = ak.sum(pt * np.sin(phi), axis=1) + met * np.sin(met_phi)
        assert float(np.median(np.hypot(x, y))) < 50

    def test_azimuth_is_flat(self, dijets: ak.Array) -> None:
        """Rayleigh: each Fourier component of n flat angles has mean 0 and variance 1 / 2n."""
        phi = np.asarray(dijets["Jet.Phi"][:, 0], dtype=float)
        for order in (1, 2, 4, 64):
            components = np.array([np.cos(order * phi).mean(), np.sin(order * phi).mean()])
            assert np.abs(components).max() < 4 / math.sqrt(2 * len(phi))

    def test_jets_are_smeared_by_a_few_per_cent(self, dijets: ak.Array) -> None:
        response = np.asarray(dijets["Jet.PT"][:, 0] / dijets["GenJet.PT"][:, 0])
        low, middle, high = np.percentile(response, [16, 50, 84])
        assert 0.99 < middle < 1.04  # above one: the cut on the measured jet prefers upward fluctuations
        assert 0.02 < (high - low) / 2 < 0.06


@pytest.mark.parametrize("name", JETS)
class TestBoostedJets:
    @pytest.fixture
    def jets(self, samples: Path, name: str) -> ak.Array:
        return ak.from_parquet(samples / f"{name}.parquet")

    def momenta(self, jets: ak.Array, of: str) -> ak.Array:
        """(E, px, py, pz) in GeV."""
        pt, eta, phi, mass = (jets[f"{of}_{x}"] for x in ("pt", "eta", "phi", "mass"))
        p = [pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
        return [np.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2 + mass**2), *p]

    def test_jets_are_in_the_window(self, jets: ak.Array, name: str) -> None:
        assert len(jets) == 2000
        assert ak.all((jets.jet_pt > 550) & (jets.jet_pt < 650) & (abs(jets.jet_eta) < 2))
        # A falling spectrum: more jets in the lower half of the window than in the upper one.
        assert 0.5 < ak.mean(jets.jet_pt < 600) < 0.65

    def test_constituents_are_the_hardest_of_their_jet(self, jets: ak.Array, name: str) -> None:
        pt = jets.constituents_pt
        assert ak.max(ak.num(pt)) == 20
        assert ak.mean(ak.num(pt) == 20) > 0.97
        assert ak.all(pt[:, :-1] >= pt[:, 1:])
        inside = np.hypot(
            jets.constituents_eta - jets.jet_eta,
            (jets.constituents_phi - jets.jet_phi + np.pi) % (2 * np.pi) - np.pi,
        )
        # Anti-kt cones are round up to soft neighbours; the axis is that of the sum.
        assert ak.mean(inside < 0.8) > 0.999

    def test_constituents_add_up_to_no_more_than_the_jet(self, jets: ak.Array, name: str) -> None:
        """Energies are positive, so the sum of some falls short of the sum of all; a few fell short by much."""
        share = ak.sum(self.momenta(jets, "constituents")[0], axis=1) / self.momenta(jets, "jet")[0]
        assert ak.max(share) < 1.001  # rounding of the constituents
        assert 0.75 < ak.mean(share) < 0.95

    def test_all_particles_are_known_hadrons_leptons_or_photons(self, jets: ak.Array, name: str) -> None:
        masses = np.unique(ak.to_numpy(ak.flatten(jets.constituents_mass)))
        known = [0, 0.000511, 0.10566, 0.13957, 0.49368, 0.49761, 0.93827, 0.93957, 1.11568, 1.18937, 1.19745,
                 1.31486, 1.32171, 1.67245]  # fmt: skip
        assert max(np.abs(np.array(known) - m).min() for m in masses) < 2e-5

    def test_the_mass_tells_them_apart(self, jets: ak.Array, name: str) -> None:
        counts, edges = np.histogram(ak.to_numpy(jets.jet_mass), np.arange(0, 300, 10.0))
        peak = edges[counts.argmax()]
        near_top = ak.mean(abs(jets.jet_mass - 173) < 25)
        if name.startswith("top"):
            assert 160 <= peak <= 180
            assert near_top > 0.75
        else:
            assert peak < 80
            assert near_top < 0.15

    def test_azimuth_is_flat(self, jets: ak.Array, name: str) -> None:
        phi = np.asarray(jets.jet_phi, dtype=float)
        for order in (1, 2, 4):
            components = np.array([np.cos(order * phi).mean(), np.sin(order * phi).mean()])
            assert np.abs(components).max() < 4 / math.sqrt(2 * len(phi))


class TestGenerate:
    def run(self, root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        pytest.importorskip("pythia8mc", reason="the samples need Pythia 8: pip install symhep[samples]")
        pytest.importorskip("fastjet", reason="the samples need fastjet: pip install symhep[samples]")
        command = [sys.executable, str(root / "samples" / "generate.py"), *arguments, "-o", str(folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def test_the_same_seed_gives_the_same_bytes(self, root: Path, tmp_path: Path) -> None:
        for folder, seed in (("a", "7"), ("b", "7"), ("c", "8")):
            done = self.run(root, tmp_path / folder, *DILEPTONS, "--events", "25", "--seed", seed)
            assert done.returncode == 0, done.stderr
        for name in DILEPTONS:
            first, again, other = ((tmp_path / f / f"{name}.lhe.gz").read_bytes() for f in "abc")
            assert first == again != other
            assert len(list(pylhe.LHEFile.fromfile(tmp_path / "a" / f"{name}.lhe.gz").events)) == 25

    def test_dijets_repeat_number_by_number(self, root: Path, tmp_path: Path) -> None:
        arrays = []
        for folder in ("a", "b"):
            done = self.run(root, tmp_path / folder, DIJETS, "--events", "4", "--seed", "7")
            assert done.returncode == 0, done.stderr
            with uproot.open(tmp_path / folder / f"{DIJETS}.root") as file:
                arrays.append(file["Delphes"].arrays())
        assert len(arrays[0]) == 4
        assert arrays[0].to_list() == arrays[1].to_list()

    def test_jets_do_not_depend_on_the_processes(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("pythia8mc", reason="the samples need Pythia 8: pip install symhep[samples]")
        pytest.importorskip("fastjet", reason="the samples need fastjet: pip install symhep[samples]")
        monkeypatch.syspath_prepend(str(root / "samples"))
        import jets

        monkeypatch.setattr(jets, "BLOCK", 2)
        one, two, more, other = (
            jets.generate(JETS[0], count, seed, processes)
            for count, seed, processes in ((5, 7, 1), (5, 7, 2), (6, 7, 2), (5, 8, 2))
        )
        assert one.jets.shape == (5, 4)
        assert np.array_equal(one.constituents, two.constituents)
        assert np.array_equal(one.jets, two.jets)
        assert np.array_equal(one.jets, more.jets[:5])
        assert not np.isin(one.jets, other.jets).any()

    def test_unknown_names_are_refused(self, root: Path, tmp_path: Path) -> None:
        done = self.run(root, tmp_path, "zz_mumu")
        assert done.returncode == 2
        assert (
            f"unknown sample zz_mumu; there are {', '.join((*DILEPTONS, DIJETS, *JETS, TTBAR))}"
            in done.stderr
        )
