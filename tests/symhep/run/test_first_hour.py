"""From a file as its owner points at it to a collection with the right numbers, and the card that `init` writes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot

import symhep

Floats = npt.NDArray[np.float64]
Init = Callable[[Path], symhep.RunCard]


@pytest.fixture
def init(tmp_path: Path, command: Callable[..., object]) -> Init:
    """``init(file)``: the card that `symhep init` writes for a file, checked as `symhep run` would."""

    def write(file: Path) -> symhep.RunCard:
        command("init", file, "-o", tmp_path / "first.yaml", "--force")
        return symhep.load_card(tmp_path / "first.yaml").card

    return write


def _looked_at(card: symhep.RunCard) -> tuple[str, int | None, tuple[str, ...]]:
    """Collection, how many of it, and variables of a first card that looks at one kind of object."""
    (chosen,) = card.objects.values()
    (features,) = card.features.values()
    return chosen.collection, chosen.take, tuple(features.vars)


FOUR = ("px", "py", "pz", "E")


def _massless(rng: np.random.Generator, *shape: int, pt: float = 40.0) -> Floats:
    """E, px, py, pz."""
    size, eta, phi = rng.exponential(pt, shape) + 5, rng.normal(0, 1, shape), rng.uniform(-np.pi, np.pi, shape)
    return np.stack([size * np.cosh(eta), size * np.cos(phi), size * np.sin(phi), size * np.sinh(eta)], axis=-1)


def _mass(momenta: Floats) -> Floats:
    """Invariant mass of all particles of an event, (N, P, 4) of E, px, py, pz."""
    total = momenta.sum(axis=1)
    return np.sqrt(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(axis=1))


def _pair_mass(particles: ak.Array) -> Floats:
    return np.asarray((particles[:, 0] + particles[:, 1]).mass)


def _z_muons(rng: np.random.Generator, n: int) -> Floats:
    """Z -> mu mu moving along the beam: (N, 2, 4) of E, px, py, pz."""
    mass, boost = rng.normal(91.2, 2.0, n), rng.normal(0, 1, n)
    cosine, phi = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n)
    across = mass / 2 * np.sqrt(1 - cosine**2)
    pair = [(sign * across * np.cos(phi), sign * across * np.sin(phi), sign * mass / 2 * cosine) for sign in (1, -1)]
    return np.stack(
        [
            np.stack(
                [np.cosh(boost) * mass / 2 + np.sinh(boost) * z, x, y, np.cosh(boost) * z + np.sinh(boost) * mass / 2],
                axis=-1,
            )
            for x, y, z in pair
        ],
        axis=1,
    )


def test_top_tagging(tmp_path: Path, init: Init) -> None:
    """The reference data of top tagging: a pandas table of 200 constituents, zeros where there is none."""
    rng = np.random.default_rng(1)
    counts = rng.integers(5, 40, 300)
    momenta = _massless(rng, 300, 200) * (np.arange(200) < counts[:, None])[..., None]
    names = [f"{leaf}_{i}" for i in range(200) for leaf in ("E", "PX", "PY", "PZ")]
    file = tmp_path / "test.h5"
    with h5py.File(file, "w") as handle:
        frame = handle.create_group("table")
        frame["axis0"], frame["axis1"] = np.array([*names, "is_signal_new"], "S"), np.arange(300)
        frame["block0_items"], frame["block0_values"] = np.array(names, "S"), momenta.reshape(300, 800).astype("f4")
        frame["block1_items"], frame["block1_values"] = np.array(["is_signal_new"], "S"), np.arange(300)[:, None] % 2
    assert symhep.inspect(file).weights.events == 300
    with pytest.warns(UserWarning, match=r"'particles' that stand for no particle are left out"):
        events = symhep.load(file).events
    assert ak.num(events.particles).to_list() == counts.tolist()
    pt = np.hypot(momenta[..., 1], momenta[..., 2])
    assert np.median(ak.flatten(events.particles.pt)) == pytest.approx(np.median(pt[pt > 0]), rel=1e-6)
    assert np.median(ak.sum(events.particles, axis=1).mass) == pytest.approx(np.median(_mass(momenta)), rel=1e-5)
    assert events.is_signal_new.tolist() == [0, 1] * 150
    collection, take, variables = _looked_at(init(file))
    assert (collection, variables) == ("particles", FOUR)
    assert take == 2


def test_jet_class(tmp_path: Path, init: Init) -> None:
    """JetClass: jet_..., part_... beside label_... and aux_..., a jet in each entry."""
    rng = np.random.default_rng(2)
    counts = rng.integers(10, 60, 200)
    parts = _massless(rng, int(counts.sum()), pt=15.0)
    jagged = {
        f"part_{leaf}": ak.unflatten(parts[:, i].astype("f4"), counts)
        for i, leaf in [(1, "px"), (2, "py"), (3, "pz"), (0, "energy")]
    }
    jagged |= {f"part_{leaf}": ak.unflatten(rng.normal(size=len(parts)), counts) for leaf in ("deta", "dphi", "d0val")}
    jagged["part_isElectron"] = ak.unflatten(rng.random(len(parts)) < 0.1, counts)
    whole = ak.to_numpy(ak.sum(ak.unflatten(parts, counts), axis=1))
    jet_pt = np.hypot(whole[:, 1], whole[:, 2])
    flat = {
        "jet_pt": jet_pt, "jet_eta": np.arcsinh(whole[:, 3] / jet_pt), "jet_phi": np.arctan2(whole[:, 2], whole[:, 1]),
        "jet_energy": whole[:, 0], "jet_nparticles": counts.astype("f4"), "jet_sdmass": np.full(200, 80.0),
        "label_QCD": np.ones(200, bool), "label_Hbb": np.zeros(200, bool), "aux_genpart_pt": np.full(200, 500.0),
        "aux_genpart_eta": np.zeros(200), "aux_genpart_phi": np.zeros(200), "aux_genpart_pid": np.full(200, 25.0),
    }  # fmt: skip
    file = tmp_path / "JetClass_example.root"
    with uproot.recreate(file) as out:
        out.mktree("tree", {k: "var * float32" if k != "part_isElectron" else "var * bool" for k in jagged} | flat_types(flat))
        out["tree"].extend(jagged | flat)
    events = symhep.load(file).events
    assert np.median(ak.flatten(events.jet.pt)) == pytest.approx(np.median(jet_pt), rel=1e-5)
    assert np.median(ak.flatten(events.jet.mass)) == pytest.approx(np.median(_mass(whole[:, None])), rel=1e-4)
    assert ak.num(events.part).to_list() == counts.tolist()
    assert np.median(ak.flatten(events.part.pt)) == pytest.approx(np.median(np.hypot(parts[:, 1], parts[:, 2])), rel=1e-5)
    assert not any(name.startswith("npart") for name in symhep.inspect(file).schema.collections)
    collection, _, variables = _looked_at(init(file))
    assert (collection, variables) == ("part", FOUR)


def flat_types(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, str]:
    """Types for uproot's mktree."""
    return {name: str(values.dtype) for name, values in columns.items()}


def _hepmc(momenta: Floats) -> str:
    """HepMC3 text: beams, one vertex, and muons, in MeV."""
    lines = ["HepMC::Version 3.02.05", "HepMC::Asciiv3-START_EVENT_LISTING", "W 1", "N Weight"]
    for number, pair in enumerate(momenta):
        beams = np.array([[45600, 0, 0, 45600], [45600, 0, 0, -45600]])
        rows = [(0, 11, *beams[0], 4), (0, -11, *beams[1], 4), (-1, 13, *1000 * pair[0], 1), (-1, -13, *1000 * pair[1], 1)]
        lines += [f"E {number} 1 4", "U MEV MM", f"W {1 + number % 2}", "P 1 0 11 0 0 45600 45600 0 4"]
        lines += ["P 2 0 -11 0 0 -45600 45600 0 4", "V -1 0 [1,2]"]
        lines += [
            f"P {i + 1} {v} {pdg} {x!r} {y!r} {z!r} {e!r} 0 {status}"
            for i, (v, pdg, e, x, y, z, status) in enumerate(rows) if i >= 2
        ]  # fmt: skip
    return "\n".join([*lines, "HepMC::Asciiv3-END_EVENT_LISTING", ""])


def test_hepmc3(tmp_path: Path, init: Init) -> None:
    momenta = _z_muons(np.random.default_rng(3), 200).round(6)
    file = tmp_path / "events.hepmc.gz"
    file.write_bytes(gzip.compress(_hepmc(momenta.astype(object)).encode()))
    assert symhep.inspect(file).weights.sum_w == pytest.approx(300)
    particles = symhep.load(file).events.particles
    muons = particles[(particles.status == 1) & (abs(particles.pdgId) == 13)]
    assert np.median(_pair_mass(muons)) == pytest.approx(np.median(_mass(momenta)))
    assert np.median(ak.flatten(muons.pt)) == pytest.approx(np.median(np.hypot(momenta[..., 1], momenta[..., 2])))
    card = init(file)
    assert card.objects["muons"].where == "abs(pdgId) == 13 and status == 1"
    assert _looked_at(card)[:2] == ("particles", 2)


def test_edm4hep(tmp_path: Path, init: Init) -> None:
    """Names of podio's branches: momentum and mass, no energy; places and hits are no particles."""
    momenta = _z_muons(np.random.default_rng(4), 200)
    leaves = {"ReconstructedParticles.momentum.x": 1, "ReconstructedParticles.momentum.y": 2, "ReconstructedParticles.momentum.z": 3}
    columns = {name: ak.from_regular(momenta[..., i]) for name, i in leaves.items()}
    columns["ReconstructedParticles.mass"] = ak.from_regular(np.full((200, 2), 0.1057))
    columns["ReconstructedParticles.charge"] = ak.from_regular(np.tile([-1.0, 1.0], (200, 1)))
    columns |= {f"ReconstructedParticles.referencePoint.{k}": ak.from_regular(np.zeros((200, 2))) for k in "xyz"}
    columns |= {f"TrackerHits.position.{k}": ak.from_regular(np.ones((200, 9))) for k in "xyz"}
    file = tmp_path / "edm4hep.root"
    with uproot.recreate(file) as out:
        out.mktree("events", {name: "var * float64" for name in columns})
        out["events"].extend(columns)
        out.mktree("podio_metadata", {"version": "int32"})
        out["podio_metadata"].extend({"version": np.array([1], np.int32)})
    assert list(symhep.inspect(file).schema.collections) == ["ReconstructedParticles"]
    muons = symhep.load(file).events.ReconstructedParticles
    assert np.median(_pair_mass(muons)) == pytest.approx(np.median(_mass(momenta)), rel=1e-4)
    assert np.asarray(muons.charge).tolist() == [[-1.0, 1.0]] * 200
    assert _looked_at(init(file)) == ("ReconstructedParticles", 2, FOUR)


def test_delphes(shared_data: Path, init: Init) -> None:
    file = shared_data / "delphes_10events.root"
    with uproot.open(file) as opened:
        tree = opened["Delphes"]
        pt, mass = tree["Jet.PT"].array(), tree["Jet.Mass"].array()
        weight, met = tree["Event.Weight"].array(), tree["MissingET.MET"].array()
    batch = symhep.load(file)
    assert np.median(ak.flatten(batch.events.Jet.pt)) == pytest.approx(np.median(ak.flatten(pt)), rel=1e-6)
    assert np.median(ak.flatten(batch.events.Jet.mass)) == pytest.approx(np.median(ak.flatten(mass)), rel=1e-3)
    assert np.median(ak.flatten(batch.events.MissingET.pt)) == pytest.approx(np.median(ak.flatten(met)), rel=1e-6)
    assert symhep.inspect(file).weights.sum_w == pytest.approx(float(ak.sum(weight)))
    assert _looked_at(init(file)) == ("Jet", 2, FOUR)


def test_nanoaod(shared_data: Path, init: Init) -> None:
    file = shared_data / "nanoaod_dy_40events.root"
    with uproot.open(file) as opened:
        tree = opened["Events"]
        pt, mass, weight = (tree[name].array() for name in ("Jet_pt", "GenPart_mass", "genWeight"))
        status = tree["GenPart_pdgId"].array()
    events = symhep.load(file, fields={"Jet": (), "GenPart": ("pdgId",), "Muon": ("charge",)}).events
    assert np.median(ak.flatten(events.Jet.pt)) == pytest.approx(np.median(ak.flatten(pt)), rel=1e-6)
    z = ak.flatten(events.GenPart[events.GenPart.pdgId == 23].mass)
    assert np.median(z) == pytest.approx(np.median(ak.flatten(mass[status == 23])), rel=1e-5)
    assert 70 < np.median(z) < 110
    assert symhep.inspect(file).weights.sum_w == pytest.approx(float(ak.sum(weight)), rel=1e-6)
    assert _looked_at(init(file)) == ("Jet", 2, FOUR)


def test_physlite(tmp_path: Path, init: Init) -> None:
    """ATLAS' names and MeV; the first of mcEventWeights is the event weight."""
    momenta = _z_muons(np.random.default_rng(5), 200)
    pt = np.hypot(momenta[..., 1], momenta[..., 2])
    leaves = {"pt": 1000 * pt, "eta": np.arcsinh(momenta[..., 3] / pt), "phi": np.arctan2(momenta[..., 2], momenta[..., 1])}
    columns = {f"AnalysisMuonsAuxDyn.{leaf}": ak.from_regular(values) for leaf, values in leaves.items()}
    columns["AnalysisMuonsAuxDyn.charge"] = ak.from_regular(np.tile([-1.0, 1.0], (200, 1)))
    columns["EventInfoAuxDyn.mcEventWeights"] = ak.from_regular(np.tile([2.0, 7.0], (200, 1)))
    file = tmp_path / "DAOD_PHYSLITE.pool.root"
    with uproot.recreate(file) as out:
        out.mktree("CollectionTree", {name: "var * float64" for name in columns})
        out["CollectionTree"].extend(columns)
    muons = symhep.load(file).events.AnalysisMuons
    assert np.median(ak.flatten(muons.pt)) == pytest.approx(np.median(pt), rel=1e-6)
    assert np.median(_pair_mass(muons)) == pytest.approx(np.median(_mass(momenta)), rel=1e-6)
    assert symhep.inspect(file).weights.sum_w == pytest.approx(400)
    assert _looked_at(init(file)) == ("AnalysisMuons", 2, FOUR)


@pytest.mark.parametrize(
    "names",
    [
        [("E1", "px1", "py1", "pz1"), ("E2", "px2", "py2", "pz2")],
        [("E_0", "PX_0", "PY_0", "PZ_0"), ("E_1", "PX_1", "PY_1", "PZ_1")],
        [("p1_E", "p1_px", "p1_py", "p1_pz"), ("p2_E", "p2_px", "p2_py", "p2_pz")],
    ],
)
def test_flat_parquet(tmp_path: Path, init: Init, names: list[tuple[str, ...]]) -> None:
    """A table of numbers: particles by their number, beside counters, weights and identifiers."""
    momenta = _z_muons(np.random.default_rng(6), 300)
    columns = {name: momenta[:, i, j] for i, object_ in enumerate(names) for j, name in enumerate(object_)}
    columns |= {"Run": np.full(300, 7), "eventNumber": np.arange(300), "weight": np.full(300, 0.5), "nJet": np.arange(300) % 4}
    file = tmp_path / "flat.parquet"
    pq.write_table(pa.table(columns), file)
    summary = symhep.inspect(file)
    assert summary.weights.sum_w == pytest.approx(150)
    (collection,) = summary.schema.collections
    particles = symhep.load(file).events[collection]
    assert np.median(_pair_mass(particles)) == pytest.approx(np.median(_mass(momenta)))
    assert _looked_at(init(file)) == (collection, 2, FOUR)


def test_numbers_per_event(tmp_path: Path, init: Init) -> None:
    """Without particles: observables are features; weights, counters, flags and identifiers are not."""
    rng = np.random.default_rng(7)
    columns = {"ht": rng.exponential(300, 300), "sphericity": rng.random(300), "run": np.full(300, 1), "event": np.arange(300)}
    columns |= {"genWeight": np.ones(300), "nJet": np.arange(300) % 5, "isMC": np.ones(300, bool), "HLT_mu": np.ones(300, bool)}
    file = tmp_path / "numbers.parquet"
    pq.write_table(pa.table(columns), file)
    card = init(file)
    assert not card.objects
    (features,) = card.features.values()
    assert sorted(features.vars) == ["ht", "sphericity"]


def test_energy_flow(tmp_path: Path, init: Init) -> None:
    """EnergyFlow's jets: X (N, P, 4) of pt, rapidity, phi and PDG number, y the label."""
    rng = np.random.default_rng(8)
    counts = rng.integers(5, 30, 200)
    x = np.stack(
        [rng.exponential(10, (200, 30)) + 0.1, rng.normal(0, 0.5, (200, 30)), rng.uniform(0, 2 * np.pi, (200, 30)),
         rng.choice([22, 211, -211, 130], (200, 30))], axis=-1,
    )  # fmt: skip
    x *= (np.arange(30) < counts[:, None])[..., None]
    file = tmp_path / "QG_jets.npz"
    np.savez_compressed(file, X=x, y=np.arange(200) % 2)
    events = symhep.load(file).events
    (name,) = [f for f in events.fields if events[f].ndim == 2]
    particles = events[name]
    assert ak.num(particles).to_list() == counts.tolist()
    assert np.median(ak.flatten(particles.pt)) == pytest.approx(np.median(x[..., 0][x[..., 0] > 0]))
    mass = np.vectorize({0: 0.0, 22: 0.0, 211: 0.13957, -211: 0.13957, 130: 0.49761}.__getitem__)(x[..., 3].astype(int))
    along = np.sqrt(mass**2 + x[..., 0] ** 2) * np.sinh(x[..., 1])
    assert float(ak.sum(particles.pz)) == pytest.approx(float(along.sum()), rel=1e-4)
    assert events.label.tolist() == [0, 1] * 100
    assert _looked_at(init(file))[::2] == (name, FOUR)


def test_csv(tmp_path: Path, init: Init) -> None:
    """CMS' teaching files: Run, Event, E1, px1, ..., M in GeV."""
    momenta = _z_muons(np.random.default_rng(9), 300)
    header = "Run,Event,E1,px1,py1,pz1,Q1,E2,px2,py2,pz2,Q2,M"
    rows = np.column_stack(
        [np.full(300, 165617), np.arange(300), momenta[:, 0], np.ones(300), momenta[:, 1], -np.ones(300), _mass(momenta)]
    )
    file = tmp_path / "MuRun2010B.csv"
    np.savetxt(file, rows, delimiter=",", header=header, comments="", fmt="%.10g")
    events = symhep.load(file).events
    assert np.median(_pair_mass(events.particles)) == pytest.approx(np.median(events.M), rel=1e-5)
    assert np.median(events.M) == pytest.approx(91.2, abs=1)
    assert events.particles.charge.to_list() == [[1, -1]] * 300
    assert _looked_at(init(file)) == ("particles", 2, FOUR)
