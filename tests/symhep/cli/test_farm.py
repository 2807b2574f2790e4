"""A farm as it is typed: output, exit codes, one clear line for what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.json"
    content = {
        "symhep": 1,
        "datasets": {"ring": {"format": "toy", "options": {"name": "circle", "events": 300}}},
        "features": {"xy": {"vars": ["x1", "x2"]}},
        "methods": {
            "rel": {
                "use": "vae",
                "features": "xy",
                "options": {"latent_dim": 2, "runs": 22, "epochs": 1, "min_steps": 0},
            }
        },
        "output": {"figures": []},
    }
    path.write_text(json.dumps(content))
    return path


def test_a_farm_from_its_card_to_its_report(command: Command, tmp_path: Path, card: Path) -> None:
    """22 runs are two shards, so two rounds: reading, and training."""
    farm = tmp_path / "farm"
    made = command("farm", card, "-o", farm, "--tasks", 2, "--to", "shell")
    assert made.returncode == 0
    assert f"round 0: 1 tasks, for reading\n  bash {farm}/tasks.sh 2\n  symhep merge {farm}" in made.stdout
    left = command("merge", farm)
    assert left.returncode == 6
    assert "1 of 1 tasks of round 0 are missing: " in left.stdout
    rounds = 0
    while (found := command("merge", farm)).returncode == 6:
        for task in json.loads((farm / "task" / "farm.json").read_text())["work"]:
            done = command("run", farm / "task", "--task", f"{task}/2", "-o", farm / "tasks")
            assert (done.returncode, done.stdout) == (0, f"task {task} of round {rounds}: done\n")
        rounds += 1
    assert (rounds, found.returncode) == (2, 0)
    assert found.stdout == f"run finished: {farm}/run\nreport: {farm}/run/report.html\n"
    status = command("merge", "--status", farm).stdout.splitlines()
    assert status[0].split() == ["round", "done", "failed", "missing", "longest", "task", "all", "tasks"]
    assert [line.split()[:4] for line in status[1:3]] == [["0", "1", "0", "0"], ["1", "2", "0", "0"]]
    assert command("run", card, "-o", tmp_path / "alone").returncode == 0
    one, two = (json.loads((tmp_path / p / "results.json").read_text()) for p in ("alone", "farm/run"))
    for found_methods in (one, two):
        del found_methods["methods"]["rel"]["duration_s"]
    assert one == two


def test_what_a_task_refuses(command: Command, tmp_path: Path, card: Path) -> None:
    none = command("run", tmp_path, "--task", "0/2")
    assert (none.returncode, "is not a farm folder" in none.stderr) == (2, True)
    two = command("run", tmp_path, card, "--task", "0/2")
    assert (two.returncode, "--task needs one farm folder" in two.stderr) == (2, True)


def test_without_a_home(tmp_path: Path, card: Path) -> None:
    """As on a batch system, where a job may have none."""
    farm = tmp_path / "farm"
    kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    for words in (
        ["farm", card, "-o", farm, "--tasks", 1, "--to", "htcondor"],
        ["run", farm / "task", "--task", "0/1", "-o", tmp_path / "out", "--scratch", tmp_path / "scratch"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "symhep", *map(str, words)],
            env=kept, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "round-00-task-00000.json").read_text())
    assert (report["code"], report["error"]) == (0, "")
