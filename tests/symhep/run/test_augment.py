"""Events transformed by a symmetry: what stays, what is written, what the errors are, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
from scipy.stats import kstest

from symhep.card.loader import load_card
from symhep.errors import CardError, MethodError, StoreError
from symhep.lie.bases import poincare
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry, SymmetryRecord, homogeneous
from symhep.run.augment import Augmented, augment
from symhep.run.folder import RunFolder
from symhep.run.inspection import load

MOMENTUM = ("E", "px", "py", "pz")
EVENTS = 400
LHE = """<LesHouchesEvents version="1.0">
<init>
 11 -11 40 40 0 0 0 0 -4 1
 10 1 1 1
</init>
{}</LesHouchesEvents>
"""
EVENT = "<event>\n 2 1 {w} 80 -1 -1\n 13 1 0 0 0 0 {x} 4 0 {e} 0 0 9\n -13 1 0 0 0 0 -{x} -4 0 {e} 0 0 9\n</event>\n"


class Found(Record):
    """A record that offers a symmetry."""

    symmetry: SymmetryRecord | None


@pytest.fixture(autouse=True)
def offering(toy_method: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test method's results may hold a symmetry."""
    monkeypatch.setattr(toy_method.Bootstrap, "Record", Found)


def _about_z(particles: int = 2, **changes: Any) -> Symmetry:
    found = poincare().subset(["J_z"])
    given: dict[str, Any] = {
        "acts_on": "momenta", "vectors": particles, "components": MOMENTUM,
        "generators": np.asarray(found.matrices.real), "labels": found.labels,
    }  # fmt: skip
    return Symmetry(**given | changes)


def _found(folder: Path, card: dict[str, Any], symmetry: Symmetry | None) -> Path:
    """The folder of a run of ``card`` whose methods offer ``symmetry``; that of a real run: see cli/test_augment.py."""
    store, content = RunFolder(folder), load_card(card).card
    # The test method offers no symmetry of its own: its class is given a record that may.
    result = Result(Found(symmetry=None))
    if symmetry is not None:
        result = Result(Found(symmetry=symmetry.to_record()), symmetry.to_arrays())
    store.write_card(content)
    store.write_json("results.json", {"methods": {name: {"status": "ok"} for name in content.methods}})
    for name, method in content.methods.items():
        columns = [{"name": variable} for variable in content.features[method.features].vars]
        store.write_result(name, result, {"use": method.use, "columns": columns})
    return folder


@pytest.fixture
def card() -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"toy": {"format": "toy", "options": {"name": "dijets", "events": EVENTS}}},
        "objects": {"jets": {"collection": "particles", "take": 2}},
        "selections": {"hard": [{"name": "pt", "cut": "jets[0].pt > 1"}]},
        "features": {"p4": {"selection": "hard", "object": "jets", "vars": ["pt", "m"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "p4"}},
    }


def _augment(tmp_path: Path, card: dict[str, Any], registry: Any, name: str, **options: Any) -> Augmented:
    return augment(card, tmp_path / "run", tmp_path / name, registry=registry, **options)


def _momenta(path: Path) -> tuple[np.ndarray, Any]:
    batch = load(path)
    fields = [ak.to_numpy(batch.events.jets[c]) for c in MOMENTUM]
    return np.stack(fields, axis=-1), batch


@pytest.mark.parametrize("ending", ["root", "parquet"])
def test_copies_are_turned_and_the_rest_stays(
    tmp_path: Path, card: dict[str, Any], registry: Any, ending: str
) -> None:
    _found(tmp_path / "run", card, _about_z())
    done = _augment(tmp_path, card, registry, f"a.{ending}", copies=4)
    assert (done.events, done.rows) == (EVENTS, 5 * EVENTS)
    assert done.how == "J_z: Haar measure of SO(2)"
    assert done.notes == ()
    p, batch = _momenta(done.path)
    assert batch.weights.sum() == pytest.approx(EVENTS)
    assert np.ptp(batch.weights) == 0
    events = batch.events
    assert events["copy"].to_list() == list(range(5)) * EVENTS
    assert events.source_event.to_list() == np.repeat(np.arange(EVENTS), 5).tolist()
    p = p.reshape(EVENTS, 5, 2, 4)
    original = ak.to_numpy(load(format="toy", options=card["datasets"]["toy"]["options"]).events.particles.px)
    assert (p[:, 0, :, 1] == original).all()
    same = np.stack([p[..., 0], np.hypot(p[..., 1], p[..., 2]), p[..., 3]])
    assert np.allclose(same, same[:, :, :1], rtol=1e-12)
    phi = np.arctan2(p[..., 2], p[..., 1])
    turned = np.mod(phi - phi[:, :1], 2 * np.pi)
    assert np.allclose(np.exp(1j * turned[:, :, 0]), np.exp(1j * turned[:, :, 1]))  # both jets alike
    assert kstest(turned[:, 1:, 0].ravel() / (2 * np.pi), "uniform").pvalue > 1e-4


@pytest.mark.parametrize("ending", ["root", "parquet"])
def test_what_is_written_is_read_by_a_card(
    tmp_path: Path, card: dict[str, Any], registry: Any, ending: str
) -> None:
    """The file as the dataset of another card: its rows are augmented once more."""
    _found(tmp_path / "run", card, _about_z())
    first = _augment(tmp_path, card, registry, f"a.{ending}", copies=2)
    again = card | {
        "datasets": {"more": {"files": [str(first.path)]}},
        "objects": {"jets": {"collection": "jets", "take": 2}},
    }
    second = _augment(tmp_path, again, registry, f"b.{ending}")
    assert (second.events, second.rows) == (3 * EVENTS, 6 * EVENTS)
    (p, batch), (q, more) = _momenta(first.path), _momenta(second.path)
    assert (q[::2] == p).all()
    assert np.allclose(more.weights, np.repeat(batch.weights / 2, 2))
    assert second.notes[0].startswith("The objects of the card differ from those of the run")


def test_the_seed_decides(tmp_path: Path, card: dict[str, Any], registry: Any) -> None:
    _found(tmp_path / "run", card, _about_z())
    p = [_momenta(_augment(tmp_path, card, registry, f"{s}.root", seed=s).path)[0] for s in (1, 2)]
    again = _momenta(_augment(tmp_path, card, registry, "again.root", seed=1).path)[0]
    assert (p[0] == again).all()
    assert (p[0][::2] == p[1][::2]).all()
    assert (p[0][1::2, :, 1] != p[1][1::2, :, 1]).all()


def test_errors_come_from_sums_per_event(tmp_path: Path, card: dict[str, Any], registry: Any) -> None:
    """The variance of a sum of weights is that of the sums per event: over 100 independent samples it is as it says.

    The naive sum of squared weights of all rows is too small, for a range of pt by the number of rows per event.
    """
    card["datasets"]["toy"]["options"]["events"] = 6000
    _found(tmp_path / "run", card, _about_z())
    copies = 3
    p, batch = _momenta(_augment(tmp_path, card, registry, "a.root", copies=copies).path)
    weight = batch.weights.reshape(6000, copies + 1)
    pt, phi = np.hypot(p[:, 0, 1], p[:, 0, 2]), np.arctan2(p[:, 0, 2], p[:, 0, 1])
    for inside, invariant in ((pt > np.median(pt), True), (np.abs(phi) < 1.0, False)):
        per_event = (weight * inside.reshape(weight.shape)).sum(axis=1)
        naive = ((weight**2) * inside.reshape(weight.shape)).sum()
        stated = (per_event**2).sum()
        scatter = per_event.reshape(100, 60).sum(axis=1).var(ddof=1) * 100
        # A sum over a fixed number of events varies as sum (s - mean)^2; a Poisson number of them adds sum mean^2.
        scatter += 6000 * per_event.mean() ** 2
        assert scatter / stated == pytest.approx(1, abs=5 * np.sqrt(2 / 99))
        assert naive < 0.7 * stated
        if invariant:
            assert stated == pytest.approx((copies + 1) * naive)


def test_files_datasets_weights_and_particles(tmp_path: Path, registry: Any) -> None:
    for name, weights in (("a", [10, 20]), ("b", [30]), ("c", [5, -5, 10])):
        events = [EVENT.format(w=w, x=i + 1, e=np.hypot(4, i + 1)) for i, w in enumerate(weights)]
        (tmp_path / f"{name}.lhe").write_text(LHE.format("".join(events)))
    card = {
        "symhep": 1,
        "datasets": {
            "one": {"files": [str(tmp_path / "a.lhe"), str(tmp_path / "b.lhe")], "xsec_pb": 6.0},
            "two": {"files": [str(tmp_path / "c.lhe")], "xsec_pb": 1.0},
        },
        "objects": {"muons": {"collection": "particles", "sort": "pdgId", "take": 2}},
        "selections": {"most": [{"name": "x", "cut": "muons[0].px < 2.5 and weight > -10"}]},
        "features": {"p4": {"selection": "most", "object": "muons", "vars": ["px"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "p4"}},
    }
    _found(tmp_path / "run", card, _about_z())
    batch = load(_augment(tmp_path, card, registry, "a.parquet").path)
    rows = [ak.to_list(batch.events[name])[::2] for name in ("dataset", "source_file", "source_event")]
    assert rows == [[0, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 1, 0, 0, 1]]
    # Before the cut, weights sum to the cross-sections: 60 to 6 pb and 10 to 1 pb. Halves of each in two rows.
    assert np.allclose(batch.weights, np.repeat([0.5, 1.0, 1.5, 0.25, -0.25], 2))
    assert batch.events.muons.pdgId.to_list() == [[13, -13]] * 10


def test_features_without_momenta(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    turn = homogeneous([[[0.0, -1.0], [1.0, 0.0]]])
    mirror = homogeneous([[[1.0, 0.0], [0.0, -1.0]]], element=True)
    found = Symmetry("features", 1, ("x1", "x2"), turn, ("J",), mirror, ("reflection(x2)",))
    folder = _found(tmp_path / "run", toy_card, found)
    events = load(augment(toy_card, folder, tmp_path / "a.root", copies=2, registry=registry).path).events
    radius = np.hypot(ak.to_numpy(events.x1), ak.to_numpy(events.x2)).reshape(-1, 3)
    assert np.allclose(radius, radius[:, :1])
    only = augment(toy_card, folder, tmp_path / "b.root", generators=[], registry=registry)
    assert only.how == "reflection(x2): a finite group of 2 elements with equal probability"
    x2 = ak.to_numpy(load(only.path).events.x2).reshape(-1, 2)
    assert (np.abs(x2[:, 0]) == np.abs(x2[:, 1])).all()
    assert abs((x2[:, 0] == x2[:, 1]).mean() - 0.5) < 5 * 0.5 / np.sqrt(len(x2))


def test_other_selections_are_noted(tmp_path: Path, card: dict[str, Any], registry: Any) -> None:
    _found(tmp_path / "run", card, _about_z())
    other = card | {"selections": {"hard": [{"name": "px", "cut": "jets[0].px > 1"}]}}
    (note,) = _augment(tmp_path, other, registry, "a.root").notes
    assert note.startswith("The selections of the card differ from those of the run")


@pytest.mark.parametrize(
    ("symmetry", "options", "error", "message"),
    [
        (None, {}, StoreError, "boot in .* has no symmetry for augmentation"),
        (_about_z(3), {}, CardError, "acts on 3 four-momenta, and 'p4' of the card has 2"),
        (_about_z(), {"method": "bot"}, CardError, "no result 'bot'; did you mean 'boot'"),
        (_about_z(), {"generators": ["J_x"]}, CardError, "no generator 'J_x'"),
        (_about_z(), {"generators": []}, CardError, "unit element only"),
        (_about_z(generators=np.zeros((0, 5, 5)), labels=()), {}, MethodError, "found no symmetry"),
        (
            _about_z(generators=poincare().subset(["K_z"]).matrices.real, labels=("K_z",)),
            {},
            CardError,
            "is not compact.*boosts",
        ),
    ],
)
def test_what_is_refused(
    tmp_path: Path,
    card: dict[str, Any],
    registry: Any,
    symmetry: Symmetry | None,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    _found(tmp_path / "run", card, symmetry)
    with pytest.raises(error, match=message):
        _augment(tmp_path, card, registry, "a.root", **options)
    assert not list(tmp_path.glob("*a.root*"))


def test_what_else_is_refused(tmp_path: Path, card: dict[str, Any], registry: Any) -> None:
    with pytest.raises(CardError, match="unknown extension"):
        _augment(tmp_path, card, registry, "a.csv")
    with pytest.raises(StoreError, match="no finished result"):
        _augment(tmp_path, card, registry, "a.root")
    two = card | {"methods": card["methods"] | {"boot2": card["methods"]["boot"]}}
    _found(tmp_path / "run", two, _about_z())
    with pytest.raises(CardError, match=r"several methods .* choose --method boot or boot2"):
        _augment(tmp_path, two, registry, "a.root")
    with pytest.raises(CardError, match=r"the card has no method 'boot2'.*did you mean 'boot'"):
        _augment(tmp_path, card, registry, "a.root", method="boot2")
    assert _augment(tmp_path, two, registry, "a.root", method="boot2").events == EVENTS


def test_boosts_up_to_a_rapidity_keep_masses(tmp_path: Path, card: dict[str, Any], registry: Any) -> None:
    found = poincare().subset(["J_z", "K_z"])
    symmetry = _about_z(generators=np.asarray(found.matrices.real), labels=found.labels)
    _found(tmp_path / "run", card, symmetry)
    p, _ = _momenta(_augment(tmp_path, card, registry, "a.root", boosts=0.4).path)
    p = p.reshape(EVENTS, 2, 2, 4)
    rapidity = np.arctanh(p[..., 3] / p[..., 0])
    shift = rapidity[:, 1] - rapidity[:, 0]
    assert np.allclose(shift[:, 0], shift[:, 1])
    assert 0.3 < np.abs(shift).max() < 0.4
    pair = p.sum(axis=2)
    mass = pair[..., 0] ** 2 - (pair[..., 1:] ** 2).sum(axis=-1)
    assert np.allclose(mass[:, 0], mass[:, 1], rtol=1e-9)
