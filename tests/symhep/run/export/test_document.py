"""All of a run in one JSON file."""

from __future__ import annotations

import json
from pathlib import Path

import hist
import pytest
import uhi.io.json

from symhep.errors import StoreError
from symhep.run.export.document import DOCUMENT_VERSION, export_json
from symhep.run.stored import StoredRun


def test_answers_by_key_and_histograms_of_uhi(stored: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    done = export_json(stored, path)
    assert done.missing == tuple(stored.missing)
    found = json.loads(path.read_text(encoding="utf-8"), object_hook=uhi.io.json.object_hook)
    assert found["symhep_export"] == DOCUMENT_VERSION
    one = found["results"]["simulated/control"]
    record = stored.results["simulated/control"].result.record
    answer = one["answers"]["means[px(jets)].size"]
    assert answer["number"]["value"] == record.means[0].size.value
    assert answer["upper_95"] is None
    row = one["answers"]["means[px(jets)]"]
    assert (row["p"]["p_value"], row["verdict"]) == (record.means[0].p_value, "compatible")
    assert row["p_adjusted"]["p_value"] == record.means[0].p_value_adjusted
    assert row["upper_95"] == record.means[0].upper_95
    assert one["variations"]["answers"][0]["key"] == "means[px(jets)].size"
    spectrum = hist.Hist(one["histograms"]["projection: größe"])
    assert spectrum["before", :].values().tolist() == [2.0, 0.5]
    assert found["cutflow"]["mc"]["selections"]["soft"][0]["events"] == 3000
    assert found["provenance"]["seed"] == 1
    assert len(found["provenance"]["files"][0]["sha256"]) == 64


def test_blind_and_failed_are_named_and_no_more(stored: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    export_json(stored, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert set(found["blind"]) == {"means/signal"}
    assert set(found["failed"]) == {"broken/control"}
    assert set(found["results"]) == {"means/control", "simulated/control", "simulated/signal"}
    assert found["controls"]["control/plane/signal"]["data"] == []


def test_users_machines_and_folders_stay_at_home(stored: StoredRun, run_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    export_json(stored, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert not {"user", "host", "command"} & set(found["provenance"])
    assert found["card"]["datasets"]["mc"]["files"] == ["mc.root"]
    assert str(run_folder.parent) not in path.read_text(encoding="utf-8")


def test_a_file_that_exists_is_left_alone(stored: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("{}")
    with pytest.raises(
        StoreError, match=r"run\.json exists; choose another name, or use --force to overwrite it"
    ):
        export_json(stored, path)
    export_json(stored, path, force=True)
    assert len(path.read_text(encoding="utf-8")) > 1000
