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
    help="Override a key of 'output', e.g. output.style=CMS.",
)
def command(folder: str, overrides: tuple[str, ...]) -> None:
    """Redraw the figures of the run FOLDER from its stored results."""
    from symhep.run.rewrite import redraw

    for stem in redraw(folder, overrides=overrides):
        say(stem)
