"""Submit files as the systems themselves read them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from symhep.run.farm.folder import Farm
from symhep.run.farm.submit import KINDS, write_submit
from symhep.run.part_store import PartStore

#: Options of sbatch, of https://slurm.schedmd.com/sbatch.html.
SBATCH = {"job-name", "array", "output", "ntasks", "cpus-per-task", "mem", "time", "requeue", "partition"}


def _written(folder: Path, kind: str, *lines: str) -> tuple[Path, str]:
    farm = Farm(7, kind, {}, "cpu", {}, PartStore("", ""), sys.executable, lines=lines, round=2)
    typed = write_submit(farm, folder, [0, 1, 2, 5])
    return folder / KINDS[kind][0], typed


def test_htcondor(tmp_path: Path) -> None:
    htcondor = pytest.importorskip("htcondor2", reason="pip install htcondor")
    path, typed = _written(tmp_path / "a farm", "htcondor", '+JobFlavour = "workday"')
    assert typed == f"condor_submit '{path}'"
    submit = htcondor.Submit(path.read_text())
    rows = list(submit.itemdata())
    assert [row["task"] for row in rows] == ["0", "1", "2", "5"]
    submit["task"] = "5"  # as HTCondor does it for each job
    assert submit.expand("executable") == sys.executable
    assert submit.expand("arguments") == "-m symhep run task --task 5/7 -o . --scratch ."
    assert submit.expand("transfer_input_files") == str(tmp_path / "a farm" / "task")
    assert submit.expand("transfer_output_files") == "round-02-task-00005.npz, round-02-task-00005.json"
    assert submit.expand("MY.JobFlavour") == '"workday"'


@pytest.mark.parametrize("kind", ["slurm", "shell"])
def test_bash_reads_it(tmp_path: Path, kind: str) -> None:
    path, _ = _written(tmp_path, kind)
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_slurm(tmp_path: Path) -> None:
    path, typed = _written(tmp_path, "slurm", "#SBATCH --partition=short")
    assert typed == f"sbatch {path}"
    head, _, body = path.read_text().partition("exec ")
    options = dict(re.findall(r"^#SBATCH --([a-z-]+)(?:=(.*))?$", head, re.MULTILINE))
    assert set(options) == SBATCH
    assert len(options) == head.count("#SBATCH")
    assert options["array"] == "0-2,5"
    assert "#SBATCH" not in body
    assert body.endswith('--task "${SLURM_ARRAY_TASK_ID}/7"\n')


def test_a_shell_does_each_task_once(tmp_path: Path) -> None:
    """With a program in place of Python that tells what it was asked."""
    told = tmp_path / "told"
    program = tmp_path / "python of ours"
    program.write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >> "{told}"\n')
    program.chmod(0o755)
    farm = Farm(7, "shell", {}, "cpu", {}, PartStore("", ""), str(program), round=2)
    write_submit(farm, tmp_path / "a farm", [0, 5])
    subprocess.run(["bash", str(tmp_path / "a farm" / "tasks.sh"), "2"], check=True)
    folder = tmp_path / "a farm"
    expected = [f"-m symhep run {folder}/task -o {folder}/tasks --task {n}/7" for n in (0, 5)]
    assert sorted(told.read_text().splitlines()) == expected
