"""`symhep validate`: everything that can be known without training."""

from __future__ import annotations

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("validate")
@click.argument("card", type=click.Path())
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder with modules whose functions the card may use; repeatable.",
)
def command(card: str, overrides: tuple[str, ...], code: tuple[str, ...]) -> None:
    """Check CARD: keys, names, cuts, options, files and their fields."""
    from symhep.card.loader import load_card
    from symhep.cli.plan import plan_lines
    from symhep.plugin.functions import add_code_folder
    from symhep.plugin.manager import build_registry
    from symhep.run.plan import make_plan

    for folder in code:
        add_code_folder(folder)
    plan = make_plan(load_card(card, overrides), build_registry())
    files = sum(len(found) for found in plan.all_sources)
    say(f"{card}: OK: {files} file{'s' * (files != 1)}, methods: {', '.join(plan.methods) or 'none'}")
    for line in plan_lines(plan):
        say(line)
