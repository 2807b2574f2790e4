"""`symhep compare`: the same questions in several finished runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from symhep.cli.terminal import say

if TYPE_CHECKING:
    from symhep.report.comparison.record import ComparisonRecord

__all__ = ["command"]

#: Exit code of a comparison that failed, and rows of a table on the terminal.
FAILED, _ROWS = 5, 12


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False))
@click.option("-o", "--out", metavar="DIR", type=click.Path(), help="Write a page with figures into DIR.")
@click.option(
    "--fail-on",
    type=click.Choice(["verdict"]),
    help="Exit code 5 if a verdict changed or a result is missing in a run.",
)
@click.option(
    "--max-pull",
    type=click.FloatRange(min=0),
    metavar="SIGMA",
    help="Exit code 5 if any pull is larger.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--force", is_flag=True, help="Overwrite an earlier comparison in DIR.")
def command(
    runs: tuple[str, ...],
    out: str | None,
    fail_on: str | None,
    max_pull: float | None,
    as_json: bool,
    force: bool,
) -> int:
    """Compare the run folders RUNS, each with the first one: data periods, generators, versions.

    Results are matched by method, region and key. No pull is given for results of the same events.
    """
    from pathlib import Path

    from symhep.run.compare import compare_stored
    from symhep.run.stored import read_run

    stored = [read_run(run) for run in runs]
    found = compare_stored(stored)
    if out is not None:
        from symhep.run.compare_folder import write_comparison

        page = write_comparison(found, stored, Path(out), force=force)
    if as_json:
        say(json.dumps(found.to_json(), indent=1))
    else:
        _show(found)
        if out is not None:
            say(f"page: {page}")
    reasons = _failures(found, fail_on, max_pull)
    for reason in reasons:
        say(f"failed: {reason}", err=True)
    return FAILED if reasons else 0


def _failures(found: ComparisonRecord, fail_on: str | None, max_pull: float | None) -> list[str]:
    reasons = []
    if fail_on == "verdict":
        if found.changed:
            reasons.append(f"{len(found.changed)} verdicts changed (--fail-on verdict)")
        lone = [row.result for row in found.only if not row.key]
        if lone:
            reasons.append(f"missing in some runs: {', '.join(lone)} (--fail-on verdict)")
    if max_pull is not None and (above := found.above(max_pull)):
        reasons.append(f"{len(above)} pulls above {max_pull:g} (--max-pull)")
    return reasons


def _show(found: ComparisonRecord) -> None:
    """For people: a line for each thing, which a terminal of any width can break."""
    from symhep.methods.p_values import bound_text

    first = found.runs[0].label
    say(f"{', '.join(run.label for run in found.runs)}: each against {first}")
    for run in found.runs:
        for line in run.missing:
            say(f"  ! {run.label}: {line}")
    for row in found.sharing:
        if row.sharing == "same":
            say(f"  ! {row.result} of {row.run}: same events, no pulls")
        elif row.sharing == "reference":
            say(f"  {row.result} of {row.run}: same reference, pulls may be underestimated")
    for lone in found.only:
        if not lone.key:
            say(f"  ! {lone.result} is only in {', '.join(lone.runs)}")
    for difference in found.differences[:_ROWS]:
        say(f"  {difference.kind} {difference.key}: {' | '.join(difference.values)}")
    _more(len(found.differences))
    say(f"{len(found.changed)} of {len(found.hypotheses)} verdicts changed")
    for changed in found.changed[:_ROWS]:
        told = [
            f"{verdict or '–'}{f' ({bound_text(p.log10_p)})' if p is not None and p.log10_p is not None else ''}"
            for verdict, p in ((changed.first_verdict, changed.first_p), (changed.verdict, changed.p))
        ]
        say(f"  {changed.run} {changed.result} {changed.key}: {told[0]} -> {told[1]}")
    _more(len(found.changed))
    say(f"{len(found.pulls)} common numbers: pull, shift in units of the error of {first}")
    for pull in found.pulls[:_ROWS]:
        far = "  ".join(f"{'–' if n is None else f'{n:+.2f}':>6}" for n in (pull.pull, pull.shift))
        say(f"  {far}  {pull.run} {pull.result} {pull.key}: {pull.first.text()} -> {pull.value.text()}")
    _more(len(found.pulls))
    if (top := found.largest) is not None:
        say(
            f"the largest of {top.number} pulls: {top.pull:+.2f}, p = {top.local_p:.2g} (local), {top.global_p:.2g} "
            f"(global)"
        )


def _more(total: int) -> None:
    if total > _ROWS:
        say(f"  ... and {total - _ROWS} more")
