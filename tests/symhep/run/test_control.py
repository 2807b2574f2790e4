"""Control plots of a run: where they lie, what they hold, when they are drawn again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.errors import CardError
from symhep.run.rewrite import redraw


@pytest.fixture
def card(tmp_path: Path) -> dict[str, Any]:
    """200 events of data and 500 simulated ones with weights of 0.4, in one file each."""
    rng = np.random.default_rng(2)

    def write(name: str, events: int, weight: float) -> str:
        columns = np.c_[rng.normal(size=(events, 2)), np.full(events, weight)]
        np.savetxt(tmp_path / name, columns, delimiter=",", header="x1,x2,weight", comments="")
        return str(tmp_path / name)

    csv = {"format": "csv"}
    return {
        "symhep": 1,
        "output": {"figures": ["png"]},
        "datasets": {
            "data": {"files": write("data.csv", 200, 1.0), "role": "data"} | csv,
            "mc": {"files": write("mc.csv", 500, 0.5), "role": "simulation"} | csv,
        },
        "selections": {
            "right": [{"name": "right", "cut": "x1 > 0"}],
            "left": [{"name": "left", "cut": "x1 < 0"}],
        },
        "regions": {"r": "right", "l": "left"},
        "features": {"plane": {"vars": ["x1", "x2"]}},
        "methods": {
            "boot": {"use": "bootstrap", "features": "plane", "datasets": ["data"], "regions": ["r", "l"]}
        },
    }


def _stored(folder: Path, region: str) -> dict[str, Any]:
    return json.loads((folder / f"control/plane/{region}/control.json").read_text())


def test_control_plots_of_each_region(card: dict[str, Any], tmp_path: Path, registry: Any) -> None:
    done = symhep.run(card, tmp_path / "r", registry=registry)
    folder = tmp_path / "r"
    assert done.failed == {}
    for region in ("r", "l"):
        stored = _stored(folder, region)
        assert [f["name"] for f in stored["figures"]] == ["01_x1", "02_x2"]
        assert (folder / f"control/plane/{region}/figures/01_x1.png").is_file()
        flows = json.loads((folder / "cutflow.json").read_text())["datasets"]
        left = {n: flows[n]["selections"][{"r": "right", "l": "left"}[region]][-1]["weighted"] for n in flows}
        assert stored["scale"] == {"nominal": pytest.approx(left["data"] / left["mc"])}
        assert stored["scaled_to"] == "data"
        # They replace the figures of the features of each method.
        assert [
            f["name"] for f in json.loads((folder / f"boot/{region}/result.json").read_text())["figures"]
        ] == ["means"]
    page = (folder / "report.html").read_text()
    assert "plane in r" in page
    assert "boot, region by region" in page


def test_a_luminosity_normalises(card: dict[str, Any], tmp_path: Path, registry: Any) -> None:
    card["datasets"]["mc"]["xsec_pb"] = 0.3
    symhep.run(card | {"luminosity_fb": 2.0}, tmp_path / "r", registry=registry)
    stored = _stored(tmp_path / "r", "r")
    assert (stored["scaled_to"], stored["luminosity_fb"], stored["scale"]) == (
        "luminosity",
        2.0,
        {"nominal": 1.0},
    )
    held = json.loads((tmp_path / "r/control/plane/r/histograms.json").read_text())
    total = sum(np.sum(np.array(h["storage"]["values"])) for h in held.values())
    flows = json.loads((tmp_path / "r/cutflow.json").read_text())["datasets"]
    # 0.3 pb x 2 / fb are 600 events before the cut; each event is in both quantities.
    assert flows["mc"]["selections"]["right"][0]["weighted"] == pytest.approx(600)
    assert total == pytest.approx(2 * sum(f["selections"]["right"][-1]["weighted"] for f in flows.values()))


def test_they_are_drawn_again_from_what_is_stored(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    symhep.run(card, tmp_path / "r", registry=registry)
    figure = tmp_path / "r/control/plane/r/figures/01_x1.png"
    original = figure.read_bytes()
    figure.unlink()
    drawn = redraw(tmp_path / "r", registry)
    assert [p.relative_to(tmp_path / "r").as_posix() for p in drawn][:2] == [
        "control/plane/r/figures/01_x1", "control/plane/r/figures/02_x2",
    ]  # fmt: skip
    assert figure.read_bytes() == original


def test_what_is_drawn_stays_and_what_another_card_drew_goes(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    symhep.run(card, tmp_path / "r", registry=registry)
    figure = tmp_path / "r/control/plane/r/figures/01_x1.png"
    drawn = figure.stat().st_mtime_ns
    card["methods"]["boot"]["regions"] = ["r"]
    symhep.run(card, tmp_path / "r", registry=registry)
    assert figure.stat().st_mtime_ns == drawn
    assert not (tmp_path / "r/control/plane/l/control.json").exists()
    assert not (tmp_path / "r/control/plane/l/figures").exists()


def test_no_method_has_the_folder_of_control_plots(
    card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    card["methods"]["control"] = card["methods"].pop("boot")
    with pytest.raises(
        CardError, match="the name 'control' is reserved for the control plots; rename the method"
    ):
        symhep.run(card, tmp_path / "r", registry=registry, dry_run=True)


def test_without_roles_methods_keep_their_own(
    toy_card: dict[str, Any], tmp_path: Path, registry: Any
) -> None:
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    assert not (tmp_path / "r/control").exists()
    assert (tmp_path / "r/boot/figures/features.png").is_file()
