"""Discrete elements as a table of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from symhep.hypotheses.bounds.text import per_cent
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.enumeration import several
from symhep.methods.table import Cell, Heading, Table

__all__ = ["discrete_table"]

RowT = TypeVar("RowT", bound=DiscreteRow)


def discrete_table(
    rows: Sequence[RowT], more: Mapping[str | Heading, Callable[[RowT], Cell]] | None = None
) -> Table:
    """p-values of the tests, joint and adjusted, asymmetries and limits; ``more``: columns before the verdict."""
    own, names = more or {}, list(dict.fromkeys(name for row in rows for name in row.tests))
    learned = any(row.learned_asymmetry is not None for row in rows)
    cells = [
        (
            row.name, row.meaning, *(row.tests.get(name) for name in names), row.p, row.p_adjusted,
            per_cent(row.size), row.function, _per_cent(row.upper_95), _per_cent(row.expected_95),
            *((per_cent(row.learned_asymmetry),) if learned else ()), *(cell(row) for cell in own.values()),
            _verdict(row),
        )
        for row in rows
    ]  # fmt: skip
    heads = (
        *(f"p, {name}" for name in names),
        UNADJUSTED,
        ADJUSTED,
        Heading("asymmetry", "%"),
        "of",
        Heading("95 % CL upper limit", "%"),
        Heading("expected limit", "%"),
        *((Heading("learned asymmetry", "%"),) if learned else ()),
        *own,
        "verdict",
    )
    joint = f" The {UNADJUSTED} combines {several(names)}." if len(names) > 1 else ""
    return Table.of(
        ("element", "meaning", *heads), cells,
        f"Discrete symmetries; p-values adjusted for the number of elements (Holm).{joint} Asymmetry: "
        "largest P(f(x) > f(g x)) - P(f(x) < f(g x)) of a predefined observable f, with its simultaneous "
        "95 % confidence interval. Upper limit: for all predefined observables."
        + (" Learned asymmetry: of the output of a trained network, on held-out events." if learned else ""),
    )  # fmt: skip


def _per_cent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * fraction, 2)


def _verdict(row: DiscreteRow) -> str:
    if row.trivial:
        return "acts trivially on these events"
    if row.how == "support":
        return f"excluded by the support: {row.why}" + (f", acts like {row.same_as}" if row.same_as else "")
    if row.rejected is None:
        return "not tested"
    verdict = "violated" if row.rejected else "compatible"
    return f"{verdict}, acts like {row.same_as}" if row.same_as else verdict
