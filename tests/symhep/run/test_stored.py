"""A finished run is loaded from its folder: results, and why others are not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import StoreError
from symhep.run.stored import StoredRun, read_run


def test_everything_is_there(stored: StoredRun) -> None:
    assert list(stored.results) == ["means/control", "simulated/control", "simulated/signal"]
    one = stored.results["means/control"]
    assert (one.of, one.region, one.use, one.features) == ("means", "control", "tally", "plane")
    assert (one.datasets, one.reference) == (("data",), ())
    assert one.title == "means, region control"
    assert one.answers["means[px(jets)].size"].number == one.result.record.means[0].size
    assert one.figures[0].name == "means"
    assert stored.results["simulated/control"].result.variations is not None
    assert list(stored.controls) == ["control/plane/control", "control/plane/signal"]
    assert stored.last["seed"] == 1


def test_what_is_not_there_says_why(stored: StoredRun) -> None:
    assert stored.failed == {"broken/control": "asked to fail"}
    assert stored.blind == {"means/signal": "the region 'signal' is blinded: collision data are not used"}
    assert stored.missing == [
        "'means/signal' is blinded: the region 'signal' is blinded: collision data are not used",
        "'broken/control' failed: asked to fail",
    ]


def test_a_result_of_a_method_that_is_not_installed(run_folder: Path) -> None:
    found = read_run(run_folder)
    assert found.results == {}
    assert found.unread["means/control"] == "its method 'tally' is not installed here"


def test_from_python(run_folder: Path, tally_registry: Any) -> None:
    done = symhep.Run.load(run_folder, tally_registry)
    assert list(done.results) == ["means/control", "simulated/control", "simulated/signal"]
    assert list(done.failed) == ["broken/control"]
    assert list(done.blind) == ["means/signal"]
    assert done.report.is_file()
    assert done.results["means/control"].tables["overview"].caption == "Means."
    assert [figure.name for figure in done.figures("means/control")] == ["means"]


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a run folder: give the folder that symhep run wrote"):
        read_run(tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/../b", "/absolute", "means/.."])
def test_names_from_the_file_lead_nowhere(
    run_folder: Path, tally_registry: Any, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    results = json.loads((folder / "results.json").read_text())
    results["methods"][name] = results["methods"]["means/control"]
    (folder / "results.json").write_text(json.dumps(results))
    with pytest.raises(StoreError, match=r"results\.json is damaged or was changed.*not a valid file name"):
        read_run(folder, tally_registry)


def test_a_figure_that_leads_out_of_the_folder_is_not_read(
    run_folder: Path, tally_registry: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n")
    picture = folder / "means/control/figures/means.png"
    picture.unlink()
    picture.symlink_to(secret)
    assert read_run(folder, tally_registry).results["means/control"].figures[0].png is None
