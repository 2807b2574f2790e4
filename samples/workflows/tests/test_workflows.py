"""The workflows of this folder as somebody would start them: `tox -e workflows`, with snakemake and hadolint."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[1]
SAMPLES = HERE.parent
sys.path.insert(0, str(HERE))

#: A short run: points of a plane that are drawn on the spot, and whether rotations leave them as they are.
QUICK = """\
symhep: 1
datasets: {{toy: {{format: toy, options: {{name: {name}, events: 2000}}}}}}
features: {{plane: {{vars: [x1, x2], scaling: isotropic}}}}
methods:
  rotations: {{use: moments, features: plane, options: {{acts_on: features, generators: rotations, discrete: null}}}}
output: {{figures: []}}
"""


def _run(*typed: object, cwd: Path, code: int = 0) -> str:
    done = subprocess.run(list(map(str, typed)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.yaml"
    path.write_text(QUICK.format(name="circle"))
    return path


def test_snakemake(tmp_path: Path) -> None:
    """Two runs side by side, then their comparison and exports; asked again, there is nothing to do."""
    out = tmp_path / "out"
    typed = ("snakemake", "--cores", 2, "--snakefile", HERE / "Snakefile", "--config", f"out={out}")
    told = _run(*typed, cwd=tmp_path)
    assert "rule run" in told
    compared = json.loads((out / "comparison" / "comparison.json").read_text())
    assert [run["label"] for run in compared["runs"]] == ["top", "qcd"]
    assert compared["hypotheses"]
    assert all(row["first_verdict"] == row["verdict"] for row in compared["hypotheses"])
    for sample in ("top", "qcd"):
        assert json.loads((out / "export" / f"{sample}.json").read_text())["results"]["symmetries"]
        assert f"{sample}_jets_14TeV.parquet" in (out / sample / "provenance.json").read_text()
    assert "Nothing to be done" in _run(*typed, cwd=tmp_path)


def test_two_rules_can_be_done_at_once(tmp_path: Path) -> None:
    typed = ("snakemake", "--cores", 2, "--snakefile", HERE / "Snakefile", "--dry-run", "--quiet", "rules")
    counted = dict(re.findall(r"^(\w+)\s+(\d+)$", _run(*typed, cwd=tmp_path), re.MULTILINE))
    assert counted == {"all": "1", "compare": "1", "export": "2", "run": "2", "total": "6"}


def test_continuous_integration(card: Path, tmp_path: Path) -> None:
    """The first run becomes the reference; the same again passes; other events change a verdict, and fail."""
    typed = ("bash", HERE / "continuous_integration.sh", "card.yaml", "reference", "work")
    _run(*typed, cwd=tmp_path)
    _run(*typed, cwd=tmp_path)
    card.write_text(QUICK.format(name="square"))
    told = _run(*typed, cwd=tmp_path, code=5)
    assert "verdicts changed (--fail-on verdict)" in told
    assert (tmp_path / "work" / "comparison" / "comparison.html").is_file()


def test_the_job_runs_the_same_script() -> None:
    text = (HERE / "github_actions.yml").read_text()
    assert "run: bash continuous_integration.sh card.yaml reference work" in text
    assert "permissions:\n  contents: read" in text


def test_batch_systems(card: Path, tmp_path: Path) -> None:
    """Submit files that name the tasks, and a farm that this machine does, whose result is that of a run."""
    _run("bash", HERE / "batch_systems.sh", "card.yaml", "farms", cwd=tmp_path)
    condor = (tmp_path / "farms/htcondor/tasks.sub").read_text()
    assert {'+JobFlavour = "longlunch"', "request_memory = 3 GB", "universe = vanilla"} <= set(
        condor.splitlines()
    )
    assert re.search(r"^queue task in \([\d ]+\)$", condor, re.MULTILINE)
    slurm = tmp_path / "farms/slurm/tasks.slurm"
    assert "#SBATCH --partition=short" in slurm.read_text().splitlines()
    _run("bash", "-n", slurm, cwd=tmp_path)
    _run("symhep", "run", "card.yaml", "-o", "plain", cwd=tmp_path)
    found = [
        json.loads((tmp_path / folder / "results.json").read_text())["methods"]["rotations"]["summary"]
        for folder in ("farms/shell/run", "plain")
    ]
    assert found[0] == found[1]


def test_the_container_file() -> None:
    """Linted; and no file of the image is older than the pins of the tests."""
    _run("hadolint", "--ignore", "DL3013", HERE / "Containerfile", cwd=HERE)
    pins = (SAMPLES.parent / "constraints.txt").read_text().splitlines()
    torch = next(line for line in pins if line.startswith("torch=="))
    assert f'"{torch}+cpu"' in (HERE / "Containerfile").read_text()


def test_the_container_is_built_where_it_can_be() -> None:
    told = _run("bash", HERE / "container.sh", cwd=HERE)
    assert "was not built" in told or "symhep, version" in told


def _fileset(folder: Path, **metadata: Any) -> Path:
    shutil.copy(SAMPLES / "pp_dijets_13TeV.root", folder / "jj.root")
    listed = {"jj": {"files": {"jj.root": "Delphes"}, "metadata": metadata}}
    (folder / "fileset.json").write_text(json.dumps(listed))
    return folder / "fileset.json"


def test_a_fileset_in_and_histograms_out(tmp_path: Path) -> None:
    import coffea_fileset
    import hist

    done = coffea_fileset.run(_fileset(tmp_path, is_data=False, xsec=4.96), "delphes", tmp_path / "out")
    assert done.results["symmetries_jj"].statements
    assert "xsec_pb: 4.96" in (tmp_path / "out/run/card.yaml").read_text()
    made = coffea_fileset.histograms(done)
    assert made
    assert all(isinstance(one, hist.Hist) for one in made.values())
