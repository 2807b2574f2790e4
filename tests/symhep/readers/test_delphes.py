"""Delphes files: classes from leaves, momenta by class, weights, and the traps of the format."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from symhep.errors import InputError
from symhep.readers.delphes import DelphesOptions, DelphesReader
from symhep.readers.interface import LossLog, ReadRequest

READER = DelphesReader()


@pytest.fixture
def delphes(shared_data: Path) -> str:
    return str(shared_data / "delphes_10events.root")


def read(path: str, request: ReadRequest | None = None, **options: object) -> ak.Array:
    batches = READER.read(path, DelphesOptions(**options), request or ReadRequest(), LossLog())
    return ak.concatenate([batch.events for batch in batches])


def write(path: Path, columns: dict[str, ak.Array], tree: str = "Delphes") -> str:
    """Flat names such as ``Jet.PT``, as uproot can write them."""
    pytest.importorskip("uproot", "5.7.7", reason="older ones write no two columns with one counter")
    with uproot.recreate(path) as file:
        types = {name: values.type.content for name, values in columns.items()}
        file.mktree(tree, types, counter_name=lambda name: f"{name.split('.')[0]}_size").extend(columns)
    return str(path)


def leptons(**extra: ak.Array) -> dict[str, ak.Array]:
    pt = ak.Array([[30.0, 20.0], [], [10.0]])
    lists = {"PT": pt, "Eta": pt / 20, "Phi": pt / 30, "Charge": ak.Array([[1, -1], [], [1]])}
    return {f"Muon.{leaf}": values for leaf, values in lists.items()} | extra


def test_confidence(delphes: str, shared_data: Path, tmp_path: Path) -> None:
    assert READER.confidence(delphes, b"root") == 2
    assert READER.confidence(delphes, b"<LesHouchesEvents") == 0
    assert READER.confidence(str(shared_data / "flat_jagged_HZZ.root"), b"root") == 0
    assert READER.confidence(write(tmp_path / "renamed.root", leptons(), "tree"), b"root") == 2


def test_classes_are_inferred_from_leaves(delphes: str) -> None:
    collections = READER.schema(delphes, DelphesOptions()).collections
    assert {name: c.kind for name, c in collections.items()} == {
        "Particle": "GenParticle",
        "Track": "Track",
        "Tower": "Tower",
        "EFlowTrack": "Track",
        "EFlowPhoton": "Tower",
        "EFlowNeutralHadron": "Tower",
        "GenJet": "Jet",
        "GenMissingET": "MissingET",
        "Jet": "Jet",
        "Electron": "Electron",
        "Photon": "Photon",
        "Muon": "Muon",
        "FatJet": "Jet",
        "MissingET": "MissingET",
    }


def test_momenta_are_those_of_the_leaves(delphes: str) -> None:
    events = read(delphes)
    with uproot.open({delphes: "Delphes"}) as tree:
        for name in ("Jet", "GenJet", "FatJet"):
            for field, leaf in {"pt": "PT", "eta": "Eta", "phi": "Phi", "mass": "Mass"}.items():
                assert events[name][field].tolist() == tree[f"{name}/{name}.{leaf}"].array().tolist()
        for field, leaf in {
            "px": "Px",
            "py": "Py",
            "pz": "Pz",
            "E": "E",
            "pdgId": "PID",
            "status": "Status",
        }.items():
            assert events.Particle[field].tolist() == tree[f"Particle/Particle.{leaf}"].array().tolist()
        assert ak.all(abs(events.Particle.pt - tree["Particle/Particle.PT"].array()) < 1e-3)
        assert events.Tower.pt.tolist() == tree["Tower/Tower.ET"].array().tolist()
        energy = tree["Tower/Tower.E"].array()
        assert ak.all(abs(events.Tower.E - energy) < 1e-4 * energy)
        assert events.Jet.Tau.tolist() == tree["Jet/Jet.Tau[5]"].array().tolist()
    assert str(events.Jet.Tau.type) == "10 * var * 5 * float32"


def test_missing_et_is_transverse_though_the_file_says_otherwise(delphes: str) -> None:
    events = read(delphes)
    with uproot.open({delphes: "Delphes"}) as tree:
        recoil = tree["MissingET/MissingET.Eta"].array()
        met, phi = (tree[f"MissingET/MissingET.{leaf}"].array() for leaf in ("MET", "Phi"))
    assert ak.max(abs(recoil)) > 0.1
    assert ak.all(events.MissingET.eta == 0)
    assert ak.all(events.MissingET.pz == 0)
    assert ak.all(ak.num(events.MissingET) == 1)
    assert np.allclose(ak.flatten(events.MissingET.px), ak.flatten(met * np.cos(phi)), rtol=1e-6)
    assert np.allclose(ak.flatten(events.MissingET.E), ak.flatten(met))


def test_leptons_are_massless_unless_the_card_says_otherwise(delphes: str) -> None:
    assert ak.all(read(delphes).Muon.mass == 0)
    assert np.allclose(ak.flatten(read(delphes, masses={"Muon": 0.10566}).Muon.mass), 0.10566)
    notes = READER.inspect(delphes, DelphesOptions(masses={"Muon": 0.10566}), LossLog()).notes
    (note,) = [n for n in notes if "No mass is stored" in n]
    assert "Electron" in note
    assert "Muon" not in note


def test_events_without_objects_are_kept(delphes: str) -> None:
    counts = ak.num(read(delphes).Muon)
    with uproot.open({delphes: "Delphes"}) as tree:
        assert counts.tolist() == tree["Muon_size"].array().tolist()
    assert 0 in counts.tolist()


def test_event_fields_weights_and_notes(delphes: str) -> None:
    summary = READER.inspect(delphes, DelphesOptions(), LossLog())
    assert summary.schema.weights == ("Event.Weight",)
    with uproot.open({delphes: "Delphes"}) as tree:
        weights = ak.flatten(tree["Event/Event.Weight"].array())
        ht = ak.flatten(tree["ScalarHT/ScalarHT.HT"].array()).tolist()
    assert summary.weights.sum_w == pytest.approx(sum(weights.tolist()), rel=1e-12)
    assert summary.cross_section_pb is None
    assert any("Event.CrossSection" in note and "xsec_pb" in note for note in summary.notes)
    assert any("ignored backups: Delphes;1" in note for note in summary.notes)
    assert read(delphes).ScalarHT_HT.tolist() == ht
    assert summary.schema.event_fields["ScalarHT_HT"].unit == "GeV"
    assert any("Constituents" in note for note in summary.notes)


def test_flat_names_negative_and_indexed_weights(tmp_path: Path) -> None:
    path = write(
        tmp_path / "flat.root",
        leptons(
            **{
                "Event.Number": ak.Array([[1], [2], [3]]),
                "Event.ReadTime": ak.Array([[0.0]] * 3),
                "Event.Weight": ak.Array([[2.0], [-1.5], [0.5]]),
                "Weight.Weight": ak.Array([[2.0, 3.0], [-1.5, 1.0], [0.5]]),
            }
        ),
    )
    schema = READER.schema(path, DelphesOptions())
    assert schema.weights == ("Event.Weight", "Weight[0]", "Weight[1]")
    assert schema.collections["Muon"].kind == "Muon"
    (batch,) = READER.read(path, DelphesOptions(), ReadRequest(variations=True), LossLog())
    assert batch.weights.tolist() == [2.0, -1.5, 0.5]
    assert batch.variations["Weight[0]"].tolist() == [2.0, -1.5, 0.5]
    assert batch.variations["Weight[1]"].tolist()[:2] == [3.0, 1.0]
    assert np.isnan(batch.variations["Weight[1]"][2])
    with pytest.raises(InputError, match=r"event 2: the weight 'Weight\[1\]' is missing"):
        list(READER.read(path, DelphesOptions(), ReadRequest(weight="Weight[1]"), LossLog()))
    sums = READER.inspect(path, DelphesOptions(), LossLog()).weights
    assert (sums.sum_w, sums.sum_w2, sums.sum_abs_w, sums.negative) == (1.0, 6.5, 4.0, 1)


def test_without_weights_every_event_weighs_one(tmp_path: Path) -> None:
    summary = READER.inspect(write(tmp_path / "flat.root", leptons()), DelphesOptions(), LossLog())
    assert (summary.weights.sum_w, summary.schema.weights) == (3.0, ())
    assert any("all events have weight 1" in note for note in summary.notes)


def test_objects_on_the_beam_axis_stay_finite(tmp_path: Path) -> None:
    columns = {
        "Jet.PT": ak.Array([[50.0, 0.0], [1e-7]]),
        "Jet.Eta": ak.Array([[1.5, 999.9], [-999.9]]),
        "Jet.Phi": ak.Array([[0.5, 0.0], [0.0]]),
        "Jet.Mass": ak.Array([[5.0, 0.0], [0.0]]),
    }
    jets = read(write(tmp_path / "axis.root", columns)).Jet
    assert ak.num(jets).tolist() == [2, 1]
    assert jets.eta.tolist() == [[1.5, 15.0], [-15.0]]
    assert jets.rapidity[1, 0] == pytest.approx(-15.0, abs=1e-3)
    for name in ("px", "py", "pz", "E", "mass", "p", "theta"):
        assert np.isfinite(ak.to_numpy(ak.flatten(getattr(jets, name)))).all(), name
    assert jets.pz[0, 0] == pytest.approx(50 * np.sinh(1.5), rel=1e-12)


def test_a_class_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "flat.root", leptons())
    assert (
        READER.schema(path, DelphesOptions(classes={"Muon": "Electron"})).collections["Muon"].kind
        == "Electron"
    )
    with pytest.raises(InputError, match="'Elektron' is not a class of Delphes; did you mean 'Electron'"):
        READER.schema(path, DelphesOptions(classes={"Muon": "Elektron"}))
    with pytest.raises(InputError, match="no collection 'Moun' to give a class or mass; did you mean 'Muon'"):
        READER.schema(path, DelphesOptions(masses={"Moun": 0.1}))
    with pytest.raises(InputError, match="of class Tower has no leaf 'ET'"):
        READER.schema(path, DelphesOptions(classes={"Muon": "Tower"}))


def test_another_tree_is_no_delphes(shared_data: Path) -> None:
    with pytest.raises(InputError, match="no tree of this file has Delphes leaves"):
        READER.schema(str(shared_data / "flat_jagged_HZZ.root"), DelphesOptions())


def test_a_class_that_cannot_be_read_spoils_no_other(delphes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typename = uproot.TBranch.typename.fget

    def odd(branch: uproot.TBranch) -> str:
        if branch.name.startswith("Particle."):
            raise RecursionError("maximum recursion depth exceeded")
        return str(typename(branch))

    monkeypatch.setattr(uproot.TBranch, "typename", property(odd))
    request = ReadRequest(fields={"Jet": frozenset()}, event_fields=frozenset())
    with uproot.open({delphes: "Delphes"}) as tree:
        expected = tree["Jet.PT"].array().tolist()
    assert read(delphes, request).Jet.pt.tolist() == expected
    notes = READER.inspect(delphes, DelphesOptions(), LossLog()).notes
    assert any(n.startswith("Ignored (a class that cannot be read): Particle/") for n in notes)
    asked = ReadRequest(fields={"Particle": frozenset()}, event_fields=frozenset())
    with pytest.raises(
        InputError, match=r"unknown collection 'Particle': .* cannot be used .*RecursionError"
    ):
        read(delphes, asked)
