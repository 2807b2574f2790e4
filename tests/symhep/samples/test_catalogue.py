"""What the index of the samples says is so, in the source tree and in a wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from symhep.errors import StoreError
from symhep.samples import catalogue as module
from symhep.samples.catalogue import catalogue, folder_of_samples

#: What the wheel may hold for the samples, compressed.
BUDGET = 6e6


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    (built,) = WheelBuilder(str(root)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return zipfile.ZipFile(built)


def test_the_source_tree_is_the_single_source(root: Path) -> None:
    assert folder_of_samples() == root / "samples"


def test_every_file_of_the_index_is_there_and_no_two_have_one_name() -> None:
    for sample in catalogue().values():
        assert all((folder_of_samples() / place).is_file() for place in sample.files)
        assert len({name.casefold() for name in sample.names}) == len(sample.files)
        assert sample.size() > 0
        assert sample.run.split()[:2] in (
            ["symhep", "run"],
            ["python", sample.names[0]],
            ["snakemake", "--cores"],
        )
        assert sample.question
        assert sample.time


def test_the_wheel_holds_the_files_of_the_index_and_no_others(wheel: zipfile.ZipFile) -> None:
    place = "symhep/samples/files/"
    held = {item.filename.removeprefix(place) for item in wheel.infolist() if item.filename.startswith(place)}
    assert held == {"index.toml"}.union(*(sample.files for sample in catalogue().values()))
    assert sum(item.compress_size for item in wheel.infolist() if item.filename.startswith(place)) < BUDGET


def test_from_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """What the wheel holds, in an empty folder: the sample is written and its card names no file beside it."""
    site = tmp_path / "site"
    wheel.extractall(site)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import symhep.samples.catalogue as c, symhep.cli.main as m\n"
        "assert c.folder_of_samples().is_relative_to(sys.argv[1]), c.folder_of_samples()\n"
        "sys.argv[1:] = ['sample', 'dijets']; m.main()"
    )
    typed = [sys.executable, "-c", code, str(site)]
    done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    card = (tmp_path / "dijets" / "dijets.yaml").read_text(encoding="utf-8")
    assert 'files: ["pp_dijets_13TeV.root"]' in card
    assert (tmp_path / "dijets" / "pp_dijets_13TeV.root").stat().st_size == 2263401


def test_an_installation_without_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__file__", str(tmp_path / "symhep" / "samples" / "catalogue.py"))
    with pytest.raises(StoreError, match="has no samples; install it again"):
        catalogue()
