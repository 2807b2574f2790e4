"""`symhep inspect`: what files hold, readable or as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING, Any

import click

from symhep.cli.terminal import say
from symhep.errors import InputError

if TYPE_CHECKING:
    from symhep.plugin.manager import Registry

__all__ = ["command"]

QUICK = "number of events and weights (--full checks all columns)"
FULL = "all columns of all events"


@click.command("inspect")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document for all files.")
@click.option("--full", is_flag=True, help="Read all columns, as in a run, and report damage.")
@click.option("--all", "everything", is_flag=True, help="Show all collections, fields, weights and notes.")
@click.option("--format", "format_name", default="auto", help="Input format; auto: detected from the file.")
@click.option("-O", "--option", "options", multiple=True, metavar="KEY=VALUE", help="Option of the reader.")
def command(
    files: tuple[str, ...],
    as_json: bool,
    full: bool,
    everything: bool,
    format_name: str,
    options: tuple[str, ...],
) -> int:
    """Show format, collections with types and units, events and weights of FILES: paths, globs, or folders.

    A damaged file is read up to the damage; lost events are reported, and the exit code is 3. Without --full only
    the weights are read, so damage in other columns is not detected.
    """
    from symhep.card.loader import apply_overrides
    from symhep.cli.summary import show
    from symhep.plugin.manager import build_registry
    from symhep.run.inspection import event_files

    registry, chosen = build_registry(), apply_overrides({}, options)
    documents: list[dict[str, Any]] = []
    for name in files:
        try:
            found = event_files(name)
        except InputError as error:
            documents.append({"file": name, "error": str(error)})
            continue
        documents += [_looked_into(file, format_name, chosen, registry, full) for file in found]
    if as_json:
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=1))
        for document in documents:
            if "error" in document:
                say(f"symhep: {document['error']}", err=True)
    else:
        for document in documents:
            show(document, everything)
    return 3 if any("error" in d or d["losses"] for d in documents) else 0


def _looked_into(
    file: str, format_name: str, options: dict[str, Any], registry: Registry, full: bool
) -> dict[str, Any]:
    from symhep.run.inspection import inspect

    try:
        return _document(
            inspect(file, format=format_name, registry=registry, options=options, full=full), full
        )
    except InputError as error:
        return {"file": file, "error": str(error)}


def _document(summary: Any, full: bool) -> dict[str, Any]:
    """The JSON form of a `FileSummary`; the keys are stable."""
    schema, sums = summary.schema, summary.weights
    return {
        "file": summary.file,
        "format": summary.format,
        "checked": FULL if full else QUICK,
        "events": sums.events,
        "sum_of_weights": sums.sum_w,
        "sum_of_weights_error": math.sqrt(sums.sum_w2),
        "sum_of_abs_weights": sums.sum_abs_w,
        "negative_fraction": sums.negative / sums.events if sums.events else 0.0,
        "cross_section_pb": summary.cross_section_pb,
        "containers": list(schema.containers),
        "beams": [{"pdgId": i, "energy_gev": e} for i, e in schema.beams],
        "sqrt_s_gev": schema.sqrt_s_gev,
        "process": schema.process,
        "cuts": [str(cut) for cut in schema.cuts],
        "weights": list(schema.weights),
        "weight_groups": {name: list(members) for name, members in schema.weight_groups.items()},
        "collections": {
            name: {
                "kind": c.kind,
                "vector": c.vector,
                "fields": {f: dataclasses.asdict(d) for f, d in c.fields.items()},
            }
            for name, c in schema.collections.items()
        },
        "event_fields": {name: dataclasses.asdict(f) for name, f in schema.event_fields.items()},
        "notes": list(summary.notes),
        "losses": [dataclasses.asdict(loss) for loss in summary.losses],
        "details": dict(summary.details),
    }
