"""`symhep inspect`: what files hold, readable or as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import click

from symhep.errors import InputError

__all__ = ["command"]


@click.command("inspect")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document for all files.")
@click.option("--format", "format_name", default="auto", help="The reader; auto looks into the file.")
@click.option(
    "-O", "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the reader."
)
def command(files: tuple[str, ...], as_json: bool, format_name: str, options: tuple[str, ...]) -> int:
    """Show format, collections with types and units, events and weights of FILES.

    A damaged file is read as far as it goes; what is lost is reported, and the exit code is 3.
    """
    from symhep.card.loader import apply_overrides
    from symhep.plugin.manager import build_registry
    from symhep.run.inspection import inspect

    registry, chosen = build_registry(), apply_overrides({}, options)
    documents: list[dict[str, Any]] = []
    for file in files:
        try:
            summary = inspect(file, format=format_name, registry=registry, options=chosen)
            documents.append(_document(summary))
        except InputError as error:
            documents.append({"file": file, "error": str(error)})
    if as_json:
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=1))
        for document in documents:
            if "error" in document:
                click.echo(f"symhep: {document['error']}", err=True)
    else:
        for document in documents:
            _print(document)
    return 3 if any("error" in d or d["losses"] for d in documents) else 0


def _document(summary: Any) -> dict[str, Any]:
    """The JSON form of a `FileSummary`; the keys are stable."""
    schema, sums = summary.schema, summary.weights
    return {
        "file": summary.file,
        "format": summary.format,
        "events": sums.events,
        "sum_of_weights": sums.sum_w,
        "sum_of_weights_error": math.sqrt(sums.sum_w2),
        "sum_of_abs_weights": sums.sum_abs_w,
        "negative_fraction": sums.negative / sums.events if sums.events else 0.0,
        "cross_section_pb": summary.cross_section_pb,
        "containers": list(schema.containers),
        "beams": [{"pdgId": i, "energy_gev": e} for i, e in schema.beams],
        "weights": list(schema.weights),
        "collections": {
            name: {"kind": c.kind, "fields": {f: dataclasses.asdict(d) for f, d in c.fields.items()}}
            for name, c in schema.collections.items()
        },
        "event_fields": {name: dataclasses.asdict(f) for name, f in schema.event_fields.items()},
        "notes": list(summary.notes),
        "losses": [dataclasses.asdict(loss) for loss in summary.losses],
        "details": dict(summary.details),
    }


def _print(document: dict[str, Any]) -> None:
    """For people, on a terminal of any width."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if "error" in document:
        click.echo(f"symhep: {document['error']}", err=True)
        return
    console = Console(highlight=False)
    console.print(f"[bold]{escape(document['file'])}[/]  {document['format']}")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("events", f"{document['events']:,}")
    facts.add_row(
        "sum of weights", f"{document['sum_of_weights']:.6g} ± {document['sum_of_weights_error']:.2g}"
    )
    facts.add_row("negative weights", f"{100 * document['negative_fraction']:.3g} %")
    if document["cross_section_pb"]:
        facts.add_row(
            "cross-section", "{:.6g} ± {:.2g} pb (as the file says)".format(*document["cross_section_pb"])
        )
    for beam in document["beams"]:
        facts.add_row("beam", f"pdgId {beam['pdgId']}, {beam['energy_gev']:g} GeV")
    if document["containers"]:
        facts.add_row("contains", escape(", ".join(document["containers"])))
    if document["weights"]:
        shown = ", ".join(document["weights"][:6]) + (", ..." if len(document["weights"]) > 6 else "")
        facts.add_row(f"weights ({len(document['weights'])})", escape(shown))
    console.print(facts)
    table = Table("collection", "kind", "fields", box=None, header_style="bold", pad_edge=False)
    for name, collection in document["collections"].items():
        table.add_row(escape(name), escape(collection["kind"]), escape(_fields(collection["fields"])))
    if document["event_fields"]:
        table.add_row("(per event)", "", escape(_fields(document["event_fields"])))
    console.print(table)
    for note in document["notes"]:
        console.print(f"note: {escape(note)}")
    for loss in document["losses"]:
        many = (
            "an unknown number of events"
            if loss["events"] is None
            else f"{loss['events']} event{'s' * (loss['events'] != 1)}"
        )
        at = "" if loss["first_event"] is None else f" from event {loss['first_event']}"
        console.print(f"[bold red]lost[/]: {many}{at}: {escape(loss['reason'])}")
    console.print()


def _fields(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name} [{f['unit']}]" if f["unit"] else name for name, f in fields.items())
