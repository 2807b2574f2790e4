"""`symhep run`: the whole analysis of a card."""

from __future__ import annotations

import click

from symhep.cli.terminal import say
from symhep.errors import MethodError

__all__ = ["command"]


@click.command("run")
@click.argument("card", type=click.Path())
@click.option(
    "-o", "--out", type=click.Path(), help="Run folder; one that exists is resumed. [default: runs/CARD]"
)
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
@click.option(
    "-n", "--max-events", type=click.IntRange(min=1), help="Read at most so many events per dataset."
)
@click.option("--device", help="auto, cpu, cuda or cuda:N.")
@click.option(
    "-j", "--workers", default="1", metavar="N|dask:ADDRESS", help="Local processes, or a dask cluster."
)
@click.option("--only", multiple=True, metavar="NAME", help="Run this method only; may be repeated.")
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="A folder whose modules the card may name functions of; may be repeated.",
)
@click.option("--force", is_flag=True, help="Repeat work that is already finished.")
@click.option("--verify", is_flag=True, help="Read every input file to see that it is what it was.")
@click.option("--dry-run", is_flag=True, help="Check everything, run nothing.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each step: files, events, times.")
@click.option(
    "--log", type=click.Path(dir_okay=False), metavar="FILE", help="Add the steps, with times, to FILE."
)
def command(
    card: str,
    out: str | None,
    overrides: tuple[str, ...],
    max_events: int | None,
    device: str | None,
    workers: str,
    only: tuple[str, ...],
    code: tuple[str, ...],
    force: bool,
    verify: bool,
    dry_run: bool,
    verbose: bool,
    log: str | None,
) -> None:
    """Read, select, fit, draw and report what CARD asks for."""
    from symhep.cli.log import telling
    from symhep.plugin.functions import add_code_folder
    from symhep.run.pipeline import run

    for folder in code:
        add_code_folder(folder)
    with telling(verbose, log) as progress:
        done = run(
            card, out, overrides=overrides, max_events=max_events, device=device, workers=workers, only=only,
            force=force, verify=verify, dry_run=dry_run, progress=progress,
        )  # fmt: skip
    if dry_run:
        say(f"{card}: OK (would write to {done.folder})")
        return
    for note in done.notes:
        click.echo(f"note: {note}")
    for name, result in done.results.items():
        say(f"{name}:")
        for statement in result.statements:
            say(f"  {'! ' if statement.kind == 'warning' else ''}{statement.text}")
    say(f"\nreport: {done.report}")
    if done.failed:
        raise MethodError(
            "; ".join(f"method '{name}' failed: {reason}" for name, reason in done.failed.items())
        )
