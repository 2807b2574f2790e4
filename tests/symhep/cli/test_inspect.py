"""`symhep inspect`: a screenful, folders and globs, what was checked, and damage that only a full look finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

LHE = """<LesHouchesEvents version="1.0">
<init>
 11 -11 40 40 0 0 0 0 3 1
 1 0.1 1 1
</init>
<event>
 2 1 1.0 80 -1 -1
 13 1 0 0 0 0 0 0 40 40 0 0 9
 -13 1 0 0 0 0 0 0 -40 40 0 0 9
</event>
</LesHouchesEvents>
"""


def _root(path: Path, columns: list[str]) -> None:
    with uproot.recreate(path) as file:
        file.mktree("t", dict.fromkeys(columns, "float64"))
        file["t"].extend({name: np.arange(3.0) for name in columns})


@pytest.mark.parametrize("name", ["folder", "glob", "names"])
def test_folders_globs_and_names(tmp_path: Path, command: Any, name: str) -> None:
    for stem in ("a", "b"):
        (tmp_path / f"{stem}.lhe").write_text(LHE)
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "sub").mkdir()
    given = {"folder": [tmp_path], "glob": [tmp_path / "*.lhe"]}.get(
        name, [tmp_path / "a.lhe", tmp_path / "b.lhe"]
    )
    done = command("inspect", "--json", *given)
    assert done.returncode == 0
    assert [Path(d["file"]).name for d in json.loads(done.stdout)] == ["a.lhe", "b.lhe"]


def test_an_empty_folder_and_what_is_no_file(tmp_path: Path, command: Any) -> None:
    done = command("inspect", tmp_path, "/dev/zero", "foo://x", tmp_path / "no*.root")
    assert done.returncode == 3
    assert [line.split(": ", 2)[2] for line in done.stderr.splitlines()][:2] == [
        "there are no files in this folder",
        "is a device, not a file",
    ]
    assert "the protocol foo:// is not supported" in done.stderr
    assert done.stderr.splitlines()[3].endswith("no*.root: no such file")


def test_a_screenful_and_all(tmp_path: Path, command: Any) -> None:
    objects = [f"obj{chr(97 + i)}_{leaf}" for i in range(26) for leaf in ("pt", "eta", "phi", "m")]
    _root(
        tmp_path / "a.root", [*objects, *(f"obja_x{i}" for i in range(40)), *(f"n_{i}th" for i in range(50))]
    )
    short, long = command("inspect", tmp_path / "a.root"), command("inspect", "--all", tmp_path / "a.root")
    assert len(short.stdout.splitlines()) <= 40
    assert "obja_" not in short.stdout
    for more in ("x1 and 38 more", "and 16 more", "and 42 more", "--all shows the rest"):
        assert more in " ".join(short.stdout.split())
    assert all(f"n_{i}th" in long.stdout for i in range(50))
    assert "--all" not in long.stdout


def test_what_was_checked_is_said(tmp_path: Path, command: Any) -> None:
    _root(tmp_path / "a.root", ["mu_pt", "mu_phi"])
    assert (
        "number of events and weights (--full checks all columns)"
        in command("inspect", tmp_path / "a.root").stdout
    )
    assert "all columns of all events" in command("inspect", "--full", tmp_path / "a.root").stdout


def test_damage_of_a_column_is_found_by_a_full_look(tmp_path: Path, command: Any) -> None:
    path = tmp_path / "a.root"
    with uproot.recreate(path, compression=None) as file:
        file.mktree("t", {"mu_pt": "float64", "mu_phi": "float64", "weight": "float64"})
        file["t"].extend({n: np.full(4000, 1.5) for n in ("mu_pt", "mu_phi", "weight")})
    with uproot.open(path) as file:
        place = file["t"]["mu_pt"].member("fBasketSeek")[0]
    content = bytearray(path.read_bytes())
    content[int(place) : int(place) + 40] = b"\xff" * 40
    path.write_bytes(content)
    quick, full = command("inspect", path), command("inspect", "--full", path)
    assert (quick.returncode, full.returncode) == (0, 3)
    assert "lost: 4000 events" in full.stdout


def test_weights_that_are_no_numbers_are_found_by_a_full_look(tmp_path: Path, command: Any) -> None:
    (tmp_path / "a.lhe").write_text(LHE.replace(" 2 1 1.0 80", " 2 1 inf 80"))
    assert command("inspect", "--full", tmp_path / "a.lhe").returncode == 3


def test_nothing_in_a_file_acts_on_the_terminal(tmp_path: Path, command: Any) -> None:
    _root(tmp_path / "a.root", ["mu_pt", "mu_phi", "x\x1b[31m\u202ey", "[bold]z"])
    (tmp_path / "c\x1b[2J.dat").write_text("no events")
    done = command("inspect", "--all", tmp_path / "a.root", tmp_path / "c\x1b[2J.dat")
    assert "\x1b[31m" not in done.stdout
    assert "\u202e" not in done.stdout
    assert r"x\x1b[31m\u202ey" in done.stdout.replace("\n", "")
    assert "[bold]z" in done.stdout
    assert r"c\x1b[2J.dat: unknown file format" in done.stderr
