"""`symhep report`: the page again."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("report")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Write the report of the run FOLDER again from its stored results."""
    from symhep.report.page import write_report

    click.echo(write_report(Path(folder)))
