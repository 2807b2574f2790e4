"""Histograms in a ROOT file, opened again by uproot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from symhep.errors import StoreError
from symhep.run.export.root import export_root
from symhep.run.stored import StoredRun


@pytest.fixture(scope="session")
def file(stored: StoredRun, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Opened."""
    path = tmp_path_factory.mktemp("root") / "run.root"
    done = export_root(stored, path)
    assert done.missing == tuple(stored.missing)
    return uproot.open(path)


def test_contents_errors_and_edges(file: Any, stored: StoredRun) -> None:
    before = stored.results["means/control"].result.histograms["projection: größe"]["before", :]
    found = file["means/control/projection/gr_e/before"]
    assert found.classname == "TH1D"
    np.testing.assert_array_equal(found.axis(0).edges(), [0.0, 1.0, 3.0])
    np.testing.assert_array_equal(found.values(flow=True), [0.0, 2.0, 0.5, 0.0])
    np.testing.assert_array_equal(found.errors(), np.sqrt(before.variances()))
    # 5 lies beyond the axis.
    np.testing.assert_array_equal(file["means/control/projection/gr_e/after"].values(flow=True), [0, 0, 0, 1])
    assert found.title == "größe, before, sum of weights"
    assert found.axis(0).member("fTitle") == "größe [GeV]"


def test_maps(file: Any, stored: StoredRun) -> None:
    counts = stored.results["simulated/signal"].result.arrays["counts"]
    found = file["simulated/signal/map/J_z"]
    assert found.classname == "TH2D"
    np.testing.assert_array_equal(found.values(), counts)
    np.testing.assert_allclose(found.errors(), np.sqrt(counts + 1))
    np.testing.assert_allclose(found.axis("x").edges(), np.linspace(-1, 1, 4))
    np.testing.assert_allclose(found.axis("y").edges(), [-2, 0, 2])
    assert [found.axis(a).member("fTitle") for a in "xy"] == ["px [GeV]", "py [GeV]"]
    assert found.to_hist().values().tolist() == counts.tolist()


def test_control_plots(file: Any, stored: StoredRun) -> None:
    ((_, spectrum), *_) = stored.controls["control/plane/control"].spectra()
    place = file["control/plane/control/px_jets"]
    assert place.keys(cycle=False) == [
        "data",
        "mc",
        "all_simulation",
        "all_simulation_jes_up",
        "all_simulation_jes_down",
    ]
    np.testing.assert_allclose(place["data"].values(), spectrum.observed.values())
    np.testing.assert_allclose(place["all_simulation_jes_up"].values(), spectrum.varied["jes"]["up"].values())
    assert "data" not in file["control/plane/signal/px_jets"].keys(cycle=False)


def test_what_is_missing_is_told(file: Any, stored: StoredRun) -> None:
    about = json.loads(str(file["symhep"]))
    assert about["missing"] == stored.missing
    assert about["results"] == list(stored.results)
    assert "means/signal" not in file


def test_a_file_that_exists_is_left_alone(stored: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "run.root"
    path.write_text("mine")
    with pytest.raises(
        StoreError, match=r"run\.root exists; choose another name, or use --force to overwrite it"
    ):
        export_root(stored, path)
    assert path.read_text() == "mine"
    export_root(stored, path, force=True)
    assert uproot.open(path)["symhep"]
    with pytest.raises(StoreError, match="is a folder; give the name of a file"):
        export_root(stored, tmp_path, force=True)
