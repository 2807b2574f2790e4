"""Flat and jagged trees: the guess from names, the map of columns, MeV, and other people's naming."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.tree import TreeOptions, TreeReader

READER = TreeReader()
PT = ak.Array([[50_000.0, 30_000.0], [], [20_000.0]])


def write(path: Path, columns: dict[str, ak.Array], tree: str = "t", rntuple: bool = False) -> str:
    with uproot.recreate(path) as file:
        if rntuple:
            file.mkrntuple(tree, columns)
        else:
            types = {name: values.type.content for name, values in columns.items()}
            file.mktree(tree, types, counter_name=lambda name: f"n_{name.replace('.', '_')}").extend(columns)
    return str(path)


def read(path: str, **options: object) -> ak.Array:
    (batch,) = READER.read(path, TreeOptions(**options), ReadRequest(), LossLog())
    return batch.events


def test_confidence(shared_data: Path) -> None:
    assert READER.confidence(str(shared_data / "flat_jagged_HZZ.root"), b"root") == 1
    assert READER.confidence("a.csv", b"px,py") == 0


def test_guess_on_a_jagged_tree(shared_data: Path) -> None:
    path = str(shared_data / "flat_jagged_HZZ.root")
    schema = READER.schema(path, TreeOptions())
    assert set(schema.collections) == {
        "Jet",
        "Muon",
        "Electron",
        "Photon",
        "MET",
        "MChadronicBottom",
        "MCleptonicBottom",
        "MChadronicWDecayQuark",
        "MChadronicWDecayQuarkBar",
        "MClepton",
        "MCneutrino",
    }
    assert set(schema.collections["Jet"].fields) == {"px", "py", "pz", "E", "btag", "ID"}
    assert (schema.collections["MET"].kind, schema.weights) == ("MissingET", ("EventWeight",))
    (batch,) = READER.read(path, TreeOptions(), ReadRequest(), LossLog())
    with uproot.open({path: "events"}) as tree:
        for field, leaf in {"px": "Px", "py": "Py", "pz": "Pz", "E": "E", "charge": "Charge"}.items():
            assert batch.events.Muon[field].tolist() == tree[f"Muon_{leaf}"].array().tolist()
        assert batch.weights.tolist() == tree["EventWeight"].array().tolist()
        assert batch.events.MET.px[:, 0].tolist() == tree["MET_px"].array().tolist()
        pz = tree["MCneutrino_pz"].array()
        assert batch.events.MCneutrino.pz.tolist() == [[z] if z else [] for z in pz.tolist()]
        assert batch.events.NJet.tolist() == ak.num(batch.events.Jet).tolist()
    assert ak.all(batch.events.MET.pz == 0)
    notes = READER.inspect(path, TreeOptions(), LossLog()).notes
    assert "No pz is stored for MET: set to 0." in notes
    assert any(note.startswith("No mass is stored for MET, MChadronicBottom") for note in notes)


def test_a_map_of_columns(shared_data: Path) -> None:
    options = TreeOptions(
        columns={
            "jets": {"px": "Jet_Px", "py": "Jet_Py", "pz": "Jet_Pz", "energy": "Jet_E", "btag": "Jet_btag"}
        },
        event={"vertices": "NPrimaryVertices"},
        weight="EventWeight",
    )
    path = str(shared_data / "flat_jagged_HZZ.root")
    schema = READER.schema(path, options)
    assert list(schema.collections["jets"].fields) == ["px", "py", "pz", "E", "btag"]
    assert list(schema.event_fields) == ["vertices"]
    (batch,) = READER.read(path, options, ReadRequest(), LossLog())
    with uproot.open({path: "events"}) as tree:
        assert batch.events.jets.btag.tolist() == tree["Jet_btag"].array().tolist()
        assert batch.events.vertices.tolist() == tree["NPrimaryVertices"].array().tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": {"jets": {"px": "Jet_PX"}}},
            r"no column 'Jet_PX' \(options: columns: jets\); did you mean",
        ),
        ({"columns": {"jets": {"px": "Jet_Px"}}}, "'jets' needs px and py, or pt and phi"),
        ({"columns": {"jets": {"px": "Jet_Px", "py": "MET_py"}}}, "has both lists and numbers"),
        ({"event": {"x": "Jet_Px"}}, "contains a list per event"),
        (
            {"weight": "EventWeigth"},
            r"no column 'EventWeigth' \(options: weight\); did you mean 'EventWeight'",
        ),
        ({"weight": "Jet_Px"}, "does not have one number per event"),
        ({"tree": "event"}, "no tree 'event'; did you mean 'events'"),
    ],
)
def test_maps_that_do_not_fit(options: dict[str, object], message: str, shared_data: Path) -> None:
    with pytest.raises(InputError, match=message):
        READER.schema(str(shared_data / "flat_jagged_HZZ.root"), TreeOptions(**options))


def test_lists_that_do_not_belong_together(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", {"Jet_pt": PT, "El_phi": ak.Array([[1.0], [], [2.0]])})
    with pytest.raises(
        InputError, match="event 0: the columns of collection 'jets' have lists of different lengths"
    ):
        read(path, columns={"jets": {"pt": "Jet_pt", "phi": "El_phi"}})


def test_physlite_in_mev(tmp_path: Path) -> None:
    columns = {
        "AnalysisJetsAuxDyn.pt": PT,
        "AnalysisJetsAuxDyn.eta": PT / 1e5,
        "AnalysisJetsAuxDyn.phi": PT / 5e4,
        "AnalysisJetsAuxDyn.m": PT / 10,
        "AnalysisJetsAuxDyn.NumTrkPt500": PT / 1e3,
    }
    path = write(tmp_path / "physlite.root", columns, "CollectionTree")
    jets = read(path).AnalysisJets
    assert jets.pt.tolist() == [[50.0, 30.0], [], [20.0]]
    assert jets.mass.tolist() == [[5.0, 3.0], [], [2.0]]
    assert jets.eta.tolist() == (PT / 1e5).tolist()
    assert jets.phi.tolist() == (PT / 5e4).tolist()
    assert jets.NumTrkPt500.tolist() == [[50.0, 30.0], [], [20.0]]
    assert jets.px[0, 0] == pytest.approx(50 * np.cos(1.0))
    assert read(path, units="MeV").AnalysisJets.pt.tolist() == jets.pt.tolist()
    assert read(path, units="GeV").AnalysisJets.pt.tolist() == PT.tolist()
    notes = READER.schema(path, TreeOptions()).notes
    assert (
        "Columns of ATLAS AuxDyn are in MeV and were divided by 1000: AnalysisJets (if they are in GeV: options: "
        "{units: GeV})." in notes
    )
    assert not any("AuxDyn" in note for note in READER.schema(path, TreeOptions(units="MeV")).notes)


def test_edm4hep_names(tmp_path: Path) -> None:
    columns = {
        "MCParticles.PDG": ak.values_astype(PT, np.int32),
        "MCParticles.momentum.x": PT,
        "MCParticles.momentum.y": PT * 2,
        "MCParticles.momentum.z": PT * 3,
        "MCParticles.mass": PT * 4,
        "MCParticles.vertex.x": PT * 5,
        "MCParticles.momentumAtEndpoint.x": PT * 6,
    }
    path = write(tmp_path / "edm4hep.root", columns, "events")
    particles = read(path).MCParticles
    assert particles.pz.tolist() == (PT * 3).tolist()
    assert particles.pdgId.tolist() == PT.tolist()
    assert particles.vertex_x.tolist() == (PT * 5).tolist()
    # E^2 = m^2 + p^2 = (16 + 1 + 4 + 9) pt^2
    assert np.allclose(ak.flatten(particles.E), np.sqrt(30) * ak.flatten(PT))


def test_flat_numbers_are_collections_of_one(tmp_path: Path) -> None:
    x = ak.Array([1.0, 2.0, 3.0])
    columns = {
        f"{name}_{leaf}": x * (i + k)
        for i, name in enumerate(("mu", "tau"), start=1)
        for k, leaf in enumerate(("px", "py", "pz", "E"))
    }
    path = write(tmp_path / "flat.root", {**columns, "mu_charge": x, "ht": x, "mcWeight": -x})
    (batch,) = READER.read(path, TreeOptions(), ReadRequest(), LossLog())
    assert batch.events.fields == ["mu", "tau", "ht", "mcWeight"]
    assert batch.events.mu.charge.tolist() == [[1.0], [2.0], [3.0]]
    assert batch.events.tau.E.tolist() == [[5.0], [10.0], [15.0]]
    assert batch.weights.tolist() == [-1.0, -2.0, -3.0]


def test_the_longest_prefix_owns_a_column_and_coordinates_stay_four(tmp_path: Path) -> None:
    columns = {
        **{f"jet_{leaf}": PT for leaf in ("pt", "eta", "phi", "mass", "energy", "rho")},
        **{f"jet_sub_{leaf}": PT for leaf in ("pt", "phi", "tau")},
    }
    collections = READER.schema(write(tmp_path / "a.root", columns), TreeOptions()).collections
    assert list(collections["jet"].fields) == ["pt", "eta", "phi", "mass", "rho_"]
    assert list(collections["jet_sub"].fields) == ["pt", "eta", "phi", "mass", "tau_"]


def test_an_rntuple_is_a_tree_too(tmp_path: Path) -> None:
    columns = {"jet_pt": PT, "jet_eta": PT / 1e5, "jet_phi": PT / 5e4, "weight": ak.Array([1.0, -1.0, 2.0])}
    path = write(tmp_path / "ntuple.root", columns, rntuple=True)
    (batch,) = READER.read(path, TreeOptions(), ReadRequest(), LossLog())
    assert batch.events.jet.pt.tolist() == PT.tolist()
    assert batch.weights.tolist() == [1.0, -1.0, 2.0]


def test_the_tree_of_events_is_taken_with_a_note(shared_data: Path) -> None:
    path = str(shared_data / "nanoaod_dy_40events.root")
    schema = READER.schema(path, TreeOptions())
    assert "Muon" in schema.collections
    assert "The tree 'Events' was selected (to change: options: tree); other trees: Runs." in schema.notes


def test_lists_without_momentum_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", {"scores": PT, "ht": ak.Array([1.0, 2.0, 3.0])})
    notes = READER.inspect(path, TreeOptions(), LossLog()).notes
    assert any("ignored (to map them: options: columns): scores" in note for note in notes)


@pytest.mark.parametrize("mapped", [False, True])
def test_arrays_of_a_fixed_length_are_lists(tmp_path: Path, mapped: bool) -> None:
    two = np.arange(6.0).reshape(3, 2)
    path = tmp_path / "a.root"
    with uproot.recreate(path) as file:
        pair, triple = np.dtype(("f8", (2,))), np.dtype(("f8", (3,)))
        types = {f"jets_{c}": pair for c in ("px", "py", "pz", "E")} | {"jets_btag": pair, "shape": triple}
        columns = dict.fromkeys(types, two) | {"jets_E": 2 * two + 10, "shape": np.ones((3, 3))}
        file.mktree("t", types).extend(columns)
    fields = {"px": "jets_px", "py": "jets_py", "pz": "jets_pz", "E": "jets_E", "btag": "jets_btag"}
    events = read(str(path), **({"columns": {"jets": fields}} if mapped else {}))
    assert events.jets.px.to_list() == two.tolist()
    assert events.jets.btag.to_list() == two.tolist()
    assert np.allclose(ak.to_numpy(events.jets.mass**2), (2 * two + 10) ** 2 - 3 * two**2)
    assert ak.to_numpy(events["shape"]).tolist() == np.ones((3, 3)).tolist()  # no momentum: as it was
