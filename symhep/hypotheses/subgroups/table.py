"""Classes of subgroups as a table of the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.verdict import verdict
from symhep.methods.table import Cell, Heading, Table

__all__ = ["subgroup_table"]

RowT = TypeVar("RowT", bound=SubgroupRow)

#: Subgroups of a large catalogue that a page can hold.
LISTED = 40


def subgroup_table(
    rows: Sequence[RowT],
    maximal: Collection[str],
    more: Mapping[str | Heading, Callable[[RowT], Cell]] | None = None,
) -> Table:
    """Survivors first, the largest on top; ``more``: the method's own columns, before the p-values."""
    own = more or {}
    order = sorted(rows, key=_standing)
    cells = [
        (
            row.name, row.dimension, row.algebra, *(cell(row) for cell in own.values()), row.p, row.p_adjusted,
            verdict(row, maximal),
        )
        for row in order[:LISTED]
    ]  # fmt: skip
    rest = f" The first {LISTED} of {len(order)}." if len(order) > LISTED else ""
    return Table.of(
        ("class", "dimension", "algebra", *own, UNADJUSTED, ADJUSTED, "verdict"), cells,
        "Classes of subgroups, each in any direction; adjusted for all classes and positions by Holm's method with "
        f"the implications of the lattice.{rest}",
    )  # fmt: skip


def _standing(row: SubgroupRow) -> tuple[int, int]:
    if row.survives:
        return 0, -row.dimension
    return (2 if row.rejected else 1) + 2 * (row.log10_p is None), row.dimension
