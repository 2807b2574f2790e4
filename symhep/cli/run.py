"""`symhep run`: the whole analysis of a card, or of events for which a card is written first."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symhep.cli.terminal import say
from symhep.errors import CardError, MethodError

if TYPE_CHECKING:
    from symhep.plugin.manager import Registry

__all__ = ["command"]


@click.command("run")
@click.argument("what", nargs=-1, required=True, metavar="CARD | FILE|FOLDER...")
@click.option(
    "-o", "--out", type=click.Path(), help="Run folder; an existing run is resumed. [default: runs/NAME]"
)
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
@click.option("-n", "--max-events", type=click.IntRange(min=1), help="Maximum number of events per dataset.")
@click.option("--device", help="auto, cpu, cuda or cuda:N.")
@click.option(
    "-j", "--workers", default="1", metavar="N|dask:ADDRESS", help="Local processes, or a dask cluster."
)
@click.option("--only", multiple=True, metavar="NAME[/REGION]", help="Run only this method; repeatable.")
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder with modules whose functions the card may use; repeatable.",
)
@click.option("--task", metavar="I/N", help="Run task I (from 0) of the N tasks of the given farm folder.")
@click.option("--scratch", type=click.Path(), metavar="DIR", help="Folder for temporary files of a task.")
@click.option("--force", is_flag=True, help="Repeat results that exist already.")
@click.option("--verify", is_flag=True, help="Compute the checksums of all input files again.")
@click.option("--dry-run", is_flag=True, help="Check the card and the files; do not run.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step: files, events, times.")
@click.option(
    "--log", type=click.Path(dir_okay=False), metavar="FILE", help="Append each step, with times, to FILE."
)
def command(
    what: tuple[str, ...],
    out: str | None,
    overrides: tuple[str, ...],
    max_events: int | None,
    device: str | None,
    workers: str,
    only: tuple[str, ...],
    code: tuple[str, ...],
    task: str | None,
    scratch: str | None,
    force: bool,
    verify: bool,
    dry_run: bool,
    verbose: bool,
    log: str | None,
) -> None:
    """Run CARD: read and select events, run the methods, draw figures, write the report.

    With event files or folders (also of MadGraph) instead of a card, a card for them is written into the run folder
    and run. A second call uses the card in the run folder, including your changes.
    """
    from symhep.cli.log import telling
    from symhep.cli.side_by_side import show_regions
    from symhep.plugin.functions import add_code_folder
    from symhep.plugin.manager import build_registry
    from symhep.run.pipeline import run
    from symhep.run.pointing import is_card

    for folder in code:
        add_code_folder(folder)
    registry = build_registry()
    if task is not None:
        _do_task(what, task, out, scratch, workers, registry, verbose, log)
        return
    with tempfile.TemporaryDirectory() as scratch, telling(verbose, log) as progress:
        card = what[0]
        if len(what) > 1 or not is_card(card):
            card, out = _card_of(what, out, registry, Path(scratch) if dry_run else None)
        done = run(
            card, out, overrides=overrides, max_events=max_events, device=device, workers=workers, only=only,
            force=force, verify=verify, dry_run=dry_run, progress=progress, registry=registry,
        )  # fmt: skip
    if dry_run:
        say(f"{' '.join(what)}: OK (would write to {done.folder})")
        return
    for note in done.notes:
        say(f"note: {note}")
    for name, result in done.results.items():
        say(f"{name}:")
        for statement in result.statements:
            say(f"  {'! ' if statement.kind == 'warning' else ''}{statement.text}")
    for name, reason in done.blind.items():
        say(f"{name}:\n  blinded: {reason}")
    if not done.results and not done.failed and not done.blind:
        say(f"no method is active; the comments in {card} give the reasons")
    show_regions(done.folder)
    say(f"\nreport: {done.report}")
    if done.failed:
        raise MethodError(
            "; ".join(f"method '{name}' failed: {reason}" for name, reason in done.failed.items())
        )


def _do_task(
    what: Sequence[str], task: str, out: str | None, scratch: str | None, workers: str, registry: Registry,
    verbose: bool, log: str | None,
) -> None:  # fmt: skip
    """A task of a farm; its exit code is returned, and written into its report."""
    from symhep.cli.log import telling
    from symhep.run.farm.task import do_task

    if len(what) != 1:
        raise CardError("--task needs one farm folder", where="--task")
    with telling(verbose, log) as progress:
        report = do_task(
            Path(what[0]), task, Path(out) if out is not None else None,
            Path(scratch) if scratch is not None else None, progress, registry, workers,
        )  # fmt: skip
    say(f"task {report.task} of round {report.round}: {report.error or 'done'}", err=bool(report.error))
    if report.code:
        click.get_current_context().exit(report.code)


def _card_of(
    what: Sequence[str], out: str | None, registry: Registry, scratch: Path | None
) -> tuple[str, str]:
    """The card in the run folder for these events, written if there is none, and the run folder.

    With ``scratch`` a new card is written there, so that the run folder stays as it is.
    """
    from symhep.run.first_card import names_files, write_first_card
    from symhep.run.folder import RunFolder
    from symhep.run.pointing import is_card, pointed_at

    for name in what:
        if is_card(name):
            raise CardError(
                "a card cannot be combined with other arguments",
                where=name,
                hint="give one card, or event files and folders",
            )
    pointed = pointed_at(what, registry)
    folder = Path(out) if out is not None else Path("runs") / pointed.name
    card = folder / "card.yaml"
    if card.exists():
        if not names_files(card, pointed):
            raise CardError(
                "is the card of other input files", where=str(card), hint="choose another run folder with -o"
            )
        say(f"card: {card} (existing)")
        return str(card), str(folder)
    RunFolder(folder).check()
    written = card if scratch is None else scratch / "card.yaml"
    write_first_card(pointed, written, registry)
    say(f"card: {card}, written for {' '.join(what)}; edit it and run again")
    return str(written), str(folder)
