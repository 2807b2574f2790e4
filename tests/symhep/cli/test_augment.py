"""`symhep augment` as a user types it, on the folder of a real run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import uproot

CARD = """
symhep: 1
datasets:
  toy: {format: toy, options: {name: two_body, events: 3000, mass: 91.2}}
objects:
  products: {collection: particles, take: 2}
features:
  p4: {object: products, vars: [E, px, py, pz], scaling: isotropic}
methods:
  rotations:
    use: moments
    features: p4
    options: {generators: rotations, subgroups: false, strength: false, discrete: {elements: [P], classifier: null}}
output: {figures: [png]}
"""


def symhep(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "symhep", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card and the run of it, which finds so(3) and P."""
    place = tmp_path_factory.mktemp("augment")
    (place / "card.yaml").write_text(CARD)
    done = symhep("run", "card.yaml", "-o", "found", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


def test_from_a_run_to_more_events(folder: Path) -> None:
    arguments = ("augment", "card.yaml", "--run", "found", "-o", "more.root", "--copies", 2)
    done = symhep(*arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "more.root: 3,000 events, 9,000 rows",
        "  J_x, J_y, J_z, P: Haar's measure of SO(3), times a finite group of 2 elements, each as likely",
    ]
    shown = json.loads(symhep("inspect", "more.root", "--json", cwd=folder).stdout)
    assert (shown["events"], shown["format"]) == (9000, "tree")
    assert shown["sum_of_weights"] == pytest.approx(3000)
    assert set(shown["collections"]["products"]["fields"]) == {"E", "px", "py", "pz", "pdgId"}
    with uproot.open(folder / "more.root") as file:
        told = json.loads(file["symhep"])
    assert (told["method"], told["copies"], told["generators"]) == ("rotations", 2, ["J_x", "J_y", "J_z"])
    again = symhep(*arguments, cwd=folder)
    assert again.returncode == 2
    assert "more.root exists; choose another name with -o, or overwrite it with --force" in again.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--generators", "J_w", "--components", "none"], "no generator 'J_w'; did you mean"),
        (["--copies", "0"], "--copies"),
    ],
)
def test_what_is_refused(folder: Path, options: list[str], message: str) -> None:
    done = symhep("augment", "card.yaml", "--run", "found", "-o", "other.root", *options, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "other.root").exists()
