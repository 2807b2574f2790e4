"""What differs between Linux and macOS, with macOS imitated; and Windows, where symhep says what to use instead."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.run import processes, usage

#: What macOS lacks is missing from a process and all that it starts.
MACOS = """
import os, pathlib

del os.sched_getaffinity
read = pathlib.Path.read_text
def read_text(path, *arguments, **named):
    if path.is_relative_to("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(path))
    return read(path, *arguments, **named)
pathlib.Path.read_text = read_text
"""
TOY = {
    "symhep": 1,
    "datasets": {"toy": {"format": "toy", "options": {"name": "circle", "events": 500}}},
    "features": {"plane": {"vars": ["x1", "x2"], "scaling": "isotropic"}},
    "methods": {"rotation": {"use": "oracle", "features": "plane", "options": {"oracle": "l2"}}},
}


def test_cores_where_the_system_does_not_say_which_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processes._cores() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processes._cores() == 1


@pytest.mark.parametrize(("system", "unit"), [("darwin", 1), ("linux", 1024)])
def test_units_of_the_peak_memory(system: str, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=3_000_000 // unit))
    assert usage.peak_mb() == pytest.approx(3.0, rel=1e-3)


def test_without_proc_no_bytes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", missing)
    assert usage._read() == 0


def test_a_run_by_two_processes(tmp_path: Path) -> None:
    """All of it: start of workers, locks, accounts, figures."""
    (tmp_path / "sitecustomize.py").write_text(MACOS)
    code = (
        "import os, symhep\n"
        "if __name__ == '__main__':\n"
        "    assert not hasattr(os, 'sched_getaffinity')\n"
        f"    print(symhep.run({TOY}, 'out', workers='2').results['rotation'].record.algebra.name)\n"
    )
    (tmp_path / "script.py").write_text(code)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "so(2)"), done.stderr
    assert (tmp_path / "out" / "report.html").is_file()


def test_windows_is_told_what_to_use() -> None:
    code = "import sys; sys.platform = 'win32'; import symhep"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "ImportError: symhep runs on Linux and macOS; on Windows use the Windows Subsystem for Linux: `wsl --install`"
    )


@pytest.mark.parametrize("place", ["methods", "features", "regions"])
def test_names_that_are_one_file_where_case_is_ignored(place: str) -> None:
    card: dict[str, object] = {**TOY, "selections": {"s": [{"name": "all of it", "cut": "x1 > -9"}]}}
    card[place] = {
        "methods": {"a": TOY["methods"]["rotation"], "A": TOY["methods"]["rotation"]},
        "features": {**TOY["features"], "Plane": TOY["features"]["plane"]},
        "regions": {"signal": "s", "Signal": "s"},
    }[place]
    with pytest.raises(CardError, match=rf"{place}: .*differ only in upper and lower case, .*; rename one"):
        load_card(card)
