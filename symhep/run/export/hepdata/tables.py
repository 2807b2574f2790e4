"""Tables of a method as HEPData tables, cell by cell, and the cutflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.card.schema import VariationCard
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import PValue
from symhep.methods.table import Cell, Table
from symhep.run.export.hepdata.table import Axis, HepTable, Quantity, Value, measured, of_p, plain
from symhep.run.export.yields import yield_shifts
from symhep.run.stored import StoredResult, StoredRun

__all__ = ["cutflow_tables", "method_tables"]


def method_tables(result: StoredResult, skip: frozenset[str]) -> Iterator[HepTable]:
    """The tables of the report, but those whose rows are published with systematic uncertainties as answers: ``skip``.

    The first column is the independent variable.
    """
    for name, table in result.result.tables.items():
        if name not in skip and table.rows and len(table.columns) > 1:
            yield _of_table(result, name, table)


def _of_table(result: StoredResult, name: str, table: Table) -> HepTable:
    first, *others = table.columns
    quantities: list[Quantity] = []
    for number, head in enumerate(others, start=1):
        cells = [row[number] for row in table.rows]
        units = {cell.unit for cell in cells if isinstance(cell, Number) and cell.unit}
        unit = head.unit or (units.pop() if len(units) == 1 else "")
        quantities.append(Quantity(head.name, [_value(cell, unit) for cell in cells], unit))
        limits = [cell.upper_95 if isinstance(cell, Bounded) else None for cell in cells]
        quantities.append(
            Quantity(f"upper limit on {head.name}, 95% CL", [plain(one) for one in limits], unit)
        )
    return HepTable(
        result.name, "table", name.replace("_", " "), table.caption or f"Table '{name}' of the method "
                                                                       f"{result.use}.",
        (Axis(first.name, [_name(row[0]) for row in table.rows], first.unit),),
        tuple(q for q in quantities if not q.empty), tuple(head.name for head in others),
    )  # fmt: skip


def _value(cell: Cell, unit: str) -> Value:
    if isinstance(cell, Number):
        return measured(cell) if cell.unit in ("", unit) else plain(cell.text())
    return of_p(cell) if isinstance(cell, PValue) else plain(cell)


def _name(cell: Cell) -> Value:
    """Of an independent variable: without errors."""
    return (
        plain(cell.value)
        if isinstance(cell, Number)
        else of_p(cell)
        if isinstance(cell, PValue)
        else plain(cell)
    )


def cutflow_tables(run: StoredRun) -> Iterator[HepTable]:
    """A table for each selection of each dataset: events and yields after every cut."""
    for dataset, told in (run.cutflow.get("datasets") or {}).items():
        card = run.card.datasets.get(dataset)
        variations = {} if card is None else card.variations
        unit = str(told.get("weight_unit") or "")
        for selection, rows in (told.get("selections") or {}).items():
            if rows:
                yield _cutflow(str(dataset), str(selection), rows, unit, variations)


def _cutflow(
    dataset: str,
    selection: str,
    rows: list[Mapping[str, Any]],
    unit: str,
    variations: Mapping[str, VariationCard],
) -> HepTable:
    cells = [
        measured(
            Number.with_error(float(row["weighted"]), float(row["weighted_error"])),
            yield_shifts(row, variations),
        )
        for row in rows
    ]
    return HepTable(
        "", "cutflow", f"cutflow of {selection}, {dataset}",
        f"Events of the dataset {dataset} after each cut of the selection {selection}: number of events, "
        f"and sum of weights with its statistical error and, if variations are given, systematic errors.",
        (
            Axis("cut", [plain(str(row["name"])) for row in rows]),
            Axis("condition", [plain(str(row["cut"]) or "-") for row in rows]),
        ),
        (
            Quantity("events", [plain(int(row["events"])) for row in rows], "", {"sample": dataset}),
            Quantity("yield", cells, unit if unit != "events" else "", {"sample": dataset}),
        ),
        ("N",),
    )  # fmt: skip
