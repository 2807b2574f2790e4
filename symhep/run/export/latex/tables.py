"""`symhep export --latex`: a file for each table of a run, a summary, and one that reads them all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from symhep.card.schema import VariationCard
from symhep.methods.number import with_error
from symhep.methods.p_values import PValue
from symhep.methods.table import Cell, cell_text
from symhep.printable import printable
from symhep.report.systematics import shift_text
from symhep.run.export.exported import Exported
from symhep.run.export.latex.answers import answer_tables
from symhep.run.export.latex.summary import summary_tables
from symhep.run.export.latex.table import latex_table
from symhep.run.export.latex.text import NOTHING, TextTable, caption_of, p_cell
from symhep.run.export.place import file_names, new_folder, write_text
from symhep.run.export.yields import yield_shifts
from symhep.run.stored import StoredRun

__all__ = ["TABLES", "export_latex"]

#: The file that reads all others; the summary.
TABLES, SUMMARY = "tables.tex", "summary.tex"


def export_latex(run: StoredRun, folder: Path, *, force: bool = False) -> Exported:
    """Write booktabs tables with siunitx: numbers are rounded as in the report.

    summary.tex and every other table is a table environment, to be read by ``\\input``; tables.tex reads all of them.

    Raises `StoreError` for a folder that is not empty; with ``force`` for one that is no earlier export.
    """
    tables = [TextTable(f"{name}: {t.name}", t.columns, t.rows, t.caption) for name, t in _all(run)]
    files = file_names(["summary", "tables", *(table.name for table in tables)])[2:]
    about = f"symhep {run.last.get('symhep', '')}"
    with new_folder(folder, TABLES, force) as place:
        summary = [
            _written(t, f"summary-{number}", about) for number, t in enumerate(summary_tables(run), start=1)
        ]
        notes = [f"% {printable(line)}" for line in run.missing]
        write_text(place / SUMMARY, "\n".join([*notes, *summary]) or "% no result\n")
        for table, file in zip(tables, files, strict=True):
            write_text(place / f"{file}.tex", _written(table, file, about))
        first = f"% {about}: all tables of a run; needs \\usepackage{{booktabs,siunitx,graphicx,longtable}}"
        reads = [rf"\input{{{file}}}" for file in ("summary", *files)]
        write_text(place / TABLES, "\n".join([first, *notes, *reads, ""]))
    return Exported(folder, f"{len(tables)} tables and a summary", tuple(run.missing))


def _written(table: TextTable, file: str, about: str) -> str:
    label = f"tab:{file.replace('_', '-')}"
    return latex_table(table.columns, table.rows, table.caption, label, f"{about}: {table.name}")


def _all(run: StoredRun) -> Iterator[tuple[str, TextTable]]:
    for name, result in run.results.items():
        for table in answer_tables(result):
            yield name, table
        for key, own in result.result.tables.items():
            if own.rows:
                heads = [str(head) for head in own.columns]
                yield (
                    name,
                    TextTable(
                        key,
                        heads,
                        [[*map(_text, row)] for row in own.rows],
                        caption_of(own.caption or key, result),
                    ),
                )
    for dataset, told in (run.cutflow.get("datasets") or {}).items():
        card = run.card.datasets.get(dataset)
        unit = f" [{told['weight_unit']}]" if told.get("weight_unit") else ""
        for selection, cuts in (told.get("selections") or {}).items():
            rows = [_cut(row, {} if card is None else card.variations) for row in cuts]
            caption = f"Cutflow of the selection {selection}, dataset {dataset}."
            heads = ["cut", "condition", "events", f"yield{unit}", "systematic"]
            kept = len(heads) if any(row[-1] != NOTHING for row in rows) else len(heads) - 1
            yield (
                str(dataset),
                TextTable(f"cutflow {selection}", heads[:kept], [row[:kept] for row in rows], caption),
            )


def _cut(row: Mapping[str, Any], variations: Mapping[str, VariationCard]) -> list[str]:
    """A row of a cutflow; all variations in quadrature."""
    shifts = yield_shifts(row, variations)
    down, up = math.hypot(*(s[1] for s in shifts)), math.hypot(*(s[2] for s in shifts))
    told = shift_text(down, up) if shifts else NOTHING
    return [
        row["name"],
        row["cut"],
        str(row["events"]),
        with_error(row["weighted"], row["weighted_error"]),
        told,
    ]


def _text(cell: Cell) -> str:
    return p_cell(cell) if isinstance(cell, PValue) else cell_text(cell)
