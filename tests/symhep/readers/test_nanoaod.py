"""NanoAOD: counted collections, singletons, generator weights and their factors."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.nanoaod import NanoAODOptions, NanoAODReader

READER = NanoAODReader()


@pytest.fixture
def nanoaod(shared_data: Path) -> str:
    return str(shared_data / "nanoaod_dy_40events.root")


def test_confidence(nanoaod: str, shared_data: Path) -> None:
    assert READER.confidence(nanoaod, b"root") == 2
    assert READER.confidence(str(shared_data / "delphes_10events.root"), b"root") == 0
    assert READER.confidence(nanoaod, b"PAR1") == 0


def test_collections_are_those_of_uproot(nanoaod: str) -> None:
    fields = {"Muon": frozenset({"charge"}), "GenPart": frozenset({"pdgId"}), "Photon": frozenset[str]()}
    (batch,) = READER.read(nanoaod, NanoAODOptions(), ReadRequest(fields=fields), LossLog())
    with uproot.open({nanoaod: "Events"}) as tree:
        for name in (
            "Muon_pt",
            "Muon_eta",
            "Muon_phi",
            "Muon_mass",
            "Muon_charge",
            "GenPart_pdgId",
            "Photon_mass",
        ):
            collection, _, field = name.partition("_")
            assert batch.events[collection][field].tolist() == tree[name].array().tolist()
        assert batch.weights.tolist() == tree["genWeight"].array().tolist()
    assert set(batch.events.GenPart.fields) == {"pt", "eta", "phi", "mass", "pdgId"}
    assert [] in batch.events.Muon.tolist()


def test_met_is_one_object_per_event(nanoaod: str) -> None:
    request = ReadRequest(fields={"MET": frozenset({"sumEt"})}, event_fields=frozenset({"event"}))
    (batch,) = READER.read(nanoaod, NanoAODOptions(), request, LossLog())
    with uproot.open({nanoaod: "Events"}) as tree:
        pt, phi, sum_et = (tree[f"MET_{leaf}"].array() for leaf in ("pt", "phi", "sumEt"))
        assert batch.events.event.tolist() == tree["event"].array().tolist()
    met = batch.events.MET
    assert ak.num(met).tolist() == [1] * 40
    assert np.allclose(met.px[:, 0], np.float64(pt) * np.cos(np.float64(phi)))
    assert ak.all(met.pz == 0)
    assert met.sumEt[:, 0].tolist() == sum_et.tolist()


def test_docs_and_notes(nanoaod: str) -> None:
    summary = READER.inspect(nanoaod, NanoAODOptions(), LossLog())
    assert summary.schema.collections["Muon"].fields["charge"].doc == "electric charge"
    assert summary.schema.collections["MET"].kind == "MissingET"
    assert "Runs" in summary.schema.containers
    (note,) = [n for n in summary.notes if "No mass is stored" in n]
    assert "FsrPhoton" in note
    with uproot.open({nanoaod: "Runs"}) as runs:
        assert summary.details["genEventSumw"] == pytest.approx(float(runs["genEventSumw_"].array()[0]))


def test_variations_are_the_nominal_weight_times_the_factor(nanoaod: str) -> None:
    request = ReadRequest(fields={}, event_fields=frozenset(), variations=True)
    (batch,) = READER.read(nanoaod, NanoAODOptions(), request, LossLog())
    with uproot.open({nanoaod: "Events"}) as tree:
        weight = np.asarray(tree["genWeight"].array(), dtype=np.float64)
        scale = tree["LHEScaleWeight"].array()
    for i in range(len(scale[0])):
        assert (
            batch.variations[f"LHEScaleWeight[{i}]"].tolist() == (weight * np.float64(scale[:, i])).tolist()
        )
    assert (batch.weights < 0).sum() == 9


def write(path: Path, columns: dict[str, ak.Array]) -> str:
    pytest.importorskip("uproot", "5.7.7", reason="older ones write no two columns with one counter")
    with uproot.recreate(path) as file:
        types = {name: values.type.content for name, values in columns.items()}
        file.mktree("Events", types, counter_name=lambda name: f"n{name.split('_')[0]}").extend(columns)
    return str(path)


def test_data_have_no_weights_and_positions_are_no_coordinates(tmp_path: Path) -> None:
    lists = ak.Array([[1.0, 2.0], [], [3.0]])
    names = ("pt", "eta", "phi", "mass", "x", "y", "z")
    columns = {f"SV_{leaf}": lists * (i + 1) for i, leaf in enumerate(names)}
    numbers = {name: ak.Array([1, 2, 3]) for name in ("run", "luminosityBlock", "event")}
    path = write(tmp_path / "data.root", columns | numbers)
    assert READER.confidence(path, b"root") == 2
    (batch,) = READER.read(path, NanoAODOptions(), ReadRequest(), LossLog())
    assert batch.weights.tolist() == [1.0, 1.0, 1.0]
    assert batch.events.SV.x_.tolist() == (lists * 5).tolist()
    assert batch.events.SV.px[0, 0] == pytest.approx(np.cos(3.0))
    summary = READER.inspect(path, NanoAODOptions(), LossLog())
    assert any("genWeight" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("records", "counters"), [(False, True), (False, False), (True, True), (True, False)]
)
def test_an_rntuple_is_read_as_the_tree(records: bool, counters: bool, tmp_path: Path) -> None:
    """RNTuple as ROOT's importer writes it (lists Muon_pt and a counter), with records Muon, without counters."""
    pt = ak.Array([[50.0, 30.0], [], [20.0]])
    leaves = {"pt": pt, "eta": pt / 100, "phi": pt / 50, "mass": pt * 0 + 0.1}
    columns = {name: np.arange(3) for name in ("run", "luminosityBlock", "event")}
    columns |= {"nMuon": np.array([2, 0, 1])} if counters else {}
    columns |= {"genWeight": np.array([1.0, -1.0, 2.0])}
    columns |= {"Muon": ak.zip(leaves)} if records else {f"Muon_{k}": v for k, v in leaves.items()}
    columns["PSWeight"] = ak.Array([[1.0, 0.5]] * 3)
    path = tmp_path / "ntuple.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("Events", columns)
    assert READER.confidence(str(path), b"root") == 2
    (batch,) = READER.read(str(path), NanoAODOptions(), ReadRequest(variations=True), LossLog())
    assert batch.events.Muon.pt.tolist() == pt.tolist()
    assert batch.events.Muon.mass.tolist() == leaves["mass"].tolist()
    assert batch.weights.tolist() == [1.0, -1.0, 2.0]
    assert batch.variations["PSWeight[1]"].tolist() == [0.5, -0.5, 1.0]
