"""`symhep augment` as a user types it, on the folder of a real run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import uproot

Command = Callable[..., subprocess.CompletedProcess[str]]
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
    options: {generators: rotations, subgroups: false, bounds: false, discrete: {elements: [P], classifier: null}}
output: {figures: [png]}
"""


@pytest.fixture(scope="module")
def folder(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card and the run of it, which finds so(3) and P."""
    place = tmp_path_factory.mktemp("augment")
    (place / "card.yaml").write_text(CARD)
    done = command("run", "card.yaml", "-o", "found", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


def test_from_a_run_to_more_events(command: Command, folder: Path) -> None:
    arguments = ("augment", "card.yaml", "--run", "found", "-o", "more.root", "--copies", 2)
    done = command(*arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "more.root: 3,000 events, 9,000 rows",
        "  J_x, J_y, J_z, P: Haar measure of SO(3), times a finite group of 2 elements with equal probability",
    ]
    shown = json.loads(command("inspect", "more.root", "--json", cwd=folder).stdout)
    assert (shown["events"], shown["format"]) == (9000, "tree")
    assert shown["sum_of_weights"] == pytest.approx(3000)
    assert set(shown["collections"]["products"]["fields"]) == {"E", "px", "py", "pz", "pdgId"}
    with uproot.open(folder / "more.root") as file:
        told = json.loads(file["symhep"])
    assert (told["method"], told["copies"], told["generators"]) == ("rotations", 2, ["J_x", "J_y", "J_z"])
    again = command(*arguments, cwd=folder)
    assert again.returncode == 2
    assert "more.root exists; choose another name with -o, or use --force to overwrite it" in again.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--generators", "J_w", "--components", "none"], "no generator 'J_w'; did you mean"),
        (["--copies", "0"], "--copies"),
    ],
)
def test_what_is_refused(command: Command, folder: Path, options: list[str], message: str) -> None:
    done = command("augment", "card.yaml", "--run", "found", "-o", "other.root", *options, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "other.root").exists()
