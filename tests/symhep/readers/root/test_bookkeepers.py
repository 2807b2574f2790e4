"""Sums of weights of all generated events, before any selection."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import uproot

from symhep.readers.delphes import DelphesOptions, DelphesReader
from symhep.readers.nanoaod import NanoAODOptions, NanoAODReader
from symhep.readers.root.bookkeepers import _container
from symhep.readers.tree import TreeOptions, TreeReader


def test_runs_of_nanoaod(shared_data: Path, tmp_path: Path) -> None:
    path = str(shared_data / "nanoaod_dy_40events.root")
    with uproot.open({path: "Runs"}) as runs:
        expected = float(np.sum(runs["genEventSumw_"].array(library="np")))
    assert NanoAODReader().generated(path, NanoAODOptions()) == pytest.approx(expected)
    merged = tmp_path / "merged.root"
    with uproot.recreate(merged) as file:
        file.mktree("Events", {"run": "i4"}).extend({"run": np.ones(2, dtype="i4")})
        file.mktree("Runs", {"genEventSumw": "f8"}).extend({"genEventSumw": np.array([10.0, 32.5])})
    assert NanoAODReader().generated(str(merged), NanoAODOptions()) == 42.5
    data = tmp_path / "data.root"
    with uproot.recreate(data) as file:
        file.mktree("Events", {"run": "i4"}).extend({"run": np.ones(2, dtype="i4")})
    assert NanoAODReader().generated(str(data), NanoAODOptions()) is None


def test_histograms_of_atlas_ntuples(tmp_path: Path) -> None:
    path = tmp_path / "ntuple.root"
    edges = np.arange(4.0)
    with uproot.recreate(path) as file:
        file.mktree("analysis", {"x": "f8"}).extend({"x": np.ones(2)})
        file["CutBookkeeper_410470_284500_NOSYS"] = (np.array([10.0, 250.5, 7000.0]), edges)
        file["CutBookkeeper_410470_300000_NOSYS"] = (np.array([1.0, 0.5, 3.0]), edges)
        file["CutBookkeeper_410470_284500_GEN_up"] = (np.array([10.0, 99.0, 7000.0]), edges)
    assert TreeReader().generated(str(path), TreeOptions()) == 251.0


def test_the_container_of_physlite() -> None:
    rows = {
        "name": [["AllExecutedEvents", "AllExecutedEvents", "Filter", "AllExecutedEvents"]],
        "inputStream": [["StreamAOD", "StreamAOD", "StreamAOD", "unknownStream"]],
        "cycle": [[0, 2, 3, 7]],
        "sumOfEventWeights": [[900.0, 1000.5, 5.0, 3.0]],
    }

    class MetaData:
        classname = "TTree"

        def keys(self, full_paths: bool) -> list[str]:
            return [f"CutBookkeepersAux./CutBookkeepersAux.{leaf}" for leaf in rows]

        def __getitem__(self, key: str) -> Any:
            return SimpleNamespace(array=lambda library: rows[key.rpartition(".")[2]])

    assert _container(MetaData()) == 1000.5
    assert _container(SimpleNamespace(classname="TTree", keys=lambda full_paths: ["x"])) is None


def test_delphes_and_plain_trees_know_none(shared_data: Path) -> None:
    path = str(shared_data / "delphes_10events.root")
    assert DelphesReader().generated(path, DelphesOptions()) is None
    assert TreeReader().generated(str(shared_data / "flat_jagged_HZZ.root"), TreeOptions()) is None
