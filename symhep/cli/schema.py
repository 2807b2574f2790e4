"""`symhep schema`: JSON Schemas of run cards and of results."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["command"]


@click.command("schema")
@click.argument("of", default="card", metavar="[card|METHOD]")
@click.option(
    "--keys", is_flag=True, help="Print the keys of a card, or of the results of METHOD, as Markdown tables."
)
@click.option("-o", "--out", type=click.Path(dir_okay=False), help="Write to a file.")
def command(of: str, keys: bool, out: str | None) -> None:
    """Print the JSON Schema of run cards, or of the results of METHOD.

    Editors use it to complete and check cards; `symhep init` writes the line that refers to it.
    """
    from symhep.card.schema import RunCard
    from symhep.cli.keys import key_tables
    from symhep.cli.options import describe
    from symhep.methods.schema import keys_table, record_schema
    from symhep.plugin.card_schema import card_schema
    from symhep.plugin.manager import build_registry

    registry = build_registry()
    if of == "card":
        text = key_tables(describe(RunCard)) if keys else json.dumps(card_schema(registry), indent=1)
    else:
        record = registry.method(of).Record
        text = keys_table(record) if keys else json.dumps(record_schema(of, record), indent=1)
    text += "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        Path(out).write_text(text, encoding="utf-8")
        click.echo(f"wrote {out}")
