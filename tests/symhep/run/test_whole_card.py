"""A card of leptons, cleaned jets, missing momentum and their system, on real files, against plain uproot and numpy."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

import symhep
from symhep.events.dataset import Dataset
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry

#: A user's function of two objects.
FUNCTION = """import awkward as ak

def softest(jets, met):
    return ak.min(jets.pt, axis=1) - ak.firsts(met.pt)

softest.kinds = ("full", "massless", "transverse")
"""
#: Particles of a jet that are kept, of more than that in some.
MOST = 30
#: What the method of this test was given, by the feature set's name.
GIVEN: dict[str, Dataset] = {}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder, as modules are imported once."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "whole_card_shapes.py").write_text(FUNCTION, encoding="utf-8")
    return folder


@pytest.fixture
def registry(
    evil: Callable[..., Registry], toy_method: Any, code: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    """A method that takes everything and keeps what it was given, and a folder with a function, as by --code."""

    def fit(self: Any, prepared: Any, shard: Any, context: Any) -> Any:
        GIVEN[prepared.data.name] = prepared.data
        return toy_method.Bootstrap.fit(self, prepared, shard, context)

    GIVEN.clear()
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.setattr(sys, "path", [*sys.path])
    add_code_folder(code)
    yield evil(fit=fit, takes=frozenset({"mask", "kinds", "tags", "spectators"}))
    GIVEN.clear()


class Columns:
    """One collection as numpy arrays per event, by names of its own."""

    def __init__(self, tree: Any, **names: str) -> None:
        branches = tree.arrays(list(names.values()))
        self.lists = {name: branches[branch] for name, branch in names.items()}

    def event(self, number: int) -> list[dict[str, float]]:
        columns = {name: ak.to_list(values[number]) for name, values in self.lists.items()}
        if not isinstance(columns["pt"], list):  # NanoAOD's missing momentum is a number, not a list
            columns = {name: [value] for name, value in columns.items()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def delta_r(a: dict[str, float], b: dict[str, float]) -> float:
    turn = abs(a["phi"] - b["phi"])
    return float(np.hypot(a["eta"] - b["eta"], min(turn, 2 * np.pi - turn)))


def good(particles: list[dict[str, float]], pt: float) -> list[dict[str, float]]:
    kept = [p for p in particles if p["pt"] > pt and abs(p["eta"]) < 2.5]
    return sorted(kept, key=lambda p: -p["pt"])


def plane(p: dict[str, float]) -> tuple[float, float]:
    return p["pt"] * np.cos(p["phi"]), p["pt"] * np.sin(p["phi"])


def scanned_thrust(jets: list[dict[str, float]]) -> float:
    """The largest projection over 2000 directions, short of the exact one by less than (pi / 4000)^2 / 2."""
    pt, phi = (np.array([j[name] for j in jets]) for name in ("pt", "phi"))
    angles = np.linspace(0, np.pi, 2000, endpoint=False)
    return float(np.abs(pt * np.cos(phi - angles[:, np.newaxis])).sum(axis=1).max() / pt.sum())


class Event:
    """The objects of the card in one event, by hand."""

    def __init__(self, leptons: list[dict[str, float]], jets: list[dict[str, float]], met: dict[str, float]):
        self.leptons = good(leptons, 20)
        clean = [j for j in good(jets, 30) if all(delta_r(j, lepton) > 0.4 for lepton in self.leptons)]
        self.jets, self.met = clean, met


def card(path: Path, names: dict[str, str], tags: list[str]) -> dict[str, Any]:
    """The card with the names of a format."""
    electron, jet, met = names["leptons"], names["jets"], names["met"]
    up_to_two: dict[str, Any] = {"sort": "pt", "take": {"up_to": 2}}
    return {
        "symhep": 1,
        "datasets": {"data": {"files": [str(path)]}},
        "weights": {"branch": names["weight"]},
        "objects": {
            "electrons": {"collection": electron, "where": "pt > 20 and abs(eta) < 2.5", **up_to_two},
            "jets": {
                "collection": jet,
                "where": "pt > 30 and abs(eta) < 2.5 and all(deltaR(self, electrons) > 0.4)",
                "sort": "pt",
                "take": {"up_to": 8},
            },
            "met": {"collection": met, "take": 1},
            "event": {"system": ["electrons", "met", "jets"]},
        },
        "selections": {
            "e": [{"name": "one", "cut": "count(electrons) >= 1"}],
            "e_jet": [
                {"name": "one", "cut": "count(electrons) >= 1"},
                {"name": "jet", "cut": "count(jets) >= 1"},
            ],
        },
        "features": {
            "plane": {
                "object": "event",
                "vars": ["px", "py"],
                "scaling": "isotropic",
                "spectators": ["count(jets)", "sum(jets.pt)"],
                "tags": tags,
            },
            "shapes": {
                "selection": "e_jet",
                "vars": [
                    "max(electrons[0].pt, met[0].pt)",
                    "min(deltaR(electrons, jets[0]))",
                    "count(electrons)",
                    "transverse_thrust(jets)",
                    "whole_card_shapes:softest(jets, met)",
                ],
            },
        },
        "methods": {
            "keep_plane": {"use": "evil", "features": "plane"},
            "keep_shapes": {"use": "evil", "features": "shapes", "options": {"shards": 2}},
        },
        "output": {"figures": []},
    }  # fmt: skip


def check(run: symhep.Run, events: list[Event], weights: np.ndarray, tags: list[list[str]]) -> None:
    """Cutflow, places, mask, spectators, tags and event variables."""
    assert not run.failed
    flow = json.loads((run.folder / "cutflow.json").read_text(encoding="utf-8"))
    passed = {
        "one": [bool(e.leptons) for e in events],
        "jet": [bool(e.leptons and e.jets) for e in events],
    }
    rows = {row["name"]: row for row in _rows(flow, "e_jet")}
    for name, keep in passed.items():
        assert rows[name]["events"] == sum(keep)
        assert rows[name]["weighted"] == pytest.approx(weights[keep].sum(), rel=1e-12, abs=1e-9)

    data = GIVEN["plane"]
    assert len(data) == len(events)
    assert np.allclose(data.weights, weights)
    width = len(data.objects)
    assert data.objects == ("electrons",) * 2 + ("met",) + ("jets",) * (width - 3)
    assert data.kinds[2] == "transverse"
    assert data.sets == {"electrons", "jets"}
    assert data.mask is not None
    for number, event in enumerate(events):
        members = [*event.leptons[:2], *[None] * (2 - len(event.leptons)), event.met, *event.jets[:8]]
        members += [None] * (width - len(members))
        assert data.mask[number].tolist() == [m is not None for m in members]
        expected = [plane(m) if m is not None else (0.0, 0.0) for m in members]
        assert np.allclose(data.values[number].reshape(-1, 2), expected, atol=1e-4)
        assert data.spectators[number] == pytest.approx(
            [len(event.jets), sum(j["pt"] for j in event.jets)], rel=1e-5
        )
        for place, member in enumerate(members):
            wanted = [0.0 if member is None else member.get(tag, 0.0) for tag in tags[0]]
            assert np.allclose(data.tags[number, place], wanted)

    shapes = GIVEN["shapes"]
    chosen = [e for e, keep in zip(events, passed["jet"], strict=True) if keep]
    wanted = [
        (
            max(e.leptons[0]["pt"], e.met["pt"]),
            min(delta_r(lepton, e.jets[0]) for lepton in e.leptons),
            len(e.leptons),
            scanned_thrust(e.jets),
            min(j["pt"] for j in e.jets) - e.met["pt"],
        )
        for e in chosen
    ]
    assert np.allclose(shapes.values, wanted, rtol=2e-5)


def _rows(flow: Any, selection: str) -> list[dict[str, Any]]:
    """Of the one dataset."""
    return flow["datasets"]["data"]["selections"][selection]


def test_nanoaod(shared_data: Path, tmp_path: Path, registry: Registry) -> None:
    path = shared_data / "nanoaod_dy_40events.root"
    with uproot.open(path) as file:
        tree = file["Events"]
        electrons = Columns(tree, **{n: f"Electron_{n}" for n in ("pt", "eta", "phi", "charge")})
        jets = Columns(tree, **{n: f"Jet_{n}" for n in ("pt", "eta", "phi", "btagDeepB")})
        met = Columns(tree, pt="PuppiMET_pt", phi="PuppiMET_phi")
        weights = tree["genWeight"].array(library="np").astype(float)
        events = [Event(electrons.event(i), jets.event(i), met.event(i)[0]) for i in range(tree.num_entries)]
    names = {"leptons": "Electron", "jets": "Jet", "met": "PuppiMET", "weight": "genWeight"}
    run = symhep.run(
        card(path, names, ["charge", "btagDeepB"]), tmp_path / "run", registry=registry, workers="1"
    )
    assert sum(bool(e.leptons) for e in events) >= 10
    assert sum(len(e.jets) for e in events) >= 10
    check(run, events, weights, [["charge", "btagDeepB"]])


def test_delphes(shared_data: Path, tmp_path: Path, registry: Registry) -> None:
    """Muons, of which the file has more than electrons."""
    path = shared_data / "delphes_10events.root"
    _delphes(path, None, tmp_path, registry)


def test_delphes_naming_of_the_bundled_sample(root: Path, tmp_path: Path, registry: Registry) -> None:
    _delphes(root / "samples" / "ttbar_emu_13TeV.root", 300, tmp_path, registry)


def _delphes(path: Path, limit: int | None, tmp_path: Path, registry: Registry) -> None:
    leaves = {"pt": "PT", "eta": "Eta", "phi": "Phi"}
    with uproot.open(path) as file:
        tree = file["Delphes"]
        muons = Columns(tree, **{n: f"Muon.{x}" for n, x in (leaves | {"charge": "Charge"}).items()})
        # Delphes gives its jets a charge, too.
        more = {"charge": "Charge"} if "Jet.Charge" in tree else {}
        jets = Columns(tree, **{n: f"Jet.{x}" for n, x in (leaves | {"BTag": "BTag"} | more).items()})
        met = Columns(tree, pt="MissingET.MET", phi="MissingET.Phi")
        count = limit or tree.num_entries
    events = [Event(muons.event(i), jets.event(i), met.event(i)[0]) for i in range(count)]
    names = {"leptons": "Muon", "jets": "Jet", "met": "MissingET", "weight": "none"}
    run = symhep.run(
        card(path, names, ["charge", "BTag"]), tmp_path / "run", registry=registry, max_events=limit
    )
    assert sum(len(e.jets) for e in events) > count
    check(run, events, np.ones(count), [["charge", "BTag"]])


@pytest.mark.parametrize(("source", "chunk"), [("Particle", 50_000), ("stable", 3)])
def test_jets_and_their_particles_from_a_file_of_particles(
    source: str, chunk: int, shared_data: Path, tmp_path: Path, registry: Registry
) -> None:
    """Against FastJet's own interface, event by event, on the stable particles of a Delphes file.

    The particles are those of a collection, or of another object of the card, read in one chunk or in several.
    """
    fastjet = pytest.importorskip("fastjet")
    path = shared_data / "delphes_10events.root"
    objects = {
        "muons": {"collection": "Particle", "where": "status == 1 and abs(pdgId) == 13", "sort": "pt"},
        "stable": {"collection": "Particle", "where": "status == 1"},
        "fat": {
            "cluster": source,
            "where": "status == 1 and abs(eta) < 5 and abs(pdgId) != 12 and abs(pdgId) != 14 and abs(pdgId) != 16",
            "algorithm": "cambridge",
            "R": 1.0,
            "pt_min": 20,
            "keep": "abs(eta) < 2 and all(deltaR(self, muons) > 0.2)",
            "sort": "pt",
            "take": 1,
        },
        "particles": {"constituents": "fat", "where": "jet == 0", "sort": "pt", "take": {"up_to": MOST}},
    }
    features = {
        "jet": {"object": "fat", "vars": ["px", "py", "pz", "E"], "scaling": "none", "spectators": ["count(fat)"]},
        "inside": {"object": "particles", "vars": ["px", "py", "pz", "E"], "scaling": "none", "tags": ["pdgId"]},
    }  # fmt: skip
    methods = {name: {"use": "evil", "features": name} for name in features}
    content = {
        "symhep": 1,
        "datasets": {"data": {"files": [str(path)]}},
        "weights": {"branch": "none"},
        "objects": objects,
        "features": features,
        "methods": methods,
        "output": {"figures": []},
        "run": {"chunk_events": chunk},
    }
    run = symhep.run(content, tmp_path / "run", registry=registry)
    assert not run.failed

    with uproot.open(path) as file:
        names = {"px": "Px", "py": "Py", "pz": "Pz", "E": "E", "id": "PID", "status": "Status"}
        tree = file["Delphes"]
        columns = {n: tree[f"Particle/Particle.{x}"].array() for n, x in names.items()}
    definition = fastjet.JetDefinition(fastjet.cambridge_algorithm, 1.0)
    jets, counts, inside = [], [], []
    for event in range(len(columns["px"])):
        rows = np.stack([ak.to_numpy(c[event]).astype(float) for c in columns.values()], -1)
        rows = rows[rows[:, 5] == 1]
        pt = np.hypot(rows[:, 0], rows[:, 1])
        eta = np.arcsinh(rows[:, 2] / np.maximum(pt, 1e-30))
        muons = [
            (eta[i], np.arctan2(rows[i, 1], rows[i, 0])) for i in np.flatnonzero(np.abs(rows[:, 4]) == 13)
        ]
        rows = rows[(np.abs(eta) < 5) & ~np.isin(np.abs(rows[:, 4]), (12, 14, 16))]
        pseudojets = [fastjet.PseudoJet(*p) for p in rows[:, :4].tolist()]
        sequence = fastjet.ClusterSequence(pseudojets, definition)
        found = [
            j
            for j in fastjet.sorted_by_pt(sequence.inclusive_jets(20.0))
            if abs(j.eta()) < 2
            and all(delta_r({"eta": j.eta(), "phi": j.phi()}, {"eta": e, "phi": p}) > 0.2 for e, p in muons)
        ]
        if found:
            jets.append((found[0].px(), found[0].py(), found[0].pz(), found[0].e()))
            counts.append(len(found))
        inside.append(sorted(c.cluster_hist_index() for c in found[0].constituents()) if found else [])
        inside[-1] = sorted((rows[i].tolist() for i in inside[-1]), key=lambda p: -np.hypot(p[0], p[1]))
    assert max(map(len, inside)) > MOST
    inside = [particles[:MOST] for particles in inside]
    assert len(jets) >= 8
    assert np.allclose(GIVEN["jet"].values, jets, rtol=1e-6)
    assert GIVEN["jet"].spectators[:, 0].tolist() == counts

    data = GIVEN["inside"]
    assert data.mask is not None
    assert data.mask.sum(axis=1).tolist() == [len(p) for p in inside]
    for number, expected in enumerate(inside):
        p = data.values[number].reshape(-1, 4)[: len(expected)]
        assert np.allclose(p, np.array(expected).reshape(-1, 6)[:, :4], rtol=1e-6, atol=1e-6)
        ids = np.array(expected).reshape(-1, 6)[:, 4]
        assert np.allclose(data.tags[number, : len(expected), 0], ids)
