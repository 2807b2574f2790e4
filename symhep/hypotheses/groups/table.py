"""Groups given in the card as a table of the report."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.hypotheses.bounds.table import limit_columns
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.table import Table

__all__ = ["group_table"]


def group_table(rows: Sequence[GroupRow]) -> Table:
    """p-values, their kind, and the randomisation behind them."""
    limits = limit_columns(rows)
    cells = [
        (
            row.name, row.meaning, row.p, row.p_adjusted, row.p_kind, row.draws, row.functions,
            *(cell(row) for cell in limits.values()), _verdict(row),
        )
        for row in rows
    ]  # fmt: skip
    heads = (
        "group",
        "meaning",
        UNADJUSTED,
        ADJUSTED,
        "kind",
        "random choices",
        "smallest p in",
        *limits,
        "verdict",
    )
    return Table.of(
        heads, cells,
        "Tests of the groups given in the card; p-values adjusted for the number of groups (Holm). "
        f"Randomisation test: each {' or '.join(sorted({row.unit for row in rows})) or 'event'} is "
        "replaced by a random transformation of itself; an exact p-value is the rank of the data among "
        "these choices and at least one over their number.",
    )  # fmt: skip


def _verdict(row: GroupRow) -> str:
    if not row.functions:
        return "acts trivially on these events"
    return "violated" if row.rejected else "compatible"
