"""`symhep farm`: a run for a batch system."""

from __future__ import annotations

from pathlib import Path

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("farm")
@click.argument("card", type=click.Path())
@click.option("-o", "--out", required=True, metavar="DIR", type=click.Path(), help="New folder for it.")
@click.option("--tasks", required=True, type=click.IntRange(1, 99_999), help="How many tasks share the work.")
@click.option(
    "--to",
    "kind",
    required=True,
    type=click.Choice(["htcondor", "slurm", "shell"]),
    help="What the submit file is written for.",
)
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
@click.option("--only", multiple=True, metavar="NAME[/REGION]", help="Run this method only; may be repeated.")
@click.option(
    "--line", "lines", multiple=True, metavar="TEXT", help="A line for the submit file; may be repeated."
)
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="A folder whose modules the card may name functions of; may be repeated.",
)
@click.option("-v", "--verbose", is_flag=True, help="Tell each step: files, events, times.")
def command(
    card: str,
    out: str,
    tasks: int,
    kind: str,
    overrides: tuple[str, ...],
    only: tuple[str, ...],
    lines: tuple[str, ...],
    code: tuple[str, ...],
    verbose: bool,
) -> None:
    """Write a folder from which a batch system does the run of CARD, without a scheduler of ours.

    Its tasks read their share of the files, form their share of each sum and train their share of networks, round by
    round; symhep merge puts together what they found. The numbers are those of symhep run CARD.
    """
    from symhep.card.loader import load_card
    from symhep.cli.log import telling
    from symhep.cli.merge import told
    from symhep.plugin.functions import add_code_folder
    from symhep.plugin.manager import build_registry
    from symhep.run.farm.merge import make_farm

    for folder in code:
        add_code_folder(folder)
    with telling(verbose) as progress:
        made = make_farm(
            load_card(card, overrides), Path(out), tasks, kind, progress, build_registry(), only, lines
        )
    say(f"{out}: a farm of {tasks} tasks for {kind}; its README.txt tells what to do")
    told(made, out)
