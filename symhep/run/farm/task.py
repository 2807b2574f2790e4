"""One task of a farm: the run as far as it goes with what is merged, and the task's own share of what comes next."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from symhep.card.loader import load_card
from symhep.errors import CardError, DeviceError, InputError, SymhepError
from symhep.methods.context import Progress
from symhep.paths import writing
from symhep.plugin.functions import add_code_folder
from symhep.plugin.isolation import failure
from symhep.plugin.manager import Registry
from symhep.run.cuts import CUTS
from symhep.run.environment import version_differences, versions
from symhep.run.farm.bundle import BundledFolder, pack
from symhep.run.farm.folder import BUNDLE, CARD, OUTPUTS, Farm, TaskReport, output_name
from symhep.run.farm.sharing import TaskWorkers
from symhep.run.folder import RunFolder
from symhep.run.names import local_path
from symhep.run.part_store import SCRATCH
from symhep.run.pipeline import READING, Inputs, Run, execute
from symhep.run.plan import make_plan
from symhep.run.workers import open_workers

__all__ = ["do_task", "parse_task"]

#: What ends a task whose method failed: the others' numbers are there.
METHOD_FAILED = 4


def parse_task(text: str) -> tuple[int, int]:
    """'3/10': task 3 of the tasks 0 to 9.

    >>> parse_task("3/10")
    (3, 10)
    """
    number, _, total = text.partition("/")
    if not (number.isdecimal() and total.isdecimal() and int(number) < int(total)):
        raise CardError(f"'{text}' is not I/N with I from 0 to N - 1", where="--task")
    return int(number), int(total)


def do_task(
    root: Path,
    task: str,
    out: Path | None,
    scratch: Path | None,
    progress: Progress,
    registry: Registry,
    workers: str = "1",
) -> TaskReport:
    """Do one task, and write what it found and how it ended; whatever goes wrong is told there, too.

    Parameters
    ----------
    root
        The folder of the farm, or the part of it that travels. It is read, and not written to.
    out
        Folder for what the task found; by default that of the farm.
    scratch
        Where files are kept meanwhile; by default $SYMHEP_SCRATCH, or the folder for temporary files.
    """
    farm, place = Farm.read(root)
    number, total = parse_task(task)
    if total != farm.tasks:
        raise CardError(f"the farm has {farm.tasks} tasks, not {total}", where="--task")
    out = out if out is not None else place.parent / OUTPUTS
    if scratch is not None:
        os.environ[SCRATCH] = str(scratch.absolute())
    started, clock = datetime.now(UTC), time.perf_counter()
    code, error, done = 0, "", Run(place)
    above = Path(os.environ.get(SCRATCH) or tempfile.gettempdir())
    with writing(out), writing(above):
        out.mkdir(parents=True, exist_ok=True)
        above.mkdir(parents=True, exist_ok=True)
        room = tempfile.TemporaryDirectory(prefix="symhep-task-", dir=above, ignore_cleanup_errors=True)
    with room as name:
        folder = BundledFolder(name, place / BUNDLE)
        try:
            _execute(farm, place, number, folder, progress, registry, workers, done)
            if done.failed:
                told = (f"method '{name}' failed: {why}" for name, why in done.failed.items())
                code, error = METHOD_FAILED, "; ".join(told)
        except SymhepError as problem:
            code, error = problem.exit_code, str(problem)
        except Exception as problem:
            code, error = 1, str(failure("the task failed", problem))
        finally:
            folder.close()
        # Both files in any case: a batch system waits for those that it is told of. The report last: it is the mark.
        pack(folder, RunFolder(out), f"{output_name(farm.round, number)}.npz")
    report = TaskReport(
        farm.round, number, code, error, done.failed, platform.node(),
        started.isoformat(timespec="seconds"), round(time.perf_counter() - clock, 2),
    )  # fmt: skip
    RunFolder(out).write_json(f"{output_name(farm.round, number)}.json", vars(report))
    return report


def _execute(
    farm: Farm, place: Path, number: int, folder: BundledFolder, progress: Progress, registry: Registry,
    workers: str, done: Run,
) -> None:  # fmt: skip
    if told := version_differences(farm.versions, versions(), "the farm was made with"):
        raise CardError(
            f"this machine has {told}", hint="results would differ; use the same software environment"
        )
    for code in farm.code:
        add_code_folder(code)
    _check_files(farm)
    reading = farm.waiting == (READING,)
    waiting = set(farm.names) if reading else set(farm.waiting)
    plan = make_plan(load_card(place / CARD), registry, sorted(set(farm.names) & waiting))
    if plan.device != farm.device:
        raise DeviceError(
            f"this machine has {plan.device}, but the farm was created for {farm.device}; set run.device in the card"
        )
    if farm.segments:
        folder.write_json(CUTS, farm.segments)
    if not set(farm.names) & waiting:
        plan = plan.without_methods
    given = Inputs(farm.files, store=farm.store, controls=None if reading else waiting)
    with open_workers(workers) as inner:
        execute(plan, folder, progress, TaskWorkers(inner, number, farm.tasks), done, given)


def _check_files(farm: Farm) -> None:
    """Raise `InputError` for a file that is not here, or not as it was."""
    for name, known in farm.files.items():
        local = local_path(name)
        if local is None or known["size"] is None:
            continue
        try:
            size = Path(local).stat().st_size
        except OSError as error:
            raise InputError(
                f"the machine '{platform.node()}' cannot access it: {error.strerror}", file=name,
                hint="inputs must lie under the same path on all machines, or behind a URL",
            ) from error  # fmt: skip
        if size != known["size"]:
            raise InputError(
                f"it has {size:,} bytes, but {known['size']:,} when the farm was created", file=name,
                hint="create the farm again",
            )  # fmt: skip
