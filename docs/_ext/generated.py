"""Tables made from the code while a page is read: `<!-- generated: WHAT -->` on a line is replaced by Markdown."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator

import architecture
import click
from sphinx.application import Sphinx

from symhep.card.schema import RunCard
from symhep.cli.keys import key_tables
from symhep.cli.main import COMMANDS, group
from symhep.cli.options import describe
from symhep.methods.schema import keys_table
from symhep.plugin.manager import Registry, build_registry

MARKER = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)
#: Packages that symhep ships; a page of the site says nothing of other plugins that happen to be installed.
OWN = ("symhep.", "symhep_moments.", "symhep_oracle.", "symhep_symmetrygan.", "symhep_vae.")


def _registry() -> Registry:
    return build_registry()


def card_keys() -> str:
    return key_tables(describe(RunCard), level=3)


def method_options(name: str) -> str:
    return key_tables(describe(_registry().method(name).Options), level=2)


def format_options() -> str:
    """Formats with the same options stand together."""
    registry = _registry()
    groups: dict[str, list[str]] = {}
    for name in sorted(registry.readers):
        reader = registry.reader(name)
        if reader.__module__.startswith(OWN):
            options = describe(reader.Options)
            groups.setdefault(key_tables(options, level=3) if options else "", []).append(name)
    none = groups.pop("", [])
    parts = [f"## {_listed(names)}\n\n{table}" for table, names in groups.items()]
    return "\n\n".join([*parts, f"{_listed(none)} have no options."])


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def result_keys(name: str) -> str:
    return keys_table(_registry().method(name).Record)


def commands() -> str:
    return "\n\n".join("\n".join(_command(name)) for name in COMMANDS)


def _command(name: str) -> Iterator[str]:
    command: click.Command = importlib.import_module(f"symhep.cli.{name}").command
    context = click.Context(command, info_name=f"symhep {name}")
    yield f"## symhep {name}"
    yield ""
    yield f"```text\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```"
    yield ""
    yield _paragraphs(command.help or "")
    yield ""
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [
        " | ".join(cell.replace("|", "\\|") for cell in (f"`{r[0]}`", r[1])) for r in records if r and r[1]
    ]
    if rows:
        yield from ("| option | |", "|---|---|", *(f"| {row} |" for row in rows))


def _paragraphs(help_text: str) -> str:
    """Click's text as Markdown: paragraphs after a \\b keep their lines."""
    parts = []
    for part in inspect.cleandoc(help_text).split("\n\n"):
        parts.append(
            f"```text\n{part.removeprefix(chr(8)).strip(chr(10))}\n```" if part.startswith("\b") else part
        )
    return "\n\n".join(parts)


def exit_codes() -> str:
    lines = ["| code | meaning |", "|---|---|"]
    text = inspect.getdoc(group.callback) or ""
    listed = re.search(r"Exit codes: (.*?)\.", " ".join(text.split()))
    assert listed is not None, "the help of `symhep` lists the exit codes"
    for entry in listed[1].split(", "):
        code, meaning = entry.split(" ", 1)
        lines.append(f"| {code} | {meaning} |")
    return "\n".join(lines)


MAKERS: dict[str, Callable[..., str]] = {
    "architecture": architecture.drawing,
    "imports": architecture.table,
    "card keys": card_keys,
    "commands": commands,
    "exit codes": exit_codes,
    "format options": format_options,
    "method options": method_options,
    "result keys": result_keys,
}


def _made(match: re.Match[str]) -> str:
    what, _, argument = match[1].partition(" of ")
    return MAKERS[what](argument) if argument else MAKERS[what]()


def _read(app: Sphinx, docname: str, content: list[str]) -> None:
    content[0] = MARKER.sub(_made, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
