"""`symhep plot`: figures again, without training."""

from __future__ import annotations

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("plot")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Draw the figures of the run FOLDER again from its stored results."""
    from symhep.run.rewrite import redraw

    for stem in redraw(folder):
        say(stem)
