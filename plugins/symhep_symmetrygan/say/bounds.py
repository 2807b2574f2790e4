"""Limits in sentences: how broken what is found could still be."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.bounds.record import Limits
from symhep.hypotheses.bounds.text import limit_text
from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_symmetrygan.bounds.functions import ORDERS
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["limit_statements"]

#: Components that a sentence can hold.
LISTED = 4


def limit_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Of the algebra, of components and of generators in the lab frame; nothing where there is no limit."""
    rows = dict[str, Limits]()
    parts = list[str]()
    if r.algebra is not None and r.algebra.upper_95 is not None:
        rows[r.algebra.name] = r.algebra
        parts.append(
            f"no harmonic m <= {ORDERS} of the angles that {r.algebra.name} turns above v_m = {limit_text(r.algebra)}"
        )
    limited = [row for row in r.connected_components if row.upper_95 is not None and not row.rejected]
    if limited:
        limited.sort(key=lambda row: -(row.upper_95 or 0.0))
        told = [f"{row.name} < {limit_text(row)} of {row.function}" for row in limited[:LISTED]]
        told += [f"{len(limited) - LISTED} more below"] if len(limited) > LISTED else []
        rows |= {row.name: row for row in limited}
        parts.append(
            "P(f(x) > f(g x)) - P(f(x) < f(g x)) of single coordinates f, and of their sizes, is for "
            + several(told)
        )
    turns = [row for row in r.candidates if row.upper_95 is not None and not row.rejected]
    if turns:
        rows |= {row.label: row for row in turns}
        parts.append(several([f"{row.label} v_m < {limit_text(row)}" for row in turns]))
    if parts:
        yield Statement(
            f"Limits, all at once, on these {r.bounded_quantities} named functions alone: {'; '.join(parts)}.",
            {
                name: {"upper_95": row.upper_95, "expected_95": row.expected_95, "function": row.function}
                for name, row in rows.items()
            },
        )
