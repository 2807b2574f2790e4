"""Given groups in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.hypotheses.groups.record import GroupRow
from symhep.methods.enumeration import several
from symhep.methods.p_values import p_text
from symhep.methods.result import Statement

__all__ = ["group_statement"]


def group_statement(rows: Sequence[GroupRow], figure: str = "p_values") -> Statement | None:
    """'Groups given in the card: compatible: SO(3) (exact p = 0.4); violated: J_z (exact p = 0.001).'; None: no row."""
    tested = [row for row in rows if row.log10_p is not None]
    if not tested:
        return None
    kept = [f"{row.name} ({_told(row)})" for row in tested if not row.rejected]
    lost = [f"{row.name} ({_told(row)})" for row in tested if row.rejected]
    parts = [f"compatible: {several(kept)}"] if kept else []
    parts += [f"violated: {several(lost)}"] if lost else []
    return Statement(
        f"Groups given in the card: {'; '.join(parts)}.",
        {row.name: {"log10_p": row.log10_p, "p_kind": row.p_kind, "draws": row.draws} for row in tested},
        figure,
    )


def _told(row: GroupRow) -> str:
    alike = row.log10_p_adjusted == row.log10_p
    adjusted = "" if alike else f", adjusted {p_text(row.p_adjusted)}"
    return f"{row.p_kind} {p_text(row)}{adjusted}"
