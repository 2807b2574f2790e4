"""`symhep plot`: figures again, without training."""

from __future__ import annotations

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("plot")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-s",
    "--set",
    "overrides",
    multiple=True,
    metavar="output.KEY=VALUE",
    help="Override how figures look, e.g. output.style=CMS.",
)
def command(folder: str, overrides: tuple[str, ...]) -> None:
    """Draw the figures of the run FOLDER again from its stored results."""
    from symhep.run.rewrite import redraw

    for stem in redraw(folder, overrides=overrides):
        say(stem)
