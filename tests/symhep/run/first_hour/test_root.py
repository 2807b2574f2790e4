"""ROOT files of the field: from pointing at one to the numbers in it, and the card that `init` writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
import uproot

import symhep

FOUR = ("px", "py", "pz", "E")
Card = Callable[[Path], symhep.RunCard]
Look = Callable[[symhep.RunCard], tuple[str, int | None, tuple[str, ...]]]
Numbers = Callable[..., npt.NDArray[np.float64]]


def flat_types(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, str]:
    """Types for uproot's mktree."""
    return {name: str(values.dtype) for name, values in columns.items()}


def test_jet_class(
    tmp_path: Path,
    init: Card,
    massless: Numbers,
    mass: Numbers,
    looked_at: Look,
) -> None:
    """JetClass: jet_..., part_... beside label_... and aux_..., a jet in each entry."""
    rng = np.random.default_rng(2)
    counts = rng.integers(10, 60, 200)
    parts = massless(rng, int(counts.sum()), pt=15.0)
    jagged = {
        f"part_{leaf}": ak.unflatten(parts[:, i].astype("f4"), counts)
        for i, leaf in [(1, "px"), (2, "py"), (3, "pz"), (0, "energy")]
    }
    jagged |= {
        f"part_{leaf}": ak.unflatten(rng.normal(size=len(parts)), counts)
        for leaf in ("deta", "dphi", "d0val")
    }
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
        out.mktree(
            "tree",
            {k: "var * float32" if k != "part_isElectron" else "var * bool" for k in jagged}
            | flat_types(flat),
        )
        out["tree"].extend(jagged | flat)
    events = symhep.load(file).events
    assert np.median(ak.flatten(events.jet.pt)) == pytest.approx(np.median(jet_pt), rel=1e-5)
    assert np.median(ak.flatten(events.jet.mass)) == pytest.approx(np.median(mass(whole[:, None])), rel=1e-4)
    assert ak.num(events.part).to_list() == counts.tolist()
    assert np.median(ak.flatten(events.part.pt)) == pytest.approx(
        np.median(np.hypot(parts[:, 1], parts[:, 2])), rel=1e-5
    )
    assert not any(name.startswith("npart") for name in symhep.inspect(file).schema.collections)
    collection, _, variables = looked_at(init(file))
    assert (collection, variables) == ("part", FOUR)


def test_edm4hep(
    tmp_path: Path,
    init: Card,
    z_muons: Numbers,
    mass: Numbers,
    pair_mass: Numbers,
    looked_at: Look,
) -> None:
    """Names of podio's branches: momentum and mass, no energy; places and hits are no particles."""
    momenta = z_muons(np.random.default_rng(4), 200)
    leaves = {
        "ReconstructedParticles.momentum.x": 1,
        "ReconstructedParticles.momentum.y": 2,
        "ReconstructedParticles.momentum.z": 3,
    }
    columns = {name: ak.from_regular(momenta[..., i]) for name, i in leaves.items()}
    columns["ReconstructedParticles.mass"] = ak.from_regular(np.full((200, 2), 0.1057))
    columns["ReconstructedParticles.charge"] = ak.from_regular(np.tile([-1.0, 1.0], (200, 1)))
    columns |= {
        f"ReconstructedParticles.referencePoint.{k}": ak.from_regular(np.zeros((200, 2))) for k in "xyz"
    }
    columns |= {f"TrackerHits.position.{k}": ak.from_regular(np.ones((200, 9))) for k in "xyz"}
    file = tmp_path / "edm4hep.root"
    with uproot.recreate(file) as out:
        out.mktree("events", dict.fromkeys(columns, "var * float64"))
        out["events"].extend(columns)
        out.mktree("podio_metadata", {"version": "int32"})
        out["podio_metadata"].extend({"version": np.array([1], np.int32)})
    assert list(symhep.inspect(file).schema.collections) == ["ReconstructedParticles"]
    muons = symhep.load(file).events.ReconstructedParticles
    assert np.median(pair_mass(muons)) == pytest.approx(np.median(mass(momenta)), rel=1e-4)
    assert np.asarray(muons.charge).tolist() == [[-1.0, 1.0]] * 200
    assert looked_at(init(file)) == ("ReconstructedParticles", 2, FOUR)


def test_delphes(shared_data: Path, init: Card, looked_at: Look) -> None:
    file = shared_data / "delphes_10events.root"
    with uproot.open(file) as opened:
        tree = opened["Delphes"]
        pt, mass = tree["Jet.PT"].array(), tree["Jet.Mass"].array()
        weight, met = tree["Event.Weight"].array(), tree["MissingET.MET"].array()
    batch = symhep.load(file)
    assert np.median(ak.flatten(batch.events.Jet.pt)) == pytest.approx(np.median(ak.flatten(pt)), rel=1e-6)
    assert np.median(ak.flatten(batch.events.Jet.mass)) == pytest.approx(
        np.median(ak.flatten(mass)), rel=1e-3
    )
    assert np.median(ak.flatten(batch.events.MissingET.pt)) == pytest.approx(
        np.median(ak.flatten(met)), rel=1e-6
    )
    assert symhep.inspect(file).weights.sum_w == pytest.approx(float(ak.sum(weight)))
    assert looked_at(init(file)) == ("Jet", 2, FOUR)


def test_nanoaod(shared_data: Path, init: Card, looked_at: Look) -> None:
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
    assert looked_at(init(file)) == ("Jet", 2, FOUR)


def test_physlite(
    tmp_path: Path,
    init: Card,
    z_muons: Numbers,
    mass: Numbers,
    pair_mass: Numbers,
    looked_at: Look,
) -> None:
    """ATLAS' names and MeV; the first of mcEventWeights is the event weight."""
    momenta = z_muons(np.random.default_rng(5), 200)
    pt = np.hypot(momenta[..., 1], momenta[..., 2])
    leaves = {
        "pt": 1000 * pt,
        "eta": np.arcsinh(momenta[..., 3] / pt),
        "phi": np.arctan2(momenta[..., 2], momenta[..., 1]),
    }
    columns = {f"AnalysisMuonsAuxDyn.{leaf}": ak.from_regular(values) for leaf, values in leaves.items()}
    columns["AnalysisMuonsAuxDyn.charge"] = ak.from_regular(np.tile([-1.0, 1.0], (200, 1)))
    columns["EventInfoAuxDyn.mcEventWeights"] = ak.from_regular(np.tile([2.0, 7.0], (200, 1)))
    file = tmp_path / "DAOD_PHYSLITE.pool.root"
    with uproot.recreate(file) as out:
        out.mktree("CollectionTree", dict.fromkeys(columns, "var * float64"))
        out["CollectionTree"].extend(columns)
    muons = symhep.load(file).events.AnalysisMuons
    assert np.median(ak.flatten(muons.pt)) == pytest.approx(np.median(pt), rel=1e-6)
    assert np.median(pair_mass(muons)) == pytest.approx(np.median(mass(momenta)), rel=1e-6)
    assert symhep.inspect(file).weights.sum_w == pytest.approx(400)
    assert looked_at(init(file)) == ("AnalysisMuons", 2, FOUR)
