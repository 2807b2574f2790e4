"""A farm made, and what its tasks found put together: round by round, until there is a run."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from symhep.card.loader import CardFile, load_card
from symhep.errors import CardError, StoreError
from symhep.methods.context import Progress
from symhep.plugin.functions import add_code_folder, code_folders
from symhep.plugin.manager import Registry
from symhep.run.cuts import CUTS
from symhep.run.environment import version_differences, versions
from symhep.run.farm.bundle import pack, unpack
from symhep.run.farm.folder import BUNDLE, CARD, OUTPUTS, RUN, TASK, Farm, TaskReport, output_name
from symhep.run.farm.sharing import Nobody
from symhep.run.farm.submit import KINDS, write_submit
from symhep.run.farm.task import METHOD_FAILED
from symhep.run.folder import RunFolder
from symhep.run.part_store import PartStore
from symhep.run.pipeline import Inputs, Run, execute
from symhep.run.plan import make_plan
from symhep.run.provenance import fingerprints

__all__ = ["Merged", "make_farm", "merge_farm", "reports"]


@dataclass
class Merged:
    """How far a farm is.

    Attributes
    ----------
    farm
        Its plan as it is now.
    missing, failed
        Tasks of the round that have told nothing yet, and those that failed.
    typed
        What is to be typed to have tasks done; None: there is nothing left to do.
    run
        The run, once it is done.
    """

    farm: Farm
    missing: list[int] = field(default_factory=list)
    failed: list[TaskReport] = field(default_factory=list)
    typed: str | None = None
    run: Run | None = None


def make_farm(
    card_file: CardFile,
    root: Path,
    tasks: int,
    kind: str,
    progress: Progress,
    registry: Registry,
    only: Iterable[str] = (),
    lines: Iterable[str] = (),
) -> Merged:
    """Write the folder of a farm for a card, with the submit file of its first round.

    Raises `StoreError` for a folder that is not empty.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise StoreError(f"{root} exists and is not empty; choose another folder")
    plan = make_plan(card_file, registry, only)
    folder = RunFolder(root / RUN)
    with folder.locked():
        task = RunFolder(root / TASK)
        task.write_card(plan.resolved_card)
        names = [source.path for found in plan.all_sources for source in found]
        farm = Farm(
            tasks, kind, versions(), plan.device, fingerprints(names, folder, progress), PartStore.of(folder),
            sys.executable, tuple(map(str, code_folders())), tuple(lines), tuple(plan.methods), round=-1,
        )  # fmt: skip
        merged = _advance(farm, root, folder, progress, registry)
    readme = _README.format(
        root=shlex.quote(str(root)), typed=merged.typed, tasks=tasks, task=TASK, outputs=OUTPUTS, run=RUN,
        submit=KINDS[kind][0],
    )  # fmt: skip
    RunFolder(root).write_bytes("README.txt", readme.encode())
    return merged


def merge_farm(root: Path, progress: Progress, registry: Registry) -> Merged:
    """Take in what tasks have found. If none of the round is missing, begin the next round, or finish the run.

    Raises `CardError` where another environment would give other numbers.
    """
    farm, _ = Farm.read(root)
    if told := version_differences(farm.versions, versions(), "the farm was made with"):
        raise CardError(
            f"this machine has {told}", hint="results would differ; use the same software environment"
        )
    for code in farm.code:
        add_code_folder(code)
    folder = RunFolder(root / RUN)
    with folder.locked():
        found = reports(root, farm)
        missing = [task for task in farm.work if task not in found]
        for task, report in found.items():
            bundle = root / OUTPUTS / f"{output_name(farm.round, task)}.npz"
            if bundle.is_file() and not unpack(bundle, folder) and report.code in (0, METHOD_FAILED):
                missing.append(task)  # it was cut on the way
        failed = [r for r in found.values() if r.code and r.task not in missing]
        again = sorted([*missing, *(r.task for r in failed if r.code != METHOD_FAILED)])
        if again:
            return Merged(farm, sorted(missing), failed, write_submit(farm, root, again))
        merged = _advance(farm, root, folder, progress, registry)
        for task in found:
            (root / OUTPUTS / f"{output_name(farm.round, task)}.npz").unlink(missing_ok=True)
    return replace(merged, failed=failed)


def reports(root: Path, farm: Farm) -> dict[int, TaskReport]:
    """Task -> how it ended, of the tasks with work in the round that is being done."""
    found = {task: TaskReport.read(root / OUTPUTS, farm.round, task) for task in farm.work}
    return {task: report for task, report in found.items() if report is not None}


def _advance(farm: Farm, root: Path, folder: RunFolder, progress: Progress, registry: Registry) -> Merged:
    """Go on with the run as far as it goes with what was found, and write what the tasks of the next round need."""
    plan = make_plan(load_card(root / TASK / CARD), registry, farm.names)
    if not farm.names:
        plan = plan.without_methods
    done, nobody = Run(folder.root, registry=registry), Nobody(farm.tasks)
    line = {"tasks": _all_reports(root, farm)}
    execute(plan, folder, progress, nobody, done, Inputs(farm.files, store=farm.store, line=line))
    if not done.waiting:
        (root / KINDS[farm.kind][0]).unlink(missing_ok=True)
        farm = farm.next(set(), [], folder.remembered(CUTS))
        farm.write(root)
        return Merged(farm, run=done)
    farm = farm.next(nobody.busy, done.waiting, folder.remembered(CUTS))
    pack(folder, RunFolder(root / TASK), BUNDLE)
    typed = write_submit(farm, root, farm.work)
    farm.write(root)
    return Merged(farm, typed=typed)


def _all_reports(root: Path, farm: Farm) -> list[dict[str, object]]:
    """Of all rounds, for provenance.json."""
    found = []
    for path in sorted((root / OUTPUTS).glob("round-*-task-*.json")):
        number, task = path.stem.split("-")[1::2]
        if (report := TaskReport.read(root / OUTPUTS, int(number), int(task))) is not None:
            found.append({k: v for k, v in vars(report).items() if k not in ("failed", "error")})
    return found


_README = """\
A run of symhep split into {tasks} tasks.

1. Run the tasks of a round:   {typed}
2. Merge their output:         symhep merge {root}
3. Repeat until the run is finished; it is in {run}/.

symhep merge lists missing and failed tasks with the reason, and writes {submit} again: for these only, or for
the next round. symhep merge --status {root} shows the status.

{task}/      input of a task: the card with absolute file names, the plan, sums of earlier rounds
{outputs}/     output and status of the tasks
{run}/       the final run folder
"""
