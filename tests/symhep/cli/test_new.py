"""`symhep new`: a project that passes its own tests, is found by its entry point, and runs its own card."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from symhep.cli.new import command
from symhep.errors import CardError


def _installed(project: Path) -> dict[str, str]:
    """The environment of a Python that finds the project as if pip had installed it."""
    about = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = project / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {about['name']}\nVersion: {about['version']}\n")
    points = "".join(f"{name} = {value}\n" for name, value in about["entry-points"]["symhep"].items())
    (info / "entry_points.txt").write_text(f"[symhep]\n{points}")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")])}


def _run(arguments: list[str], cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", ["method", "reader"])
def test_a_project_passes_its_own_tests_and_runs_its_own_card(tmp_path: Path, kind: str) -> None:
    project = tmp_path / "mine"
    done = CliRunner().invoke(command, [kind, "my_own", "-o", str(project)], catch_exceptions=False)
    assert "next: pip install -e" in done.output
    env = _installed(project)
    told = _run(["-m", "pytest", "-q", "-p", "no:cacheprovider"], project, env)
    assert "2 passed" in told
    assert "my_own" in _run(["-m", "symhep", "methods"], tmp_path, env)
    _run(["-m", "symhep", "run", "card.yaml", "-o", "run"], project, env)
    assert (project / "run/report.html").is_file()
    _run(["-m", "ruff", "check", "--isolated", "--no-cache", "."], project, env)
    if kind == "method":
        assert (project / "run/my_own/figures/means.png").is_file()
        assert '"$id": "urn:symhep:my_own' in _run(["-m", "symhep", "schema", "my_own"], tmp_path, env)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My-Own", "is not a valid name of a method"),
        ("class", "is not a valid name of a method"),
        ("../away", "is not a valid name of a method"),
        ("vae", "the method 'vae' exists already"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        CliRunner().invoke(command, ["method", name, "-o", str(tmp_path / "x")], catch_exceptions=False)
    assert not (tmp_path / "x").exists()


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="exists; choose another folder with -o"):
        CliRunner().invoke(command, ["reader", "mine", "-o", str(tmp_path)], catch_exceptions=False)
    assert not list(tmp_path.iterdir())
