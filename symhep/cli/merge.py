"""`symhep merge`: what the tasks of a farm found, put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from symhep.cli.terminal import say

if TYPE_CHECKING:
    from symhep.run.farm.merge import Merged

__all__ = ["command", "told"]

#: Exit code where tasks are to be run: for a script that goes on until there are none.
TASKS_LEFT = 6
#: Failed tasks that are listed one by one.
_SHOWN = 10


@click.command("merge")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False))
@click.option("--status", is_flag=True, help="Only show the status of tasks and rounds.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step: files, events, times.")
def command(folder: str, status: bool, verbose: bool) -> int:
    """Merge the output of the tasks of the farm in DIR: write the next round of tasks, or the run folder DIR/run.

    Exit codes: 0 run finished, 6 tasks have to be run first, 4 run finished but some method failed.
    """
    if status:
        from symhep.run.farm.status import rows

        for row in rows(Path(folder)):
            say(row)
        return 0
    from symhep.cli.log import telling
    from symhep.plugin.manager import build_registry
    from symhep.run.farm.merge import merge_farm

    with telling(verbose) as progress:
        found = merge_farm(Path(folder), progress, build_registry())
    return told(found, folder)


def told(found: Merged, folder: str) -> int:
    """Say how far a farm is, and what to do; the exit code."""
    from symhep.run.farm.submit import ranges

    farm = found.farm
    for report in found.failed[:_SHOWN]:
        say(f"task {report.task} of round {report.round} failed on {report.host}: {report.error}")
    if len(found.failed) > _SHOWN:
        say(f"and {len(found.failed) - _SHOWN} more")
    if found.missing:
        many = f"{len(found.missing)} of {len(farm.work)} tasks of round {farm.round} are missing"
        say(f"{many}: {ranges(found.missing)}")
    if found.run is not None:
        say(f"run finished: {found.run.folder}\nreport: {found.run.report}")
        for name, reason in found.run.failed.items():
            say(f"method '{name}' failed: {reason}")
        return 4 if found.run.failed else 0
    waiting = set(farm.waiting) & {name for report in found.failed for name in report.failed}
    if found.failed and waiting == set(farm.waiting):
        say(
            "only failed methods are left; to finish the run without them: "
            f"symhep run {folder}/task/card.yaml -o {folder}/run"
        )
        return 4
    again = "; only missing and failed tasks are run again" if found.missing or found.failed else ""
    say(f"round {farm.round}: {len(farm.work)} tasks, for {', '.join(farm.waiting[:5])}{again}")
    say(f"  {found.typed}\n  symhep merge {folder}")
    return TASKS_LEFT
