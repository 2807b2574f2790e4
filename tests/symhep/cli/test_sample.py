"""`symhep sample`: the list, and what it writes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from symhep.samples.catalogue import catalogue

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_the_list_tells_question_size_and_time(command: Command) -> None:
    done = command("sample")
    assert done.returncode == 0
    for line, sample in zip(done.stdout.splitlines(), catalogue().values(), strict=False):
        assert line.split()[0] == sample.name
        assert line.endswith(sample.question)
        assert f"runs {sample.time}" in line
    assert "2.3 MB" in done.stdout


def test_it_tells_what_it_wrote_and_what_is_next(command: Command, tmp_path: Path) -> None:
    done = command("sample", "jets", "-o", "my jets", cwd=tmp_path)
    assert done.returncode == 0
    *written, following = done.stdout.splitlines()
    assert written[0] == "wrote my jets/jets_mass.yaml"
    assert len(written) == 3
    assert following == "next: cd 'my jets' && symhep run jets_mass.yaml --code . -o runs/jets_mass"


def test_errors(command: Command, tmp_path: Path) -> None:
    assert command("sample", "array", cwd=tmp_path).returncode == 0
    done = command("sample", "array", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "symhep: array/two_body.py exists; choose another folder with -o, or use --force to overwrite it\n",
    )
    assert "need the NAME of a sample" in command("sample", "--force").stderr
