"""`symhep export` and `symhep compare` as they are typed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.run import stored as stored_module

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def two_runs(toy_method: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two toys of different seeds, one with an option that moves its mean."""
    place = tmp_path_factory.mktemp("runs")
    for name, seed, scale in (("a", 1, 1.0), ("b", 2, 30.0)):
        card = {
            "symhep": 1,
            "datasets": {
                "ring": {"format": "toy", "options": {"name": "gaussian", "events": 400, "seed": seed}}
            },
            "features": {"x": {"vars": ["x1"], "scaling": "none"}},
            "methods": {"boot": {"use": "bootstrap", "features": "x", "options": {"scale": scale}}},
            "output": {"figures": ["png"]},
        }
        symhep.run(card, place / name, registry=toy_method.registry())
    return place / "a", place / "b"


@pytest.fixture(autouse=True)
def installed(toy_method: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test method is one of those that the commands know."""
    monkeypatch.setattr(stored_module, "build_registry", toy_method.registry)


def test_all_formats_at_once(command: Command, two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("hepdata", "root", "latex", "json")}
    typed = [text for name, place in places.items() for text in (f"--{name}", place)]
    done = command("export", two_runs[0], *typed)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4
    assert all(place.exists() for place in places.values())
    again = command("export", two_runs[0], *typed)
    assert (again.returncode, "is not empty" in again.stderr) == (2, True)
    assert command("export", two_runs[0], *typed, "--force").returncode == 0


def test_nothing_to_write(command: Command, two_runs: tuple[Path, Path]) -> None:
    done = command("export", two_runs[0])
    assert done.returncode == 2
    assert "no output was requested; use --hepdata, --root, --latex or --json" in done.stderr


def test_a_comparison_that_fails_has_its_exit_code(command: Command, two_runs: tuple[Path, Path]) -> None:
    done = command("compare", *two_runs)
    assert done.returncode == 0, done.stderr
    assert "boot first: " in done.stdout
    assert command("compare", *two_runs, "--max-pull", "3").returncode == 5
    assert command("compare", *two_runs, "--max-pull", "1e6", "--fail-on", "verdict").returncode == 0
    done = command("compare", two_runs[0], two_runs[0], "--max-pull", "0")
    assert (done.returncode, "same events, no pulls" in done.stdout) == (0, True)


def test_the_comparison_as_json_and_as_a_page(
    command: Command, two_runs: tuple[Path, Path], tmp_path: Path
) -> None:
    done = command("compare", *two_runs, "--json", "-o", tmp_path / "c", "--max-pull", "3")
    assert done.returncode == 5
    assert "failed: 1 pulls above 3 (--max-pull)" in done.stderr
    found = json.loads(done.stdout)
    assert [run["label"] for run in found["runs"]] == ["a", "b"]
    assert (tmp_path / "c/comparison.html").is_file()


def test_a_result_that_is_missing_fails_as_a_verdict_does(
    command: Command, two_runs: tuple[Path, Path], tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(two_runs[1], tmp_path / "b")
    results = json.loads((tmp_path / "b/results.json").read_text())
    results["methods"]["boot"] |= {"status": "failed", "error": "no events"}
    (tmp_path / "b/results.json").write_text(json.dumps(results))
    done = command("compare", two_runs[0], tmp_path / "b", "--fail-on", "verdict")
    assert done.returncode == 5
    assert "failed: missing in some runs: boot (--fail-on verdict)" in done.stderr
    assert "'boot' failed: no events" in done.stdout


def test_one_run_alone(command: Command, two_runs: tuple[Path, Path]) -> None:
    done = command("compare", two_runs[0])
    assert (done.returncode, "compare needs at least two runs" in done.stderr) == (2, True)
