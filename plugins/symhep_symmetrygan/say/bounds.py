"""Upper limits on violations, in sentences."""

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
    """For the algebra, components and generators in the lab frame; nothing without a limit."""
    rows = dict[str, Limits]()
    parts = list[str]()
    if r.algebra is not None and r.algebra.upper_95 is not None:
        rows[r.algebra.name] = r.algebra
        parts.append(
            f"{r.algebra.name}: v_m < {limit_text(r.algebra)} for each harmonic m <= {ORDERS} of its "
            "rotation angles"
        )
    limited = [row for row in r.connected_components if row.upper_95 is not None and not row.rejected]
    if limited:
        limited.sort(key=lambda row: -(row.upper_95 or 0.0))
        told = [f"{row.name}: {limit_text(row)} for {row.function}" for row in limited[:LISTED]]
        told += [f"{len(limited) - LISTED} more with lower limits"] if len(limited) > LISTED else []
        rows |= {row.name: row for row in limited}
        parts.append(
            "asymmetry P(f(x) > f(g x)) - P(f(x) < f(g x)) of each coordinate f and of its absolute value: "
            + several(told)
        )
    turns = [row for row in r.candidates if row.upper_95 is not None and not row.rejected]
    if turns:
        rows |= {row.label: row for row in turns}
        parts.append(several([f"{row.label}: v_m < {limit_text(row)}" for row in turns]))
    if parts:
        yield Statement(
            f"Simultaneous upper limits on violations, for {r.bounded_quantities} predefined observables: "
            f"{'; '.join(parts)}.",
            {
                name: {"upper_95": row.upper_95, "expected_95": row.expected_95, "function": row.function}
                for name, row in rows.items()
            },
        )
