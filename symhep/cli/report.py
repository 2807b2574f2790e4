"""`symhep report`: sentences, tables and the page again, without training."""

from __future__ import annotations

from pathlib import Path

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("report")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Rewrite the report of the run FOLDER from its stored results."""
    from symhep.run.rewrite import reword

    page, kept = reword(Path(folder))
    for line in kept:
        say(line, err=True)
    say(page)
