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
    """Of each axis the clearest sector, and whose others may follow from it."""
    for row in rows:
        if not row.clearest or row.size is None or row.contrast is None:
            continue
        lost = row.kind == "loss"
        what = "lost" if lost else "in excess"
        text = (
            f"The azimuth of {row.vector} about the axis of {row.label} has a sector of "
            f"{'fewer' if lost else 'more'} events from {_angle(row.low_edge)} to {_angle(row.high_edge)} rad "
            f"({p_text(row)} for the clearest of all sectors): {size_text(row.contrast)} of the events in it are "
            f"{what}, {size_text(row.size)} of all (95 %)."
        )
        others = [o for o in rows if o.label == row.label and o.size is not None and o is not row]
        if others:
            listed = [
                f"{o.vector} (from {_angle(o.low_edge)} to {_angle(o.high_edge)} rad, {o.kind})"
                for o in others
            ]
            text += f" Not even either, and perhaps because of it, is the azimuth of {several(listed)}."
        yield Statement(text, row.to_json(), "sectors")


def sector_table(rows: Sequence[SectorRow]) -> Table:
    """Of each vector its clearest sector."""
    cells = [
        (
            row.vector, row.label, row.kind, row.p, row.p_adjusted, row.low_edge, row.high_edge,
            per_cent(row.contrast), per_cent(row.size), "yes" if row.clearest else "",
        )
        for row in rows
    ]  # fmt: skip
    heads = (
        "vector", "rotation", "kind", UNADJUSTED, ADJUSTED, Heading("from", "rad"), Heading("to", "rad"),
        Heading("lost or in excess in it", "%"), Heading("share of all events", "%"), "clearest",
    )  # fmt: skip
    return Table.of(
        heads, cells,
        "Of each vector the sector of azimuth with the clearest loss or excess; p-values are those of a scan over all "
        "sectors. 95 % intervals.",
    )  # fmt: skip


def _angle(edge: Number | None) -> str:
    ends = () if edge is None else (edge.value, edge.low, edge.high)
    value, low, high = interval(*(0.0 if end is None else end for end in ends))
    return f"{value:g} [{low:g}, {high:g}]"
