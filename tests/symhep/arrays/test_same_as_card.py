"""A card on a file and `analyse` on the arrays it was written from: the same events, and the same results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pandas as pd
import pytest

import symhep
from symhep.arrays.dataset import dataset_of
from symhep.events.dataset import Dataset
from symhep.methods.result import Result
from symhep.plugin.manager import Registry

Same = Callable[[Dataset, Dataset], None]
Pairs = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]
COMPONENTS = ("E", "px", "py", "pz")
#: Method -> options that keep it short.
METHODS: dict[str, dict[str, Any]] = {
    "moments": {"bounds": False, "subgroups": False, "discrete": None},
    "oracle": {"oracle": "lorentz"},
    "vae": {"latent_dim": 3, "runs": 2, "epochs": 1, "min_steps": 20},
    "symmetrygan": {
        "search": "SO(2)",
        "training": {"restarts": 4, "steps": 20},
        "validation": {"random": 2, "waves": 8, "posthoc": None},
    },
}


def _file(path: Path, x: np.ndarray[Any, Any], w: np.ndarray[Any, Any]) -> str:
    particles = ak.zip({c: ak.from_regular(ak.Array(x[..., i].copy())) for i, c in enumerate(COMPONENTS)})
    ak.to_parquet(ak.zip({"lepton": particles, "weight": w}, depth_limit=1), path)
    return str(path)


def _card(file: str, **methods: Any) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"d": {"files": [file]}},
        "objects": {"particles": {"collection": "lepton", "take": 2}},
        "features": {
            "isotropic": {"object": "particles", "vars": list(COMPONENTS), "scaling": "isotropic"},
            "standard": {"object": "particles", "vars": list(COMPONENTS)},
        },
        "weights": {"branch": "weight"},
        "methods": methods,
        "output": {"figures": ["png"]},
    }


def _assert_same(one: Result[Any], two: Result[Any]) -> None:
    assert one.summary == two.summary
    assert one.statements == two.statements
    assert one.tables == two.tables
    assert list(one.arrays) == list(two.arrays)
    for name, values in one.arrays.items():
        assert np.array_equal(values, two.arrays[name], equal_nan=values.dtype.kind == "f"), name


@pytest.mark.parametrize("method", METHODS)
def test_results_agree_to_the_last_digit(tmp_path: Path, pairs: Pairs, method: str) -> None:
    x, w = pairs
    scaling = "standard" if method == "vae" else "isotropic"
    entry = {"use": method, "features": scaling, "options": METHODS[method]}
    card = _card(_file(tmp_path / "events.parquet", x, w), found=entry)
    done = symhep.run(card, tmp_path / "run")
    assert done.failed == {}
    result = symhep.analyse(x, method, weights=w, name=scaling, **METHODS[method])
    _assert_same(result, done.results["found"])


@pytest.mark.parametrize("method", ["moments", "vae"])
def test_the_function_of_a_method_is_analyse_with_its_name(pairs: Pairs, method: str) -> None:
    x, w = pairs
    one = getattr(symhep, method)(x, w, **METHODS[method])
    _assert_same(one, symhep.analyse(x, method, weights=w, **METHODS[method]))


def _both(
    tmp_path: Path, keeper: tuple[Registry, list[Dataset]], card: dict[str, Any], x: Any, **keywords: Any
) -> tuple[Dataset, Dataset]:
    """What a method is given by a card and by `analyse`."""
    registry, seen = keeper
    done = symhep.run(card, tmp_path / "run", registry=registry)
    assert done.failed == {}
    symhep.analyse(x, "keeper", name="p4", registry=registry, **keywords)
    return seen[-2], seen[-1]


def _whole_event(file: str) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"p4": {"files": [file]}},
        "objects": {
            "electrons": {"collection": "electrons", "take": 2},
            "met": {"collection": "met", "take": 1, "kind": "transverse"},
            "jets": {"collection": "jets", "take": {"up_to": 4}},
            "event": {"system": ["electrons", "met", "jets"]},
        },
        "features": {
            "p4": {
                "object": "event", "vars": list(COMPONENTS), "tags": ["btag"], "spectators": ["runs"],
            }
        },
        "methods": {"k": {"use": "keeper", "features": "p4"}},
    }  # fmt: skip


def test_whole_events_with_sets_kinds_tags_and_spectators(
    tmp_path: Path, keeper: tuple[Registry, list[Dataset]], same: Same, collision: dict[str, ak.Array]
) -> None:
    runs = np.arange(60.0)
    met = collision["met"]
    stored = {
        "electrons": ak.zip({f: collision["electrons"][f] for f in COMPONENTS}),
        "met": ak.zip({"pt": met.pt, "eta": 0 * met.pt, "phi": met.phi, "mass": 0 * met.pt})[:, np.newaxis],
        "jets": ak.zip({f: collision["jets"][f] for f in collision["jets"].fields}),
        "runs": runs,
    }
    stored["met"] = ak.from_regular(stored["met"])
    ak.to_parquet(ak.zip(stored, depth_limit=1), tmp_path / "events.parquet")
    card, other = _both(
        tmp_path, keeper, _whole_event(str(tmp_path / "events.parquet")), collision,
        tags=["btag"], spectators={"runs": runs},
    )  # fmt: skip
    assert card.sets == {"jets"}
    assert card.kinds[2] == "transverse"
    same(card, other)


def _masked(path: Path, x: np.ndarray[Any, Any], w: np.ndarray[Any, Any], **methods: Any) -> tuple[Any, Any]:
    """A mask, and the card on a file that has the members that it leaves."""
    mask = np.random.default_rng(2).random(x.shape[:2]) < 0.7
    lists = {c: ak.unflatten(x[..., i][mask], mask.sum(axis=1)) for i, c in enumerate(COMPONENTS)}
    ak.to_parquet(ak.zip({"lepton": ak.zip(lists), "weight": w}, depth_limit=1), path)
    card = _card(str(path), **methods)
    card["objects"]["particles"]["take"] = {"up_to": 2}
    card["features"]["p4"] = card["features"].pop("standard")
    card["datasets"]["p4"] = card["datasets"].pop("d")
    return mask, card


def test_a_mask_is_a_set_of_fewer_members(
    tmp_path: Path, keeper: tuple[Registry, list[Dataset]], same: Same, pairs: Pairs
) -> None:
    x, w = pairs
    mask, card = _masked(tmp_path / "e.parquet", x, w, k={"use": "keeper", "features": "p4"})
    one, two = _both(tmp_path, keeper, card, x, weights=w, mask=mask)
    assert one.mask is not None
    assert one.mask.sum() == mask.sum()
    same(one, two)
    hidden = np.ma.array(x, mask=np.repeat(~mask[:, :, None], 4, axis=2))
    same(one, dataset_of(hidden, weights=w, scaling="standard", name="p4"))


def test_results_with_a_mask_agree_to_the_last_digit(tmp_path: Path, pairs: Pairs) -> None:
    x, w = (np.concatenate([part, part[::-1] * 1.1]) for part in pairs)
    options = METHODS["moments"] | {"functions": {"fourier": 4}}
    entry = {"use": "moments", "features": "p4", "options": options}
    mask, card = _masked(tmp_path / "events.parquet", x, w, found=entry)
    done = symhep.run(card, tmp_path / "run")
    assert done.failed == {}
    found = symhep.analyse(x, weights=w, mask=mask, scaling="standard", name="p4", **options)
    _assert_same(found, done.results["found"])


def test_features_of_a_data_frame(tmp_path: Path, keeper: tuple[Registry, list[Dataset]], same: Same) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {"HT": rng.normal(size=50), "x2": rng.normal(size=50), "weight": rng.uniform(1, 2, 50)}
    )
    frame.to_parquet(tmp_path / "events.parquet")
    card = {
        "symhep": 1,
        "datasets": {"p4": {"files": [str(tmp_path / "events.parquet")]}},
        "features": {"p4": {"vars": ["HT", "x2"]}},
        "weights": {"branch": "weight"},
        "methods": {"k": {"use": "keeper", "features": "p4"}},
    }
    same(*_both(tmp_path, keeper, card, frame, weights="weight"))


def test_the_bundled_muons_with_pdg_numbers(
    root: Path, tmp_path: Path, keeper: tuple[Registry, list[Dataset]], same: Same
) -> None:
    card = {
        "symhep": 1,
        "datasets": {"p4": {"files": [str(root / "samples/ee_mumu_80GeV.lhe.gz")], "max_events": 300}},
        "objects": {
            "particles": {
                "collection": "particles", "where": "abs(pdgId) == 13 and status == 1", "sort": "pdgId", "take": 2,
            }
        },
        "features": {"p4": {"object": "particles", "vars": list(COMPONENTS)}},
        "methods": {"k": {"use": "keeper", "features": "p4"}},
    }  # fmt: skip
    events = symhep.load(root / "samples/ee_mumu_80GeV.lhe.gz", max_events=300).events
    muons = events.particles[(abs(events.particles.pdgId) == 13) & (events.particles.status == 1)]
    muons = muons[ak.argsort(muons.pdgId, ascending=False)]
    one, two = _both(tmp_path, keeper, card, muons[["px", "py", "pz", "E"]], names=[13, -13])
    assert one.particles == ("mu-", "mu+")
    same(one, two)
