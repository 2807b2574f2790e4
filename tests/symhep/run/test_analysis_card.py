"""An analysis as a collaboration writes it (collision data, simulation, regions, variations), against plain numpy."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

import symhep
from symhep.card.loader import load_card
from symhep.events.assemble import assemble
from symhep.events.dataset import Dataset
from symhep.events.variation import Variation
from symhep.methods.context import SilentProgress
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import build_registry
from symhep.run.folder import RunFolder
from symhep.run.plan import make_plan
from symhep.run.planned import Plan
from symhep.run.provenance import fingerprints
from symhep.run.reading import DatasetEvents, read_dataset
from symhep.run.workers import open_workers

CARD = """symhep: 1
datasets:
  data: {files: ["data*.root"], format: nanoaod, role: data}
  dy:
    files: ["dy*.root"]
    format: nanoaod
    role: simulation
    xsec_pb: 6077
    weights: {branch: genWeight}
    variations:
      scale: {weights: ["LHEScaleWeight[0]", "LHEScaleWeight[1]", "LHEScaleWeight[3]", "LHEScaleWeight[5]", "LHEScaleWeight[7]", "LHEScaleWeight[8]"], combine: envelope}
      pdf: {weights: "LHEPdfWeight[1..100]", combine: hessian}          # or replicas
      jes: {up: {objects: {jets: "1.02"}}, down: {objects: {jets: "0.98"}}}   # factors on the four-momentum, carried over to met
luminosity_fb: 59.7
objects:
  electrons: {collection: Electron, where: "pt > 20 and abs(eta) < 2.5", sort: pt, take: 2}
  jets: {collection: Jet, where: "pt > 30 and abs(eta) < 2.5 and all(deltaR(self, electrons) > 0.4)", take: {up_to: 8}}
  met: {collection: PuppiMET, take: 1}
  event: {system: [electrons, met, jets]}
selections:
  ee: [{name: two, cut: "count(electrons) == 2"}]
  ee_jet: [{name: two, cut: "count(electrons) == 2"}, {name: jet, cut: "count(jets) >= 1"}]
features:
  plane: {object: event, vars: [px, py], scaling: isotropic, spectators: ["count(jets)"]}      # selection from the regions
  shapes: {selection: ee, vars: ["transverse_thrust(jets)", "my_shapes:aplanarity(jets)", "max(electrons[0].pt, met[0].pt)"]}
regions: {inclusive: ee, with_jet: ee_jet}
methods:
  symmetries: {use: moments, features: plane, regions: [inclusive, with_jet], reference: dy, blind: [with_jet]}
"""  # noqa: E501
#: Aplanarity 3/2 lambda_3 of the normalised momentum tensor (Bjorken and Brodsky, Phys. Rev. D 1 (1970) 1416).
FUNCTION = '''"""Shapes."""

import awkward as ak
import numpy as np


def aplanarity(jets):
    p = [jets.px, jets.py, jets.pz]
    total = ak.sum(jets.px**2 + jets.py**2 + jets.pz**2, axis=1)
    tensor = np.stack([np.stack([ak.to_numpy(ak.sum(a * b, axis=1) / total) for b in p], axis=1) for a in p], axis=1)
    found = np.full(len(tensor), np.nan)
    there = np.isfinite(tensor).all(axis=(1, 2))
    found[there] = 1.5 * np.linalg.eigvalsh(tensor[there])[:, 0]
    return found
'''
PB = 6077 * 59.7 * 1000
UP = {"jes/up": 1.02, "jes/down": 0.98}


@dataclass
class Events:
    """Of a file as it was written, in doubles of the file's floats."""

    electron: ak.Array
    jet: ak.Array
    met: np.ndarray
    met_phi: np.ndarray
    weight: np.ndarray
    scale: np.ndarray
    pdf: np.ndarray

    def __len__(self) -> int:
        return len(self.weight)


def generated(events: int, seed: int, simulation: bool) -> Events:
    """Electrons, jets (an electron in three is one of them, too) and missing momentum; weights 2 and -1."""
    rng = np.random.default_rng(seed)

    def f4(x: Any) -> np.ndarray:
        return np.asarray(x, dtype=np.float32)

    def objects(mean: float, softest: float, mass: float) -> ak.Array:
        counts = rng.poisson(mean, events)
        n = int(counts.sum())
        fields = {
            "pt": f4(softest + rng.exponential(25, n)), "eta": f4(rng.normal(0, 1.5, n)),
            "phi": f4(rng.uniform(-np.pi, np.pi, n)), "mass": f4(np.full(n, mass)),
        }  # fmt: skip
        return ak.unflatten(ak.zip(fields), counts)

    electron = objects(2.2, 12.0, 0.000511)
    jet = ak.concatenate([electron[:, : 1 + seed % 2], objects(2.0, 20.0, 5.0)], axis=1)
    factors = 1 + 0.1 * rng.normal(size=(events, 110))
    weight = np.where(rng.random(events) < 0.2, -1.0, 2.0) if simulation else np.ones(events)
    return Events(
        electron, jet, f4(rng.exponential(30, events)), f4(rng.uniform(-np.pi, np.pi, events)), f4(weight),
        f4(factors[:, :9]), f4(factors[:, 9:]),
    )  # fmt: skip


def write(path: Path, found: Events, simulation: bool) -> None:
    counted = {"Electron": found.electron, "Jet": found.jet}
    if simulation:
        counted |= {
            "LHEScaleWeight": ak.from_regular(found.scale),
            "LHEPdfWeight": ak.from_regular(found.pdf),
        }
    branches = {
        "run": np.ones(len(found), dtype=np.int32),
        "luminosityBlock": np.ones(len(found), dtype=np.int32),
        "event": np.arange(len(found)),
        "PuppiMET_pt": found.met,
        "PuppiMET_phi": found.met_phi,
    } | ({"genWeight": found.weight} if simulation else {})
    with uproot.recreate(path) as file:
        types = {k: v.dtype for k, v in branches.items()} | {
            k: ak.type(v).content for k, v in counted.items()
        }
        file.mktree("Events", types)
        file["Events"].extend(branches | counted)
        if simulation:
            file["Runs"] = {"run": np.ones(1), "genEventSumw": np.array([2.0 * len(found)])}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("analysis")
    (place / "code").mkdir()
    (place / "code/my_shapes.py").write_text(FUNCTION)
    (place / "card.yaml").write_text(CARD)
    for name, seed in (("data1", 1), ("dy1", 2), ("dy2", 3)):
        write(place / f"{name}.root", generated(1500, seed, name != "data1"), name != "data1")
    return place


@pytest.fixture(scope="module")
def code(folder: Path) -> Iterator[None]:
    """As by --code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMHEP_CODE", "")
        patch.setattr(sys, "path", [*sys.path])
        add_code_folder(folder / "code")
        yield


@pytest.fixture(scope="module")
def dy() -> list[Events]:
    return [generated(1500, seed, True) for seed in (2, 3)]


def read_all(card: Path, place: Path, workers: str = "1") -> tuple[Plan, dict[str, DatasetEvents]]:
    plan, run = make_plan(load_card(card), build_registry()), RunFolder(place)
    prints = fingerprints([s.path for found in plan.all_sources for s in found], run)
    with open_workers(workers) as pool:
        return plan, {
            name: read_dataset(
                name, plan.tables, found, plan.agreements[name], prints, run, SilentProgress(), pool
            )
            for name, found in plan.sources.items()
        }


@pytest.fixture(scope="module")
def read(
    folder: Path, code: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Plan, dict[str, DatasetEvents]]:
    return read_all(folder / "card.yaml", tmp_path_factory.mktemp("run"))


def dataset(read: tuple[Plan, dict[str, DatasetEvents]], features: str, *names: str) -> Dataset:
    plan, events = read
    tables = {name: events[name].tables(features) for name in names}
    return assemble(
        plan.tables, features, {name: table for name, (table, _) in tables.items()}, plan.units, names[1:],
        varied={name: varied for name, (_, varied) in tables.items()},
    )  # fmt: skip


def variation(data: Dataset, name: str) -> Variation:
    return next(v for v in data.variations if v.name == name)


def _selected(events: Events, row: int, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray] | None:
    """(11, 2) px, py of two electrons, missing momentum and up to eight jets of an event, and how many jets it has."""

    def momenta(x: Any) -> np.ndarray:
        return np.array([[p["pt"], p["eta"], p["phi"]] for p in ak.to_list(x)], dtype=np.float64).reshape(
            -1, 3
        )

    electrons, jets = momenta(events.electron[row]), momenta(events.jet[row])
    electrons = electrons[(electrons[:, 0] > 20) & (abs(electrons[:, 1]) < 2.5)]
    electrons = electrons[np.argsort(-electrons[:, 0], kind="stable")]
    if len(electrons) != 2:
        return None
    deta = jets[:, None, 1] - electrons[None, :, 1]
    dphi = abs(jets[:, None, 2] - electrons[None, :, 2])
    dphi = np.minimum(dphi, 2 * np.pi - dphi)
    clean = (abs(jets[:, 1]) < 2.5) & (np.hypot(deta, dphi) > 0.4).all(axis=1)
    before, after = clean & (jets[:, 0] > 30), clean & (jets[:, 0] * factor > 30)
    px, py = jets[:, 0] * np.cos(jets[:, 2]), jets[:, 0] * np.sin(jets[:, 2])
    moved = before | after
    met = [
        float(events.met[row]) * np.cos(float(events.met_phi[row])) - (factor - 1) * px[moved].sum(),
        float(events.met[row]) * np.sin(float(events.met_phi[row])) - (factor - 1) * py[moved].sum(),
    ]
    plane = np.zeros((11, 2))
    plane[:2] = electrons[:, :1] * np.stack([np.cos(electrons[:, 2]), np.sin(electrons[:, 2])], axis=1)
    plane[2] = met
    own = factor * np.stack([px, py], axis=1)[after][:8]
    plane[3 : 3 + len(own)] = own
    return plane, np.array([after.sum()])


_KNOWN: dict[tuple[int, int, float], tuple[np.ndarray, np.ndarray] | None] = {}


def selected(events: Events, row: int, factor: float) -> tuple[np.ndarray, np.ndarray] | None:
    key = (id(events), row, factor)
    if key not in _KNOWN:
        _KNOWN[key] = _selected(events, row, factor)
    return _KNOWN[key]


def expected(events: list[Events], factor: float = 1.0, jets: int = 0) -> tuple[np.ndarray, ...]:
    """px, py of all events with so many jets or more, numbers of jets, and (file, event) of each."""
    planes, counts, source = [], [], []
    for file, found in enumerate(events):
        for row in range(len(found)):
            if (event := selected(found, row, factor)) is not None and event[1] >= jets:
                planes.append(event[0])
                counts.append(event[1])
                source.append((file, row))
    return np.array(planes), np.array(counts), np.array(source)


def of_rows(events: list[Events], source: np.ndarray, column: Any) -> np.ndarray:
    return np.array([float(column(events[file])[row]) for file, row in source])


@pytest.mark.parametrize(("region", "jets"), [("inclusive", 0), ("with_jet", 1)])
def test_nominal_and_weights(read: Any, dy: list[Events], region: str, jets: int) -> None:
    planes, counts, source = expected(dy, jets=jets)
    data = dataset(read, f"plane@{region}", "dy")
    assert data.momenta is not None
    np.testing.assert_allclose(data.momenta[:, :, 1:3], planes, rtol=1e-6, atol=1e-5)
    assert data.spectators.tolist() == counts.tolist()
    # 2 per event was generated, in two files.
    factor = PB / (2 * 2.0 * 1500)
    weight = of_rows(dy, source, lambda e: e.weight)
    np.testing.assert_allclose(data.weights, factor * weight, rtol=1e-12)
    scale, pdf = variation(data, "scale"), variation(data, "pdf")
    assert (scale.rule, len(scale.alternatives), pdf.rule, len(pdf.alternatives)) == (
        "envelope",
        6,
        "hessian",
        100,
    )
    for alternative, index in zip(scale.alternatives, (0, 1, 3, 5, 7, 8), strict=True):
        other = of_rows(dy, source, lambda e, i=index: e.scale[:, i])
        np.testing.assert_allclose(alternative.data.weights, factor * weight * other, rtol=1e-12)
        assert alternative.same_rows
        assert alternative.data.values is data.values
    last = of_rows(dy, source, lambda e: e.pdf[:, 100])
    np.testing.assert_allclose(pdf.alternatives[-1].data.weights, factor * weight * last, rtol=1e-12)


@pytest.mark.parametrize(("region", "jets"), [("inclusive", 0), ("with_jet", 1)])
@pytest.mark.parametrize("way", ["up", "down"])
def test_jet_energy_scale(read: Any, dy: list[Events], region: str, jets: int, way: str) -> None:
    factor = UP[f"jes/{way}"]
    data = dataset(read, f"plane@{region}", "dy")
    jes = variation(data, "jes")
    other = next(a for a in jes.alternatives if a.name == way)
    planes, counts, source = expected(dy, factor, jets)
    assert jes.rule == "up_down"
    assert not other.same_rows
    assert other.data.momenta is not None
    np.testing.assert_allclose(other.data.momenta[:, :, 1:3], planes, rtol=1e-6, atol=1e-4)
    assert other.data.spectators.tolist() == counts.tolist()
    assert other.data.scaler == data.scaler
    assert other.data.columns == data.columns
    # The same source event has the same unit, others have none of the nominal ones.
    nominal = {
        tuple(s): u for s, u in zip(expected(dy, jets=jets)[2].tolist(), data.unit.tolist(), strict=True)
    }
    units = [nominal.get(tuple(s)) for s in source.tolist()]
    new = np.array([u is None for u in units])
    assert other.data.unit[~new].tolist() == [u for u in units if u is not None]
    assert not np.isin(other.data.unit[new], data.unit).any()
    assert len(np.unique(other.data.unit)) == len(other.data)
    # Jets that come over the threshold move an event into the region, and others out of it.
    assert new.any() == (jets == 1 and way == "up")
    assert (len(source) - new.sum() < len(data)) == (jets == 1 and way == "down")


def test_the_missing_momentum_knows_nothing_of_electrons(read: Any, dy: list[Events]) -> None:
    """Events whose jets are all electrons, or too soft: missing momentum stays."""
    data = dataset(read, "plane@inclusive", "dy")
    up = variation(data, "jes").alternatives[0].data
    none = (up.spectators[:, 0] == 0) & (data.spectators[:, 0] == 0)
    source = expected(dy)[2][none]
    electrons = [
        np.isin(ak.to_numpy(dy[f].jet[r].pt), ak.to_numpy(dy[f].electron[r].pt)).any()
        for f, r in source.tolist()
    ]
    assert sum(electrons) > 100
    assert data.momenta is not None
    assert up.momenta is not None
    np.testing.assert_allclose(up.momenta[none][:, 2], data.momenta[none][:, 2], rtol=1e-12)


def test_features_of_no_changed_object_share_the_nominal_table(read: Any) -> None:
    """Every feature here depends on jets; in the account the cut on electrons does not."""
    events = read[1]["dy"]
    rows = {row["name"]: row for row in events.account["selections"]["ee_jet"]}
    assert rows["two"]["variations"]["jes"] == {
        "down": 0.0, "up": 0.0, "alternatives": dict.fromkeys(("up", "down"), rows["two"]["weighted"]),
    }  # fmt: skip
    nominal, varied = events.tables("plane@inclusive")
    assert not varied["jes"].tables["up"].same_rows(nominal)


def test_yields(read: Any, dy: list[Events]) -> None:
    rows = {row["name"]: row for row in read[1]["dy"].account["selections"]["ee_jet"]}
    factor = PB / (2 * 2.0 * 1500)

    def total(scale: float) -> float:
        return float(factor * of_rows(dy, expected(dy, scale, 1)[2], lambda e: e.weight).sum())

    nominal, up, down = total(1.0), total(1.02), total(0.98)
    found = rows["jet"]
    assert found["weighted"] == pytest.approx(nominal)
    assert found["variations"]["jes"]["alternatives"] == {
        "up": pytest.approx(up),
        "down": pytest.approx(down),
    }
    assert found["variations"]["jes"]["up"] == pytest.approx(max(up - nominal, down - nominal, 0))
    source = expected(dy, jets=1)[2]
    weight = of_rows(dy, source, lambda e: e.weight)
    sums = [
        float((factor * weight * of_rows(dy, source, lambda e, i=i: e.pdf[:, i])).sum())
        for i in range(1, 101)
    ]
    size = np.sqrt(sum((s - nominal) ** 2 for s in sums))
    assert found["variations"]["pdf"]["up"] == found["variations"]["pdf"]["down"] == pytest.approx(size)


def test_shapes_by_a_function_of_a_folder(read: Any, dy: list[Events]) -> None:
    """The third number: max of the first electron's pt and missing momentum; thrust needs a jet."""
    data = dataset(read, "shapes", "dy")
    planes, _counts, _ = expected(dy, jets=1)
    pt = np.hypot(planes[:, :, 0], planes[:, :, 1])
    np.testing.assert_allclose(data.values[:, 2], np.maximum(pt[:, 0], pt[:, 2]), rtol=1e-5)
    up = variation(data, "jes").alternatives[0].data
    pt = np.hypot(*np.moveaxis(expected(dy, 1.02, 1)[0], 2, 0))
    np.testing.assert_allclose(up.values[:, 2], np.maximum(pt[:, 0], pt[:, 2]), rtol=1e-5)


def test_data_stay_as_they_are_beside_their_reference(folder: Path, code: None, tmp_path: Path) -> None:
    (folder / "seen.yaml").write_text(CARD.replace(", blind: [with_jet]", ""))
    both = dataset(read_all(folder / "seen.yaml", tmp_path), "shapes", "data", "dy")
    own = both.labels == 0
    assert own.any()
    for v in both.variations:
        assert v.samples == {"dy"}
        for alternative in v.alternatives:
            mine = alternative.data.labels == 0
            assert alternative.data.weights[mine].tolist() == both.weights[own].tolist()
            assert alternative.data.values[mine].tolist() == both.values[own].tolist()
            assert alternative.data.unit[mine].tolist() == both.unit[own].tolist()


def test_the_card_runs_and_stays_blind(folder: Path, code: None, tmp_path: Path) -> None:
    """The region with a jet is part of the inclusive one: of neither are data looked at."""
    done = symhep.run(folder / "card.yaml", tmp_path / "run")
    assert not done.failed
    assert set(done.blind) == {"symmetries/inclusive", "symmetries/with_jet"}


def test_workers_chunks_and_names_change_nothing(folder: Path, code: None, tmp_path: Path) -> None:
    """Smearing too: its random numbers depend on the content of a file and not on its name."""
    (tmp_path / "other").mkdir()
    for file in folder.glob("*.root"):
        shutil.copy(file, tmp_path / "other" / file.name.replace("dy", "dy_other"))
    text = CARD.replace("jes:", 'jer: {up: {objects: {jets: {smear: "0.1"}}}}\n      jes:')
    (folder / "smeared.yaml").write_text(text)
    (tmp_path / "other/card.yaml").write_text(f"{text}run: {{chunk_events: 400}}\n")
    (folder / "seeded.yaml").write_text(f"{text}run: {{seed: 7}}\n")
    one = read_all(folder / "smeared.yaml", tmp_path / "one")[1]["dy"]
    two = read_all(tmp_path / "other/card.yaml", tmp_path / "two", "2")[1]["dy"]
    for name, key in (("jes", "up"), ("jes", "down"), ("jer", "up")):
        a, b = (e.tables("plane@with_jet")[1][name].tables[key] for e in (one, two))
        assert np.array_equal(a.values, b.values)
        assert np.array_equal(a.weights, b.weights)
    assert one.account["selections"] == two.account["selections"]
    seeded = read_all(folder / "seeded.yaml", tmp_path / "one")[1]["dy"]
    tables = [e.tables("plane@with_jet")[1] for e in (one, seeded)]
    assert np.array_equal(*(t["jes"].tables["up"].values for t in tables))
    assert not np.array_equal(*(t["jer"].tables["up"].values for t in tables))
