"""Nothing of collision data in a blind region, or in one that overlaps it, is in any file of the run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep

#: Of the event that only a blind region has: no other event is near it.
PLANTED = 31.41592653589793


def _write(path: Path, x: np.ndarray[Any, Any], category: np.ndarray[Any, Any]) -> str:
    np.savetxt(path, np.c_[x, category], delimiter=",", header="x1,x2,c", comments="")
    return str(path)


@pytest.fixture
def card(tmp_path: Path) -> dict[str, Any]:
    """Data in two files, of which the second has the planted event in the region c == 2; simulation in one."""
    rng = np.random.default_rng(7)
    x, c = rng.normal(size=(300, 2)), rng.integers(0, 2, 300)
    one = _write(tmp_path / "one.csv", x[:150], c[:150])
    x, c = x[150:].copy(), c[150:].copy()
    x[:20, 0], c[:20] = PLANTED, 2
    two = _write(tmp_path / "two.csv", x, c)
    mc = _write(tmp_path / "mc.csv", rng.normal(size=(900, 2)), rng.integers(0, 3, 900))
    boot = {"use": "bootstrap", "datasets": ["data"]}
    return {
        "symhep": 1,
        "output": {"figures": ["png"]},
        "datasets": {
            "data": {"files": [one, two], "format": "csv", "role": "data"},
            "mc": {"files": [mc], "format": "csv", "role": "simulation"},
        },
        "selections": {
            "signal": [{"name": "c", "cut": "c == 2"}],
            "control": [{"name": "c", "cut": "c == 0"}],
            "wide": [{"name": "c", "cut": "c >= 1"}],
        },
        "regions": {"sr": "signal", "cr": "control", "wide": "wide"},
        "features": {"plane": {"vars": ["x1", "x2"]}, "all": {"vars": ["x1"]}},
        "methods": {
            "boot": boot | {"features": "plane", "regions": ["sr", "cr", "wide"], "blind": ["sr"]},
            "everything": boot | {"features": "all"},
            "simulated": {"use": "bootstrap", "features": "plane", "regions": ["sr"], "datasets": ["mc"]},
        },
    }


def _planted_in(folder: Path) -> list[str]:
    """Files that hold the planted number, as text or in an array, those of histograms whose range it would set
    included."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                numbers = [a for a in arrays.values() if a.dtype.kind == "f"]
                text = b"".join(a.tobytes() for a in arrays.values() if a.dtype == np.uint8)
            if any((np.abs(a - PLANTED) < 1e-3).any() for a in numbers) or b"31.4159" in text:
                found.append(path.name)
        elif path.suffix in (".json", ".html", ".yaml", ".txt") and "31.4159" in path.read_text():
            found.append(path.name)
        if path.name == "histograms.json":
            held = json.loads(path.read_text())
            uppers = [axis["upper"] for h in held.values() for axis in h["axes"] if "upper" in axis]
            if max(uppers) > 10:
                found.append(path.name)
    return found


def test_the_planted_event_is_found_where_nothing_is_blind(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    card["methods"]["boot"].pop("blind")
    symhep.run(card, tmp_path / "run", registry=registry)
    assert {"histograms.json", "data-00001.npz"} & set(_planted_in(tmp_path / "run"))


def test_nothing_of_a_blind_region_is_in_the_run_folder(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    done = symhep.run(card, tmp_path / "run", registry=registry)
    assert _planted_in(tmp_path / "run") == []
    assert (sorted(done.results), sorted(done.blind), done.failed) == (
        ["boot/cr", "simulated/sr"],
        ["boot/sr", "boot/wide", "everything"],
        {},
    )
    results = json.loads((tmp_path / "run/results.json").read_text())["methods"]
    assert results["boot/sr"]["status"] == "blind"
    assert results["boot/sr"]["summary"] == {}
    flows = json.loads((tmp_path / "run/cutflow.json").read_text())["datasets"]["data"]["selections"]
    assert [len(flows[name]) for name in ("signal", "wide", "control")] == [1, 1, 3]
    # Control plots: simulation alone where data are hidden, in the region and in those that overlap it.
    for place, data in (("plane/sr", []), ("plane/wide", []), ("all", []), ("plane/cr", ["data"])):
        stored = json.loads((tmp_path / f"run/control/{place}/control.json").read_text())
        assert (stored["data"], stored["blinded"]) == (data, not data)
        held = json.loads((tmp_path / f"run/control/{place}/histograms.json").read_text())
        assert all(h["axes"][0]["categories"] == [*data, "mc"] for h in held.values())
    assert "data blinded" in (tmp_path / "run/report.html").read_text()


def test_blinding_again_removes_what_was_seen(card: dict[str, Any], tmp_path: Path, registry: Any) -> None:
    seen = {name: dict(method) for name, method in card["methods"].items()}
    seen["boot"].pop("blind")
    seen["old"] = seen["everything"]  # a method that the next card does not have any more
    symhep.run(card | {"methods": seen}, tmp_path / "run", registry=registry)
    assert (tmp_path / "run/boot/sr/result.json").is_file()
    # --only: the others are not run again, and must go all the same.
    symhep.run(card, tmp_path / "run", registry=registry, only=["simulated"])
    assert _planted_in(tmp_path / "run") == []
    assert sorted(
        p.parent.relative_to(tmp_path / "run").as_posix() for p in (tmp_path / "run").rglob("result.json")
    ) == ["simulated/sr"]


def test_unblinding_is_a_line_of_the_provenance_and_in_the_report(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    symhep.run(card, tmp_path / "run", registry=registry)
    card["methods"]["boot"].pop("blind")
    done = symhep.run(card, tmp_path / "run", registry=registry)
    assert sorted(done.blind) == []
    runs = json.loads((tmp_path / "run/provenance.json").read_text())["runs"]
    assert (runs[0]["blind"], runs[0]["hidden"]) == (["sr"], ["all events", "signal", "wide"])
    assert (runs[1]["blind"], runs[1]["unblinded"]) == ([], ["sr"])
    assert "Unblinded" in (tmp_path / "run/report.html").read_text()
