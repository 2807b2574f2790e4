"""`symhep report`: sentences, tables and the page again, without training."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("report")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Word the stored results of the run FOLDER again and write its report."""
    from symhep.run.rewrite import reword

    page, kept = reword(Path(folder))
    for line in kept:
        click.echo(line, err=True)
    click.echo(page)
