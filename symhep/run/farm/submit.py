"""Submit files for the tasks of a round: HTCondor, Slurm, or a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from symhep.run.farm.folder import OUTPUTS, TASK, Farm, output_name
from symhep.run.folder import RunFolder

__all__ = ["KINDS", "ranges", "write_submit"]

#: System -> the name of its submit file, and what is typed to hand it in.
KINDS = {
    "htcondor": ("tasks.sub", "condor_submit {}"),
    "slurm": ("tasks.slurm", "sbatch {}"),
    "shell": ("tasks.sh", "bash {} 2"),
}


def write_submit(farm: Farm, root: Path, tasks: Sequence[int]) -> str:
    """Write the submit file for some of the tasks of the round that is being done; what is to be typed."""
    name, typed = KINDS[farm.kind]
    root = root.absolute()
    (root / OUTPUTS).mkdir(parents=True, exist_ok=True)
    text = {"htcondor": _htcondor, "slurm": _slurm, "shell": _shell}[farm.kind](farm, root, tasks)
    RunFolder(root).write_bytes(name, text.encode())
    return typed.format(shlex.quote(str(root / name)))


def _htcondor(farm: Farm, root: Path, tasks: Sequence[int]) -> str:
    """Files are transferred, so that no file system has to be shared; inputs must be readable where the tasks run."""
    output = output_name(farm.round, 0)[:-5] + "$(task5)"
    lines = [
        f"# Round {farm.round}: hand in with condor_submit, then: symhep merge {shlex.quote(str(root))}",
        "universe = vanilla",
        f"executable = {farm.python}",
        "transfer_executable = false",
        f"arguments = -m symhep run {TASK} --task $(task)/{farm.tasks} -o . --scratch .",
        f"transfer_input_files = {root / TASK}",
        f"transfer_output_files = {output}.npz, {output}.json",
        "should_transfer_files = YES",
        "when_to_transfer_output = ON_EXIT",
        f"initialdir = {root / OUTPUTS}",
        f"log = {root / 'condor.log'}",
        f"output = {output}.out",
        f"error = {output}.err",
        "request_cpus = 1",
        "request_memory = 3 GB",
        # A task that was killed, by a signal, is begun again; one that ended has told how.
        "on_exit_remove = (ExitBySignal == False)",
        *farm.lines,
        "task5 = $INT(task,%05d)",
        f"queue task in ({' '.join(map(str, tasks))})",
    ]
    return "\n".join(lines) + "\n"


def _slurm(farm: Farm, root: Path, tasks: Sequence[int]) -> str:
    lines = [
        "#!/bin/bash",
        "#SBATCH --job-name=symhep",
        f"#SBATCH --array={ranges(tasks)}",
        f"#SBATCH --output={root / OUTPUTS}/slurm-%A_%a.log",
        "#SBATCH --ntasks=1",
        "#SBATCH --cpus-per-task=1",
        "#SBATCH --mem=3G",
        "#SBATCH --time=08:00:00",
        "#SBATCH --requeue",
        *farm.lines,
        f"# Round {farm.round}: hand in with sbatch, then: symhep merge {shlex.quote(str(root))}",
        f'exec {_command(farm, root)} --task "${{SLURM_ARRAY_TASK_ID}}/{farm.tasks}"',
    ]
    return "\n".join(lines) + "\n"


def _shell(farm: Farm, root: Path, tasks: Sequence[int]) -> str:
    lines = [
        "#!/bin/bash",
        f"# Round {farm.round}. bash tasks.sh P does P tasks at a time, then: symhep merge {shlex.quote(str(root))}",
        *farm.lines,
        f"printf '%s\\n' {' '.join(map(str, tasks))} |",
        f'  xargs -P "${{1:-1}}" -I TASK {_command(farm, root)} --task TASK/{farm.tasks}',
    ]
    return "\n".join(lines) + "\n"


def _command(farm: Farm, root: Path) -> str:
    words = [farm.python, "-m", "symhep", "run", str(root / TASK), "-o", str(root / OUTPUTS)]
    return shlex.join(words)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as Slurm takes them.

    >>> ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    found = sorted(numbers)
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(found)) if b != a + 1), len(found)]
    runs = [(found[a], found[b - 1]) for a, b in pairwise(breaks)]
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)
