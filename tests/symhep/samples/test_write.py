"""A sample that is written can be run as it lies there."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import symhep
from symhep.errors import CardError, StoreError
from symhep.samples.catalogue import catalogue

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("name", catalogue())
def test_each_lies_complete_in_one_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    written = symhep.sample(name)
    there = sorted(path.name for path in Path(name).iterdir())
    assert there == sorted(catalogue()[name].names)
    text = written.read_text(encoding="utf-8")
    assert catalogue()[name].run in text  # the comment says the same command
    assert ".." not in "".join(line for line in text.splitlines() if "files:" in line)
    if written.suffix == ".yaml":
        code = ("--code", ".") if "--code ." in catalogue()[name].run else ()
        monkeypatch.delitem(sys.modules, "my_oracles", raising=False)
        done = command("validate", written.name, *code, cwd=tmp_path / name)
        sys.modules.pop("my_oracles", None)
        assert done.returncode == 0, done.stderr


def test_the_events_of_the_script() -> None:
    """Back to back, massless, and E[cos^2] = (1/3 + 1/5) / (1 + 1/3) = 2/5 of 1 + cos^2."""
    made = runpy.run_path(str(symhep.samples.catalogue.folder_of_samples() / "two_body.py"))["decays"](5000)
    assert made.shape == (5000, 2, 4)
    assert np.allclose(made[:, 0, 1:], -made[:, 1, 1:])
    assert np.allclose(made[..., 0], np.linalg.norm(made[..., 1:], axis=2))
    assert np.mean((made[:, 0, 3] / 45.6) ** 2) == pytest.approx(0.4, abs=0.02)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "my_oracles.py"
    kept.write_text("mine")
    with pytest.raises(
        StoreError, match=r"my_oracles\.py exists; choose another folder with -o, or .* --force"
    ):
        symhep.sample("jets", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["my_oracles.py"]
    symhep.sample("jets", tmp_path, force=True)
    assert "def mass" in kept.read_text(encoding="utf-8")


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    (tmp_path / "two_body.py").symlink_to(elsewhere)
    with pytest.raises(StoreError, match=r"two_body\.py exists"):
        symhep.sample("array", tmp_path)
    symhep.sample("array", tmp_path, force=True)
    assert elsewhere.read_text() == "kept"


def test_a_folder_of_that_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / "two_body.py").mkdir()
    with pytest.raises(StoreError, match=r"two_body\.py is a folder; choose another folder"):
        symhep.sample("array", tmp_path, force=True)


def test_unknown(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="unknown sample 'dijet'; did you mean 'dijets'"):
        symhep.sample("dijet", tmp_path)


def test_what_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/below cannot be written: Not a directory"):
        symhep.sample("array", tmp_path / "file" / "below")
