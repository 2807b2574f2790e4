"""Found generators as a table of the report."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.hypotheses.generators.record import GeneratorRow
from symhep.methods.number import Number
from symhep.methods.table import Table

__all__ = ["ROUNDING", "generator_table"]

#: Errors below this are rounding: the coefficient is exact.
ROUNDING = 1e-9


def generator_table(rows: Sequence[GeneratorRow]) -> Table:
    """A column for each candidate that takes part in one of them."""
    names = list(dict.fromkeys(name for row in rows for name in row.coefficients))
    cells = [(row.label, *(_coefficient(row, name) for name in names)) for row in rows]
    return Table.of(
        ("generator", *names), cells,
        "Generators of the group found: normalised coefficients of the candidates with standard errors. In "
        "the label the largest coefficient is scaled to one.",
    )  # fmt: skip


def _coefficient(row: GeneratorRow, name: str) -> Number | float | None:
    if name not in row.coefficients:
        return None
    if row.errors[name] < ROUNDING:
        return round(row.coefficients[name], 9)
    return Number.with_error(row.coefficients[name], row.errors[name])
