"""A run shared out to tasks gives the numbers of one machine, whatever happens to the tasks."""

from __future__ import annotations

import importlib
import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.card.loader import load_card
from symhep.errors import CardError, StoreError
from symhep.methods.context import SilentProgress
from symhep.run.farm import task as tasks_module
from symhep.run.farm.folder import Farm, output_name
from symhep.run.farm.merge import Merged, make_farm, merge_farm
from symhep.run.farm.status import rows
from symhep.run.farm.task import parse_task

sys.path.append(str(Path(__file__).resolve().parents[3]))  # as the processes of these tests import it
plugin = importlib.import_module("passes_plugin")
killing = importlib.import_module("killing")
QUIET = SilentProgress()


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events") / "events.parquet"
    plugin.write_events(path)
    return path


@pytest.fixture(scope="module")
def alone(events: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run on one machine."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    done = symhep.run(plugin.card(events), folder, registry=plugin.registry())
    assert not done.failed
    return folder


def _make(root: Path, events: Path, tasks: int = 5, kind: str = "shell", **options: Any) -> Merged:
    path = root.with_suffix(".json")
    path.write_text(json.dumps(plugin.card(events, **options)))
    return make_farm(load_card(path), root, tasks, kind, QUIET, plugin.registry())


def test_tasks_that_are_killed_and_begun_again(tmp_path: Path, events: Path, alone: Path) -> None:
    """Two at a time; every third is killed at a random moment, and reported as missing."""
    root = tmp_path / "farm"
    killed, missing = killing.kill_tasks(plugin.card(events), root, 5, 1 / 3, random.Random(4), 2.0)
    assert bool(killed) == bool(missing)
    plugin.same_run(alone, root / "run")
    # Reading, the first look, two passes and one in combine: no more rounds than the longest method has passes.
    provenance = json.loads((root / "run" / "provenance.json").read_text())
    assert {(t["round"], t["code"]) for t in provenance["runs"][-1]["tasks"]} == {(n, 0) for n in range(5)}
    assert rows(root)[-1] == "the run is done"


def _all(root: Path, merged: Merged, total: int = 5) -> Merged:
    for number in merged.farm.work:
        assert plugin.do_task(root, number, total).code == 0
    return merge_farm(root, QUIET, plugin.registry())


def test_without_a_shared_file_system(tmp_path: Path, events: Path, alone: Path) -> None:
    """Only the folder 'task' travels, and two files come back; a task that runs twice gives the same bytes."""
    home, away = tmp_path / "farm", tmp_path / "machine"
    merged = _make(home, events, 3, "htcondor")
    while merged.run is None:
        shutil.copytree(home / "task", away / "task")
        hidden = home.rename(tmp_path / "out of sight")
        for number in merged.farm.work:
            before = _tree(away / "task")
            assert plugin.do_task(away / "task", number, 3, away, away / "scratch").code == 0
            first = (away / f"{output_name(merged.farm.round, number)}.npz").read_bytes()
            if number == merged.farm.work[0]:
                assert plugin.do_task(away / "task", number, 3, away, away / "scratch").code == 0
                again = (away / f"{output_name(merged.farm.round, number)}.npz").read_bytes()
                assert again == first
            assert _tree(away / "task") == before
            assert not list((away / "scratch").glob("symhep-task-*"))
        hidden.rename(home)
        for path in away.glob("round-*"):
            path.rename(home / "tasks" / path.name)
        shutil.rmtree(away)
        merged = merge_farm(home, QUIET, plugin.registry())
    plugin.same_run(alone, home / "run")


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_fails_is_told_and_done_again(
    tmp_path: Path, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = shutil.copy(events, tmp_path / "own.parquet")
    root = tmp_path / "farm"
    merged = _make(root, Path(own), 2)
    assert merged.farm.work == (0, 1)
    Path(own).rename(tmp_path / "elsewhere.parquet")
    report = plugin.do_task(root, 0, 2)
    assert report.code == 3
    assert "cannot access it: No such file or directory" in report.error
    (tmp_path / "elsewhere.parquet").rename(own)
    monkeypatch.setattr(tasks_module, "versions", lambda: {"numpy": "1.0"})
    assert "this machine has numpy 1.0 (the farm was made with" in plugin.do_task(root, 1, 2).error
    monkeypatch.undo()
    merged = merge_farm(root, QUIET, plugin.registry())
    assert [(r.task, r.code) for r in merged.failed] == [(0, 3), (1, 2)]
    assert "0 1 |" in (root / "tasks.sh").read_text()
    assert plugin.do_task(root, 1, 2).code == 0
    merged = merge_farm(root, QUIET, plugin.registry())
    assert [(r.task, r.code) for r in merged.failed] == [(0, 3)]
    assert "' 0 |" in (root / "tasks.sh").read_text()
    with Path(own).open("ab") as more:
        more.write(b"more")
    assert "create the farm again" in plugin.do_task(root, 0, 2).error


def test_a_method_that_fails_leaves_the_others(tmp_path: Path, events: Path, alone: Path) -> None:
    root = tmp_path / "farm"
    merged = _make(root, events, 2, fails=True)
    merged = _all(root, merged, 2)  # the files
    merged = _all(root, merged, 2)  # the first look
    for number in merged.farm.work:
        report = plugin.do_task(root, number, 2)
        assert report.code == 4
        assert report.failed == {"moments": "asked to fail"}
    merged = merge_farm(root, QUIET, plugin.registry())
    assert merged.farm.waiting == ("moments",)
    assert (
        json.loads((root / "run" / "draws" / "result.json").read_text())["summary"]
        == (json.loads((alone / "draws" / "result.json").read_text())["summary"])
    )


def test_what_is_asked_for_must_make_sense(tmp_path: Path, events: Path) -> None:
    for text in ("5/5", "x/3", "3", "-1/2"):
        with pytest.raises(CardError, match="is not I/N with I from 0 to N - 1"):
            parse_task(text)
    with pytest.raises(StoreError, match="is not a farm folder"):
        Farm.read(tmp_path)
    _make(tmp_path / "farm", events, 2)
    with pytest.raises(CardError, match="the farm has 2 tasks, not 3"):
        plugin.do_task(tmp_path / "farm", 0, 3)
    with pytest.raises(StoreError, match="exists and is not empty"):
        _make(tmp_path / "farm", events, 2)
