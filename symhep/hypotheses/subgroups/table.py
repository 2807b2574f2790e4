"""Classes of subgroups as a table of the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from symhep.hypotheses.bounds.table import limit_columns
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.verdict import verdict
from symhep.methods.table import Cell, Heading, Table

__all__ = ["subgroup_table"]

RowT = TypeVar("RowT", bound=SubgroupRow)

#: What not all generators of the group act on leaves no axis free.
CONFINED = "with fixed axes: only generators that act on all vectors"
#: Subgroups of a large catalogue that a page can hold.
LISTED = 40


def subgroup_table(
    rows: Sequence[RowT],
    maximal: Collection[str],
    more: Mapping[str | Heading, Callable[[RowT], Cell]] | None = None,
    confined: bool = False,
) -> Table:
    """Compatible classes first, the largest on top.

    ``more``: the method's own columns, before p-values and limits; ``confined``: the axes are fixed.
    """
    own = {**(more or {}), **limit_columns(rows)}
    order = sorted(rows, key=_standing)
    cells = [
        (
            row.name,
            row.dimension,
            row.algebra,
            *(cell(row) for cell in own.values()),
            told.p,
            told.p_adjusted,
            verdict(row, maximal),
        )
        for row in order[:LISTED]
        for told in (row.lab if row.how == "lab" and row.lab is not None else row,)
    ]
    where = CONFINED if confined else "direction fitted for each"
    where = "with the axes of the lab frame" if any(row.how == "lab" for row in rows) else where  # fmt: skip
    rest = f" The first {LISTED} of {len(order)}." if len(order) > LISTED else ""
    return Table.of(
        ("class", "dimension", "algebra", *own, UNADJUSTED, ADJUSTED, "verdict"), cells,
        f"Classes of subgroups, {where}; p-values adjusted for all classes and orientations (Holm, with "
        f"the implications of the subgroup lattice).{rest}",
    )  # fmt: skip


def _standing(row: SubgroupRow) -> tuple[int, int]:
    if row.survives:
        return 0, -row.dimension
    untested = row.log10_p is None and row.how != "lab"
    return (2 if row.rejected or row.how == "support" else 1) + 2 * untested, row.dimension
