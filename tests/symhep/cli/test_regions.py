"""Roles, regions and blind results as a user sees them: the plan of a card, the end of a run, exit codes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]

CARD = """
symhep: 1
datasets:
  data: {files: [data.csv], format: csv, role: data}
  dy:
    files: [dy.csv]
    format: csv
    role: simulation
    xsec_pb: 6077
luminosity_fb: 59.7
selections:
  ee: [{name: positive, cut: "x1 > 0"}]
  other: [{name: negative, cut: "x1 < 0"}]
regions: {inclusive: ee, side: other}
features:
  plane: {vars: [x1, x2], scaling: none}
methods:
  relevance:
    {use: vae, features: plane, datasets: data, regions: [inclusive, side], blind: [inclusive, side]}
output: {figures: [png]}
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("data", "dy"):
        np.savetxt(
            tmp_path / f"{name}.csv", rng.normal(size=(60, 2)), delimiter=",", header="x1,x2", comments=""
        )
    path = tmp_path / "card.yaml"
    path.write_text(CARD)
    return path


def test_validate_tells_the_plan(command: Command, card: Path) -> None:
    done = command("validate", card)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == [
        "datasets:",
        "  data: collision data, 1 file",
        "  dy: simulation, 1 file, 6077 pb x 59.7 / fb",
        "regions:",
        "  inclusive: ee: x1 > 0 (data blind)",
        "  side: other: x1 < 0 (data blind)",
        "methods:",
        "  relevance/inclusive: vae on plane of data (blind)",
        "  relevance/side: vae on plane of data (blind)",
    ]


def test_blind_is_no_failure(command: Command, card: Path, tmp_path: Path) -> None:
    done = command("run", card, "-o", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    assert "relevance/inclusive:\n  blinded: the region 'inclusive' is blinded" in done.stdout
    assert "no method is active" not in done.stdout
    # Figures and page again, of control plots alone.
    drawn = command("plot", tmp_path / "r")
    assert drawn.returncode == 0, drawn.stderr
    assert [Path(line).relative_to(tmp_path / "r").as_posix() for line in drawn.stdout.splitlines()] == [
        f"control/plane/{region}/figures/{name}"
        for region in ("inclusive", "side")
        for name in ("01_x1", "02_x2")
    ]
    assert command("report", tmp_path / "r").returncode == 0
    assert "Blinded." in (tmp_path / "r/report.html").read_text()


def test_only_takes_a_method_or_one_region_of_it(command: Command, card: Path, tmp_path: Path) -> None:
    done = command("run", card, "-o", tmp_path / "r", "--only", "relevance/side")
    assert done.returncode == 0, done.stderr
    assert "relevance/side" in done.stdout
    assert "relevance/inclusive" not in done.stdout
    wrong = command("run", card, "-o", tmp_path / "r", "--only", "relevance/sid")
    assert wrong.returncode == 2
    assert "did you mean 'relevance/side'?" in wrong.stderr
