"""`symhep new`: an outside project with a method or a reader, complete with its test."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("new")
@click.argument("kind", type=click.Choice(["method", "reader"]))
@click.argument("name")
@click.option(
    "-o", "--out", type=click.Path(), help="Folder of the project. [default: symhep-NAME]", default=None
)
def command(kind: str, name: str, out: str | None) -> None:
    """Write a project for a new method or reader NAME: pyproject.toml, package, test, card, README.

    Its test passes; the parts to replace are marked.
    """
    from symhep.plugin.manager import build_registry
    from symhep.plugin.new_project import write_project

    folder = Path(out) if out is not None else Path(f"symhep-{name.replace('_', '-')}")
    for file in write_project(kind, name, folder, build_registry()):
        click.echo(f"wrote {file}")
    click.echo(f"next: pip install -e {folder} && python -m pytest {folder}")
