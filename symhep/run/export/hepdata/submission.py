"""A HEPData submission of a run: submission.yaml, the tables, the figures, and the card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from symhep.plugin.manager import Registry, build_registry
from symhep.printable import printable
from symhep.run.export.document import run_document
from symhep.run.export.energy import energy_gev
from symhep.run.export.exported import Exported
from symhep.run.export.hepdata.answers import answer_tables
from symhep.run.export.hepdata.controls import control_tables
from symhep.run.export.hepdata.divergences import divergence_fields, divergence_tables
from symhep.run.export.hepdata.histograms import histogram_tables
from symhep.run.export.hepdata.images import Image, images_of, table_of
from symhep.run.export.hepdata.table import HepTable
from symhep.run.export.hepdata.tables import cutflow_tables, method_tables
from symhep.run.export.hepdata.yaml import yaml_text
from symhep.run.export.keys import fields_and_rows
from symhep.run.export.place import file_names, new_folder, write_text
from symhep.run.stored import StoredResult, StoredRun
from symhep.run.stored_figure import StoredFigure

__all__ = ["SUBMISSION", "export_hepdata"]

SUBMISSION = "submission.yaml"
#: HEPData's longest name of a table, and keyword.
_NAME, _KEYWORD = 64, 128


def export_hepdata(
    run: StoredRun, folder: Path, *, force: bool = False, registry: Registry | None = None
) -> Exported:
    """Write a submission that hepdata-validator accepts: schemas 1.1.1 of HEPData.

    Raises `StoreError` for a folder that is not empty; with ``force`` for one that is no earlier export.
    """
    tables = [table for result in run.results.values() for table in _tables(result)]
    tables += [table for control in run.controls.values() for table in control_tables(control)]
    tables = [
        *(table for table in tables if any(not q.empty for q in table.quantities)),
        *cutflow_tables(run),
    ]
    names = _names(run, tables)
    files = file_names([SUBMISSION.partition(".")[0], "card", *names])[2:]
    images, missing = images_of(_figures(run), files)
    shown = _shown(tables, images)
    energy = energy_gev(run, registry or build_registry())
    documents = [_about(run)] + [
        _entry(table, name, f"{file}.yaml", shown.get(i, ()), energy)
        for i, (table, name, file) in enumerate(zip(tables, names, files, strict=True))
    ]
    with new_folder(folder, SUBMISSION, force) as place:
        write_text(place / SUBMISSION, yaml_text(documents))
        write_text(place / "card.yaml", yaml_text([run_document(run)["card"]]))
        for table, file in zip(tables, files, strict=True):
            write_text(place / f"{file}.yaml", yaml_text([table.to_json(_qualifiers(run, table, energy))]))
        for image in (image for some in images.values() for image in some):
            (place / image.file).write_bytes(image.full)
            (place / image.thumb).write_bytes(image.small)
    many = sum(map(len, images.values()))
    return Exported(folder, f"{len(tables)} tables and {many} figures", (*run.missing, *missing))


def _figures(run: StoredRun) -> Iterator[tuple[str, StoredFigure]]:
    for name, figures in (
        *((name, result.figures) for name, result in run.results.items()),
        *((name, control.figures) for name, control in run.controls.items()),
    ):
        yield from ((name, figure) for figure in figures)


def _tables(result: StoredResult) -> Iterable[HepTable]:
    own = frozenset(divergence_fields(result))
    rows = frozenset(fields_and_rows(key)[0][0] for key in result.answers)
    yield from answer_tables(result, skip=own)
    yield from method_tables(result, skip=rows | own)
    yield from divergence_tables(result)
    yield from histogram_tables(result)


def _names(run: StoredRun, tables: Sequence[HepTable]) -> list[str]:
    """Of the tables, all different and none too long: the result, and what is in it."""
    found: list[str] = []
    for table in tables:
        text = printable(f"{table.result}: {table.name}" if table.result else table.name)
        name, number = text[:_NAME], 1
        while name in found:
            number += 1
            name = f"{text[: _NAME - 5]} ({number})"
        found.append(name)
    return found


def _shown(tables: Sequence[HepTable], images: dict[str, list[Image]]) -> dict[int, list[Image]]:
    """Place of a table -> the figures that show it."""
    found: dict[int, list[Image]] = {}
    for result, some in images.items():
        own = {id(table): place for place, table in enumerate(tables) if table.result == result}
        for image in some:
            for table in table_of(image.figure, [tables[place] for place in own.values()]):
                found.setdefault(own[id(table)], []).append(image)
    return found


def _entry(
    table: HepTable, name: str, file: str, images: Sequence[Image], energy: float | None
) -> dict[str, Any]:
    keywords: list[dict[str, Any]] = [
        {"name": "observables", "values": [printable(o)[:_KEYWORD] for o in table.observables]},
        {"name": "phrases", "values": ["Symmetries", table.kind.capitalize()]},
    ]
    keywords += [{"name": "cmenergies", "values": [float(energy)]}] if energy is not None else []
    resources = [resource for image in images for resource in image.resources]
    return {
        "name": name,
        "description": printable(table.description),
        "keywords": keywords,
        "data_file": file,
    } | ({"additional_resources": resources} if resources else {})


def _qualifiers(run: StoredRun, table: HepTable, energy: float | None) -> list[dict[str, Any]]:
    """What holds for all columns of a table."""
    result = run.results.get(table.result)
    told: list[dict[str, Any]] = []
    if (control := run.controls.get(table.result)) is not None:
        told = [{"name": "FEATURES", "value": control.features}]
        told += [{"name": "REGION", "value": control.region}] if control.region else []
    if result is not None:
        told = [{"name": "METHOD", "value": result.use}, {"name": "FEATURES", "value": result.features}]
        told += [{"name": "REGION", "value": result.region}] if result.region else []
        told += [{"name": "SAMPLE", "value": ", ".join(result.datasets)}] if result.datasets else []
        told += [{"name": "RELATIVE TO", "value": ", ".join(result.reference)}] if result.reference else []
    if run.card.luminosity_fb is not None:
        told.append({"name": "LUMINOSITY", "value": run.card.luminosity_fb, "units": "fb$^{-1}$"})
    return told + ([{"name": "SQRT(S)", "value": energy, "units": "GeV"}] if energy is not None else [])


def _about(run: StoredRun) -> dict[str, Any]:
    """What holds for the whole submission: the findings, what is missing, and how it was made."""
    lines = [f"Made by symhep {run.last.get('symhep', '')}, seed {run.card.run.seed}."]
    for result in run.results.values():
        lines += [f"{result.title}: {statement.text}" for statement in result.result.statements]
    lines += run.missing
    return {
        "comment": "\n".join(map(printable, lines)),
        "additional_resources": [
            {
                "description": "Run card: input, selection and methods",
                "location": "card.yaml",
                "type": "symhep",
            }
        ],
    }
