"""`symhep methods`: what the plugins bring, and which of them are broken."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

__all__ = ["command"]


@click.command("methods")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(name: str | None, as_json: bool) -> None:
    """List methods and formats; with NAME, a method's options, defaults and references."""
    from symhep.plugin.manager import build_registry

    registry = build_registry()
    described = _one(registry, name) if name else _all(registry)
    if as_json:
        click.echo(json.dumps(described, indent=1))
    elif name:
        _print_one(described)
    else:
        _print_all(described)


def _all(registry: Any) -> dict[str, Any]:
    from symhep.errors import PluginError

    found: dict[str, Any] = {
        "methods": {},
        "formats": {},
        "broken": {b.name: b.reason for b in registry.broken},
    }
    for key, names, load in (
        ("methods", registry.methods, registry.method),
        ("formats", registry.readers, registry.reader),
    ):
        for name in sorted(names):
            try:
                found[key][name] = load(name).summary
            except PluginError as error:
                found["broken"][name] = str(error)
    return found


def _one(registry: Any, name: str) -> dict[str, Any]:
    from symhep.cli.options import describe

    known = registry.reader if name in registry.readers else registry.method
    item = known(name)
    described = {"name": item.name, "summary": item.summary, "options": describe(item.Options)}
    return described | (
        {"references": [asdict(r) for r in item.references]} if hasattr(item, "references") else {}
    )


def _print_all(described: dict[str, Any]) -> None:
    for title, key in (("Methods", "methods"), ("Formats", "formats"), ("Broken plugins", "broken")):
        if described[key]:
            click.secho(title, bold=True)
            width = max(len(n) for n in described[key])
            for name, text in described[key].items():
                click.echo(f"  {name:<{width}}  {text}")


def _print_one(described: dict[str, Any]) -> None:
    from symhep.cli.options import lines

    click.secho(f"{described['name']}: {described['summary']}", bold=True)
    for line in lines(described["options"]):
        click.echo(line)
    for reference in described.get("references", ()):
        click.echo("Reference: " + ", ".join(text for text in reference.values() if text))
