"""Discrete elements in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.methods.enumeration import several
from symhep.methods.number import Number
from symhep.methods.p_values import bound_text
from symhep.methods.result import Statement

__all__ = ["alike_statements", "discrete_statement"]

#: Elements that are quoted with their numbers.
LISTED = 6


def discrete_statement(
    rows: Sequence[DiscreteRow], *, final_state: bool, figure: str = "discrete"
) -> Statement | None:
    """Which elements are violated, with adjusted p and asymmetry, and which are compatible; None: none was tested.

    ``final_state``: they act on momenta of the final state alone, which for parity and C of the process is half of it.
    """
    tested = [row for row in rows if row.same_as is None and row.log10_p_adjusted is not None]
    if not tested:
        return None
    violated, compatible = [r for r in tested if r.rejected], [r for r in tested if not r.rejected]
    parts = []
    if violated:
        told = [
            f"{row.name} (adjusted {bound_text(_log10(row))}{_asymmetry(row.size)})"
            for row in violated[:LISTED]
        ]
        told += [f"{len(violated) - LISTED} more"] if len(violated) > LISTED else []
        parts.append(f"violated: {several(told)}")
    if compatible:
        least = min(_log10(row) for row in compatible)
        more = " or more" if len(compatible) > 1 and least < 0 else ""
        parts.append(
            f"compatible: {several([r.name for r in compatible])} (adjusted p = {10**least:.2g}{more})"
        )
    acting = " (acting on the final state only)" if final_state else ""
    evidence = {
        row.name: {
            "log10_p_adjusted": row.log10_p_adjusted,
            "size": row.size and row.size.to_json(),
        }
        for row in tested
    }
    return Statement(f"Discrete symmetries{acting}: {'; '.join(parts)}.", evidence, figure)


def alike_statements(rows: Sequence[DiscreteRow], figure: str = "discrete") -> Iterator[Statement]:
    """Elements that act like others, or trivially, on these events."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.same_as is not None:
            groups[row.same_as].append(row.name)
    trivial = [row.name for row in rows if row.trivial]
    for source, names in groups.items():
        verb, all_of_them = ("acts", "both") if len(names) == 1 else ("act", "all of them")
        yield Statement(
            f"{several(names)} {verb} like {source} on these events; one test is reported for {all_of_them}.",
            {"same_as": source, "elements": names},
            figure,
        )
    if trivial:
        verb = "acts" if len(trivial) == 1 else "act"
        yield Statement(
            f"{several(trivial)} {verb} trivially on these events; not tested.", {"trivial": trivial}, figure
        )


def _log10(row: DiscreteRow) -> float:
    assert row.log10_p_adjusted is not None
    return row.log10_p_adjusted


def _asymmetry(a: Number | None) -> str:
    if a is None or a.value is None or a.low is None or a.high is None:
        return ""
    return f", asymmetry {100 * a.value:.3g} % [{100 * a.low:.3g}, {100 * a.high:.3g}]"
