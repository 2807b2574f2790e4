"""Finished runs are compared: matched by key, with pulls where the events are not the same."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from symhep.errors import CardError, StoreError
from symhep.report.comparison.record import ComparisonRecord
from symhep.run.compare import compare, compare_stored, labels_of
from symhep.run.compare_folder import write_comparison
from symhep.run.stored import StoredRun

KEY = "means[px(jets)].size"


def _elsewhere(run: StoredRun) -> StoredRun:
    """The run as if its files held other events."""
    files = [{**f, "sha256": "0" * 64} for f in run.provenance["files"]]
    return replace(run, provenance={**run.provenance, "files": files})


@pytest.fixture(scope="session")
def found(stored: StoredRun, other: StoredRun) -> ComparisonRecord:
    """Two runs of different events; the other has 400 GeV on every mean, and no region 'signal' of 'simulated'."""
    return compare_stored([stored, _elsewhere(other)])


def _pull(found: ComparisonRecord, result: str, key: str = KEY) -> Any:
    return next(row for row in found.pulls if (row.result, row.key) == (result, key))


def test_pulls(found: ComparisonRecord, stored: StoredRun) -> None:
    row = _pull(found, "means/control")
    size = stored.results["means/control"].result.record.means[0].size
    assert row.value.value - row.first.value == pytest.approx(400.0)
    assert row.pull_statistical == pytest.approx(400 / (math.sqrt(2) * size.error))
    assert row.pull == row.pull_statistical, "data have no systematic uncertainty"
    assert row.shift == pytest.approx(400 / size.error)
    # The offset is added to the varied means, too: the variation does not change the difference.
    row = _pull(found, "simulated/control")
    assert row.pull == pytest.approx(row.pull_statistical)


def test_the_largest_pull_among_so_many(found: ComparisonRecord) -> None:
    pulls = [row.pull for row in found.pulls if row.pull is not None]
    assert found.largest is not None
    assert found.largest.number == len(pulls)
    assert abs(found.largest.pull) == max(map(abs, pulls))
    p = math.erfc(abs(found.largest.pull) / math.sqrt(2))
    assert found.largest.local_p == pytest.approx(p)
    assert found.largest.global_p == pytest.approx(-math.expm1(len(pulls) * math.log1p(-p)))
    assert [row.pull for row in found.above(3.0)] == [p for p in pulls if abs(p) > 3]


def test_verdicts_that_changed(found: ComparisonRecord) -> None:
    changed = {(row.result, row.key): (row.first_verdict, row.verdict) for row in found.changed}
    assert changed[("means/control", "means[px(jets)]")] == ("compatible", "violated")
    assert not [row for row in found.hypotheses if row.key == "best" and row.changed]


def test_limits(found: ComparisonRecord, stored: StoredRun, other: StoredRun) -> None:
    row = next(r for r in found.limits if (r.result, r.key) == ("means/control", "means[px(jets)]"))
    mine, yours = (r.results["means/control"].result.record.means[0] for r in (stored, other))
    assert (row.first, row.first_expected) == (mine.upper_95, mine.expected_95)
    assert (row.limit, row.expected) == (yours.upper_95, yours.expected_95)


def test_what_one_run_has_alone(found: ComparisonRecord) -> None:
    assert [(row.result, row.key, row.runs) for row in found.only] == [
        ("simulated/signal", "", ("period_a",))
    ]


def test_what_differs(found: ComparisonRecord) -> None:
    told = {(row.kind, row.key): row.values for row in found.differences}
    assert told[("card", "run.seed")] == ("1", "2")
    assert told[("card", "methods.means.options.offset")] == ("–", "400.0")
    assert told[("card", "methods.simulated.regions")] == ('["control", "signal"]', '["control"]')
    first, second = told[("input", "files of data")]
    assert first.startswith("pp_dijets_13TeV.root (")
    assert second == "pp_dijets_13TeV.root (00000000)"
    assert not [row for row in found.differences if "output" in row.key]


def test_the_same_events_have_no_pull(stored: StoredRun, other: StoredRun) -> None:
    found = compare_stored([stored, other])
    assert {row.sharing for row in found.sharing} == {"same"}
    row = _pull(found, "means/control")
    assert (row.pull, row.pull_statistical) == (None, None)
    assert row.shift is not None
    assert (found.largest, found.above(0.0)) == (None, [])


def test_a_reference_that_both_share_is_told(stored: StoredRun, other: StoredRun) -> None:
    def relative(run: StoredRun) -> StoredRun:
        result = replace(run.results["means/control"], reference=("mc",))
        return replace(run, results={"means/control": result})

    second = relative(other)
    cutflow = {
        "datasets": {
            name: {**told, "files": [{**f, "file": f"{name}.root"} for f in told["files"]]}
            for name, told in other.cutflow["datasets"].items()
        }
    }
    mark = next(f["sha256"] for f in stored.provenance["files"])
    files = [{"file": "data.root", "sha256": "1" * 64}, {"file": "mc.root", "sha256": mark}]
    second = replace(second, cutflow=cutflow, provenance={**other.provenance, "files": files})
    # In the first run data and reference are one file: what is data there is reference here.
    assert compare_stored([relative(stored), second]).sharing[0].sharing == "same"
    first = replace(
        relative(stored), cutflow=cutflow, provenance={"files": [{**files[0], "sha256": "2" * 64}, files[1]]}
    )
    found = compare_stored([first, second])
    assert found.sharing[0].sharing == "reference"
    assert _pull(found, "means/control").pull is not None


def test_of_three_runs_each_is_compared_with_the_first(stored: StoredRun, other: StoredRun) -> None:
    found = compare_stored([stored, _elsewhere(other), stored])
    assert [run.label for run in found.runs][1] == labels_of([stored, other, stored])[1]
    rows = [row for row in found.pulls if (row.result, row.key) == ("means/control", KEY)]
    assert [(row.run, row.pull is None) for row in rows] == [
        (found.runs[1].label, False),
        (found.runs[2].label, True),
    ]
    assert rows[1].shift == 0.0


def test_labels_tell_runs_apart(stored: StoredRun, tmp_path: Path) -> None:
    runs = [replace(stored, folder=tmp_path / place) for place in ("a/run", "b/run", "b/new")]
    assert labels_of(runs) == ["a/run", "b/run", "b/new"]
    assert labels_of(runs[1:]) == ["run", "new"]


def test_one_run_is_no_comparison(run_folder: Path, tally_registry: Any, tmp_path: Path) -> None:
    with pytest.raises(CardError, match="compare needs at least two runs; give two or more run folders"):
        compare([run_folder], tally_registry)
    with pytest.raises(StoreError, match="is not a run folder"):
        compare([run_folder, tmp_path], tally_registry)


def test_the_page(found: ComparisonRecord, stored: StoredRun, other: StoredRun, tmp_path: Path) -> None:
    page = write_comparison(found, [stored, other], tmp_path / "c")
    text = page.read_text(encoding="utf-8")
    assert "period_a, period_b: symhep comparison" in text.replace(" and ", ", ")
    assert "the global p-value for" in text
    assert "http" not in text.replace("http-equiv", ""), "self-contained"
    assert "<b>%" not in text, "labels are escaped"
    stored_again = json.loads((tmp_path / "c/comparison.json").read_text(encoding="utf-8"))
    assert ComparisonRecord.from_json(stored_again) == found
    names = {p.stem for p in (tmp_path / "c").glob("*.png")}
    assert {"means_control_p_values", "control_plane_control_data_spectra"} <= names
    assert "control_plane_signal_simulation_spectra" in names, "collision data are blind there"
    with pytest.raises(StoreError, match="is not empty"):
        write_comparison(found, [stored, other], tmp_path / "c")
    assert write_comparison(found, [stored, other], tmp_path / "c", force=True) == page
