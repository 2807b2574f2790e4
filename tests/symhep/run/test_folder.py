"""The run folder: whole files, true round trips, clear refusals."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import hist
import numpy as np
import pytest
from safetensors.numpy import load_file

from symhep.errors import StoreError
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Heading, Table
from symhep.methods.verdict import Verdict
from symhep.run.folder import RunFolder


class Found(Record):
    """A record of one number."""

    a: Number


def test_result_round_trip(tmp_path: Path) -> None:
    histogram = hist.Hist.new.Reg(4, 0, 1, name="x", label="x").Weight()
    histogram.fill([0.1, 0.6], weight=[2.0, -1.0])
    result = Result(
        Found(a=Number(value=np.float64(1.5), low=float("nan"))),
        {"x": np.arange(3.0), "names": np.array(["p", "q"])},
        {"h": histogram},
        {"net": {"w": np.ones((2, 3), dtype=np.float32)}},
        [Statement("True.", {"n": 3}, "figure", "warning")],
        {"t": Table.of(("k", Heading("v", "GeV")), [("a", 1), ("b", None)], "A table.")},
        verdicts=[Verdict("Is it?", "yes", "compatible", PValue(p_value=0.3, log10_p=-0.52, p_kind="exact"))],
    )
    folder = RunFolder(tmp_path)
    folder.write_result("m", result, {"key": "k"})
    back = folder.read_result("m", Found)
    assert back.record == result.record
    assert back.summary["a"] == {
        "value": 1.5, "low": None, "high": None, "level": 0.95, "unit": "", "method": ""
    }  # fmt: skip
    assert back.arrays["x"].tolist() == [0, 1, 2]
    assert back.arrays["names"].tolist() == ["p", "q"]
    assert back.histograms["h"] == histogram
    stored = folder.read_header("m")
    assert Table.from_json(stored["tables"]["t"]) == result.tables["t"]
    assert [Statement(**s) for s in stored["statements"]] == result.statements
    assert [Verdict.from_json(v) for v in stored["verdicts"]] == result.verdicts
    assert load_file(tmp_path / "m/checkpoint/net.safetensors")["w"].shape == (2, 3)


def test_json_is_strict(tmp_path: Path) -> None:
    RunFolder(tmp_path).write_json("a.json", {"x": float("inf"), "y": np.arange(2)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None, "y": [0, 1]}


def test_arrays_are_reproducible_and_hold_no_pickle(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    first = folder.write_arrays("a.npz", {"x": np.arange(5)}).read_bytes()
    assert folder.write_arrays("b.npz", {"x": np.arange(5)}).read_bytes() == first
    with pytest.raises(ValueError, match="Object arrays"):
        folder.write_arrays("c.npz", {"x": np.array([object()])})


def test_a_torn_part_counts_as_missing(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_part("m", "k", 0, Part({"n": 1}, {"x": np.ones(3)}))
    path = next((tmp_path / ".symhep/parts/m").glob("*.npz"))
    stored = folder.read_part("m", "k", 0)
    assert stored is not None
    assert stored.values == {"n": 1}
    path.write_bytes(path.read_bytes()[:-30])
    assert folder.read_part("m", "k", 0) is None
    assert folder.read_part("m", "other", 0) is None


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_json("a.json", 1)
    with pytest.raises(TypeError):
        folder.write_json("a.json", object())
    assert folder.read_json("a.json") == 1


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with (
        pytest.raises(StoreError, match="not empty and was not written by symhep"),
        RunFolder(tmp_path).locked(),
    ):
        pass


def test_file_instead_of_folder(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(StoreError, match="is a file"), RunFolder(tmp_path / "f").locked():
        pass


def test_two_runs_cannot_share_a_folder(tmp_path: Path) -> None:
    with (
        RunFolder(tmp_path / "r").locked(),
        pytest.raises(StoreError, match="another symhep run"),
        RunFolder(tmp_path / "r").locked(),
    ):
        pass


def test_missing_result(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="has no result 'm'"):
        RunFolder(tmp_path).read_result("m", Found)


def test_a_full_disk_is_told_with_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, name = RunFolder(tmp_path), uuid.uuid4()
    monkeypatch.setattr(uuid, "uuid4", lambda: name)
    (tmp_path / f".results.json.{name.hex}.partial").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"/results\.json cannot be written: No space left on device"):
        folder.write_json("results.json", {"x": "y" * 100_000})
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_was_writing_goes(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    part = tmp_path / RunFolder.part_name("data/pp", "abc", 0)
    part.parent.mkdir(parents=True)
    left = part.with_name(f".{part.name}.0123.partial")
    for path in (part, left, tmp_path / "notes.partial"):
        path.touch()
    with folder.locked():
        assert part.exists()
        assert (tmp_path / "notes.partial").exists()
        assert not left.exists()
