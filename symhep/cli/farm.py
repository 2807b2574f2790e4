"""`symhep farm`: a run for a batch system."""

from __future__ import annotations

from pathlib import Path

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("farm")
@click.argument("card", type=click.Path())
@click.option("-o", "--out", required=True, metavar="DIR", type=click.Path(), help="Folder to write.")
@click.option("--tasks", required=True, type=click.IntRange(1, 99_999), help="Number of tasks.")
@click.option(
    "--to",
    "kind",
    required=True,
    type=click.Choice(["htcondor", "slurm", "shell"]),
    help="Batch system.",
)
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
@click.option("--only", multiple=True, metavar="NAME[/REGION]", help="Run only this method; repeatable.")
@click.option(
    "--line", "lines", multiple=True, metavar="TEXT", help="Additional line of the submit file; repeatable."
)
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder with modules whose functions the card may use; repeatable.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print each step: files, events, times.")
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
    """Write a folder with the batch jobs (tasks) of the run of CARD.

    In each round, every task reads part of the files, computes part of each sum or trains part of the networks;
    symhep merge combines the output. The results are identical to those of symhep run CARD.
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
    say(f"{out}: a farm of {tasks} tasks for {kind}; see its README.txt")
    told(made, out)
