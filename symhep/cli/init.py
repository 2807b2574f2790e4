"""`symhep init`: a first run card from a look into the file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from symhep.cli.terminal import say
from symhep.errors import CardError

__all__ = ["command"]


@click.command("init")
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--out", type=click.Path(dir_okay=False), default="card.yaml", show_default=True)
@click.option("--format", "format_name", default="auto", help="The reader; auto looks into the file.")
@click.option(
    "-O", "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the reader."
)
@click.option("--force", is_flag=True, help="Overwrite a card that exists.")
def command(
    files: tuple[str, ...], out: str, format_name: str, options: tuple[str, ...], force: bool
) -> None:
    """Write a commented run card that suits FILES and runs as it is."""
    from symhep.card.loader import apply_overrides, load_card
    from symhep.card.schema import DatasetCard
    from symhep.plugin.manager import build_registry
    from symhep.run.plan import make_plan
    from symhep.run.sources import sources
    from symhep.run.suggest import write_card

    target = Path(out)
    if target.exists() and not force:
        raise CardError(f"{out} exists", hint="choose another name with -o, or overwrite it with --force")
    registry = build_registry()
    card = DatasetCard(files=files, format=format_name, options=apply_overrides({}, options))
    text = write_card(sources(card, registry), [_path_for(name, target) for name in files], registry)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Checked under another name first: a card that fails is not left behind, to be in the way of the next.
    draft = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        draft.write_text(text, encoding="utf-8")
        make_plan(load_card(draft), registry)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    say(f"wrote {out}; next: symhep run {out} -o runs/{target.stem}")


def _path_for(name: str, card: Path) -> str:
    """A file's name as the card should say it, so that the card works from any folder."""
    if "://" in name:
        return name
    absolute = Path(name).absolute()
    folder = card.absolute().parent
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)
