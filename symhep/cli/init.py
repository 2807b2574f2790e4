"""`symhep init`: a first run card from a look into the files."""

from __future__ import annotations

from pathlib import Path

import click

from symhep.cli.terminal import say
from symhep.errors import CardError

__all__ = ["command"]


@click.command("init")
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--out", type=click.Path(dir_okay=False), default="card.yaml", show_default=True)
@click.option("--format", "format_name", default="auto", help="Input format; auto: detected from the file.")
@click.option("-O", "--option", "options", multiple=True, metavar="KEY=VALUE", help="Option of the reader.")
@click.option("--force", is_flag=True, help="Overwrite an existing card.")
def command(
    files: tuple[str, ...], out: str, format_name: str, options: tuple[str, ...], force: bool
) -> None:
    """Write a commented run card for FILES, ready to run.

    FILES are event files, globs, URLs, or folders: of MadGraph (PROC, PROC/Events/run_01), or with event files of
    one format.
    """
    from symhep.card.loader import apply_overrides
    from symhep.plugin.manager import build_registry
    from symhep.run.first_card import write_first_card
    from symhep.run.pointing import pointed_at

    target = Path(out)
    if target.exists() and not force:
        raise CardError(f"{out} exists", hint="choose another name with -o, or use --force to overwrite it")
    registry = build_registry()
    pointed = pointed_at(files, registry, format_name)
    methods = write_first_card(pointed, target, registry, format_name, apply_overrides({}, options))
    runs = f"runs {', '.join(methods)}" if methods else "runs no method (its comments give the reasons)"
    say(f"wrote {out}, which {runs}; next: symhep run {out} -o runs/{target.stem}")
