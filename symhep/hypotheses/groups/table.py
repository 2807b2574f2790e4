"""Given groups as a table of the report."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.hypotheses.bounds.table import limit_columns
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.table import Table

__all__ = ["group_table"]


def group_table(rows: Sequence[GroupRow]) -> Table:
    """p-values, their kind, and what they rest on."""
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
        "Groups that were given, as a whole; adjusted for their number by Holm's method. Each "
        f"{' or '.join(sorted({row.unit for row in rows})) or 'event'} is replaced by images of itself at random; an "
        "exact p-value is a rank among such choices and no smaller than one over their number.",
    )  # fmt: skip


def _verdict(row: GroupRow) -> str:
    if not row.functions:
        return "changes nothing of these events"
    return "rejected" if row.rejected else "survives"
