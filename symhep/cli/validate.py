"""`symhep validate`: everything that can be known without training."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("validate")
@click.argument("card", type=click.Path())
@click.option(
    "-s", "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the card."
)
def command(card: str, overrides: tuple[str, ...]) -> None:
    """Check CARD: keys, names, cuts, options, files and their fields."""
    from symhep.card.loader import load_card
    from symhep.plan import make_plan
    from symhep.plugin.manager import build_registry

    plan = make_plan(load_card(card, overrides), build_registry())
    files = sum(len(found) for found in plan.sources.values())
    click.echo(
        f"{card}: good: {files} file{'s' * (files != 1)}, methods: {', '.join(plan.methods) or 'none'}"
    )
