"""Sectors of azimuth in a sentence and in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.hypotheses.bounds.text import per_cent, size_text
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.enumeration import several
from symhep.methods.number import Number, interval
from symhep.methods.p_values import p_text
from symhep.methods.result import Statement
from symhep.methods.table import Heading, Table
from symhep_moments.sector import SectorRow

__all__ = ["sector_statements", "sector_table"]


def sector_statements(rows: Sequence[SectorRow]) -> Iterator[Statement]:
    """The most significant sector about each axis, and others that may be a consequence of it."""
    for row in rows:
        if not row.clearest or row.size is None or row.contrast is None:
            continue
        lost = row.kind == "loss"
        what, amount = ("deficit", "Loss:") if lost else ("excess", "Excess:")
        text = (
            f"Azimuth of {row.vector} about the axis of {row.label}: {what} of events from {_angle(row.low_edge)} to "
            f"{_angle(row.high_edge)} rad ({p_text(row)} for the most significant of all sectors). {amount} "
            f"{size_text(row.contrast)} of the events in the sector, {size_text(row.size)} of all events (95 % "
            "confidence intervals)."
        )
        others = [o for o in rows if o.label == row.label and o.size is not None and o is not row]
        if others:
            listed = [
                f"{o.vector} (from {_angle(o.low_edge)} to {_angle(o.high_edge)} rad, {o.kind})"
                for o in others
            ]
            text += f" Possibly as a consequence, uniformity is also rejected for the azimuth of {several(listed)}."
        yield Statement(text, row.to_json(), "sectors")


def sector_table(rows: Sequence[SectorRow]) -> Table:
    """The most significant sector of each vector."""
    cells = [
        (
            row.vector, row.label, row.kind, row.p, row.p_adjusted, row.low_edge, row.high_edge,
            per_cent(row.contrast), per_cent(row.size), "yes" if row.clearest else "",
        )
        for row in rows
    ]  # fmt: skip
    heads = (
        "vector", "rotation", "kind", UNADJUSTED, ADJUSTED, Heading("from", "rad"), Heading("to", "rad"),
        Heading("loss or excess in the sector", "%"), Heading("fraction of all events", "%"), "most significant",
    )  # fmt: skip
    return Table.of(
        heads, cells,
        "Most significant sector of azimuth with a loss or an excess of events, for each vector; p-values account for "
        "the scan over all sectors. 95 % confidence intervals.",
    )  # fmt: skip


def _angle(edge: Number | None) -> str:
    ends = () if edge is None else (edge.value, edge.low, edge.high)
    value, low, high = interval(*(0.0 if end is None else end for end in ends))
    return f"{value:g} [{low:g}, {high:g}]"
