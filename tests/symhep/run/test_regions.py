"""Regions and roles: which events a method gets, where its results lie, and what a card may not ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.run.plan import make_plan
from symhep.run.regions import with_regions
from symhep.run.roles import datasets_of

RIGHT, LEFT = {"name": "right", "cut": "x > 0"}, {"name": "left", "cut": "x < 0"}


def _card(folder: Path, **changes: Any) -> dict[str, Any]:
    """Collision data and two simulated samples of two numbers, in two regions."""
    rng = np.random.default_rng(1)
    datasets: dict[str, Any] = {}
    for name, role in (("data", "data"), ("one", "simulation"), ("two", "simulation")):
        x = rng.normal(size=(200, 2))
        np.savez(folder / f"{name}.npz", x=x[:, 0], z=x[:, 1])
        datasets[name] = {"files": [str(folder / f"{name}.npz")], "role": role}
    card = {
        "symhep": 1,
        "datasets": datasets,
        "selections": {"right": [RIGHT], "left": [LEFT]},
        "regions": {"signal": "right", "control": "left"},
        "features": {"plane": {"vars": ["x", "z"]}},
        "methods": {
            "boot": {"use": "bootstrap", "features": "plane", "datasets": "data", "regions": ["signal", "control"]}
        },
    }  # fmt: skip
    method = changes.pop("method", {})
    card |= changes
    card["methods"]["boot"] |= method
    return card


def test_a_method_is_run_in_each_region(tmp_path: Path, registry: Any) -> None:
    done = symhep.run(_card(tmp_path), tmp_path / "run", registry=registry)
    assert list(done.results) == ["boot/signal", "boot/control"]
    x = np.load(tmp_path / "data.npz")["x"]
    for name, expected in (("boot/signal", x[x > 0].mean()), ("boot/control", x[x < 0].mean())):
        summary = done.results[name].summary
        # 20 replicas of the mean of about 100 numbers with a spread of 0.6
        assert abs(summary["mean"][0] - expected) < 5 * 0.6 / np.sqrt(100 * 20)
        assert (tmp_path / "run" / name / "figures" / "means.png").is_file()
    outcomes = json.loads((tmp_path / "run" / "results.json").read_text())["methods"]
    assert [outcomes[name]["region"] for name in outcomes] == ["signal", "control"]
    assert {outcomes[name]["features"] for name in outcomes} == {"plane"}
    flow = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]["data"]["selections"]
    assert flow["right"][1]["events"] == (x > 0).sum()
    again = symhep.run(_card(tmp_path), tmp_path / "run", registry=registry)
    assert again.computed == []


def test_one_region_of_a_method_can_be_run_alone(tmp_path: Path, registry: Any) -> None:
    done = symhep.run(_card(tmp_path), tmp_path / "run", registry=registry, only=["boot/control"])
    assert list(done.results) == ["boot/control"]
    done = symhep.run(_card(tmp_path), tmp_path / "run", registry=registry, only=["boot"])
    assert done.computed == ["boot/signal"]


def test_features_become_one_set_for_each_region() -> None:
    card = load_card(_card_without_files()).card
    assert list(with_regions(card).features) == ["plane@signal", "plane@control", "spare"]
    assert with_regions(card).features["plane@control"].selection == "left"


def _card_without_files() -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"a": {"files": ["a.npz"]}},
        "selections": {"right": [RIGHT], "left": [LEFT]},
        "regions": {"signal": "right", "control": "left"},
        "features": {"plane": {"vars": ["x"]}, "spare": {"vars": ["z"]}},
        "methods": {"m": {"use": "bootstrap", "features": "plane", "regions": ["signal", "control"]}},
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"regions": {"signal": "rihgt", "control": "left"}}, "unknown selection 'rihgt'.*right"),
        ({"regions": {"scan": "right"}, "method": {"regions": ["scan"]}}, "the name 'scan' is reserved"),
        ({"method": {"regions": ["signl"]}}, "unknown region 'signl'.*signal"),
        ({"method": {"blind": ["signl"]}}, "unknown region 'signl'.*signal"),
        (
            {"features": {"plane": {"vars": ["x", "z"], "selection": "left"}}},
            "the features 'plane' have a selection of their own and cannot be used with regions",
        ),
        ({"method": {"datasets": ["data", "one"]}}, r"combines datasets of different roles: 'data' "
                                                    r"\(data\), 'one'"),
        ({"method": {"datasets": None}}, "combines datasets of different roles"),
        ({"method": {"reference": ["data", "one"], "datasets": ["two"]}}, "combines datasets of different roles"),
        ({"method": {"datasets": ["one"], "reference": ["one"]}}, "'one' is both a dataset and the reference"),
        ({"method": {"reference": ["tow"]}}, "unknown dataset 'tow'"),
    ],
)  # fmt: skip
def test_what_a_card_may_not_ask_for(
    tmp_path: Path, registry: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(CardError, match=message):
        make_plan(load_card(_card(tmp_path, **changes)), registry)


def test_a_method_that_takes_no_reference_says_so(tmp_path: Path, registry: Any) -> None:
    card = _card(tmp_path, method={"reference": ["one", "two"]})
    with pytest.raises(CardError, match="'bootstrap' does not support a reference"):
        symhep.run(card, tmp_path / "run", registry=registry)


@pytest.mark.parametrize(
    ("method", "own", "reference"),
    [
        ({"datasets": None, "reference": ["one"]}, ("data",), ("one",)),
        ({"datasets": ["two"], "reference": ["one"]}, ("two",), ("one",)),
        ({"datasets": ["one", "two"]}, ("one", "two"), ()),
        ({"datasets": None, "reference": ["one", "two"]}, ("data",), ("one", "two")),
    ],
)
def test_which_datasets_a_method_takes(
    tmp_path: Path, method: dict[str, Any], own: tuple[str, ...], reference: tuple[str, ...]
) -> None:
    assert datasets_of(load_card(_card(tmp_path, method=method)), "boot") == (own, reference)


def test_blind_needs_roles(tmp_path: Path, registry: Any) -> None:
    card = _card(tmp_path, method={"blind": ["signal"]})
    for dataset in card["datasets"].values():
        del dataset["role"]
    with pytest.raises(CardError, match="'blind' hides collision data, but no dataset has a role"):
        make_plan(load_card(card), registry)


def test_weights_and_luminosity_of_each_dataset(tmp_path: Path, registry: Any) -> None:
    """10 pb in 2/fb are 20,000 events, whatever the weights of the file sum to; data count as they are."""
    card = _card(tmp_path, luminosity_fb=2.0, method={"datasets": ["one"]})
    w = np.random.default_rng(2).uniform(0.5, 1.5, 200)
    x = np.load(tmp_path / "one.npz")
    np.savez(tmp_path / "one.npz", x=x["x"], z=x["z"], w=w)
    card["datasets"]["one"] |= {"xsec_pb": 10.0, "weights": {"branch": "w"}, "options": {"weight": "w"}}
    card["datasets"]["two"]["xsec_pb"] = 5.0
    symhep.run(card, tmp_path / "run", registry=registry)
    accounts = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]
    assert accounts["one"]["weight_factor"] == pytest.approx(20_000 / w.sum())
    assert (accounts["one"]["weight_unit"], accounts["data"]["weight_unit"]) == ("events", "")
    assert accounts["two"]["weight_factor"] == pytest.approx(10_000 / 200)
    rows = accounts["one"]["selections"]["right"]
    assert rows[0]["weighted"] == pytest.approx(20_000)
    assert accounts["data"]["weight_factor"] == 1.0


def test_data_are_not_scaled_to_a_cross_section(tmp_path: Path) -> None:
    card = _card(tmp_path)
    card["datasets"]["data"]["xsec_pb"] = 3.0
    with pytest.raises(CardError, match="collision data are not scaled to a cross-section: remove 'xsec_pb'"):
        load_card(card)


def test_a_file_has_one_role(tmp_path: Path, registry: Any) -> None:
    card = _card(tmp_path)
    card["datasets"]["one"]["files"] = card["datasets"]["data"]["files"]
    with pytest.raises(CardError, match=r"data\.npz is collision data in 'data' and simulation in 'one'"):
        make_plan(load_card(card), registry)


def test_negative_weights_of_data_are_told(tmp_path: Path, registry: Any) -> None:
    card = _card(tmp_path)
    x = np.load(tmp_path / "data.npz")
    np.savez(tmp_path / "data.npz", x=x["x"], z=x["z"], w=np.r_[-1.0, np.ones(199)])
    card["datasets"]["data"] |= {"weights": {"branch": "w"}, "options": {"weight": "w"}}
    symhep.run(card, tmp_path / "run", registry=registry)
    notes = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]["data"]["notes"]
    assert any("1 of 200 events of role data have a negative weight" in note for note in notes)


def test_no_row_of_a_cutflow_tells_how_many_events_are_blind(tmp_path: Path, registry: Any) -> None:
    """Of two regions that share a cut and exclude each other, the shared row less the open one would be the blind."""
    card = _card(tmp_path, method={"regions": ["control"], "blind": ["signal"]})
    up = {"name": "up", "cut": "z > 0"}
    card["selections"] = {"right": [up, RIGHT], "left": [up, LEFT]}
    done = symhep.run(card, tmp_path / "run", registry=registry)
    assert list(done.results) == ["boot/control"]
    data = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]["data"]
    z = np.load(tmp_path / "data.npz")
    rows = {row["name"]: row["events"] for row in data["selections"]["left"]}
    assert list(rows) == ["all", "left", "features plane@control"]
    assert rows["left"] == ((z["z"] > 0) & (z["x"] < 0)).sum()
    assert any(
        "The cutflow of 'left' does not show the events that passed 'up'" in note for note in data["notes"]
    )
    simulated = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]["one"]
    assert [row["name"] for row in simulated["selections"]["right"]][:3] == ["all", "up", "right"]


def test_a_luminosity_without_a_cross_section_is_told(tmp_path: Path, registry: Any) -> None:
    symhep.run(_card(tmp_path, luminosity_fb=2.0), tmp_path / "run", registry=registry)
    accounts = json.loads((tmp_path / "run" / "cutflow.json").read_text())["datasets"]
    told = "Without an xsec_pb the simulated events are not scaled to the luminosity."
    assert [told in accounts[name]["notes"] for name in ("data", "one")] == [False, True]
