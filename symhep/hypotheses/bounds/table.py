"""Limits as columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.table import Cell, Heading

__all__ = ["limit_columns"]

RowT = TypeVar("RowT", bound=Limits)

#: Heads of the columns: fractions in per cent.
LIMIT, EXPECTED = Heading("95 % CL upper limit", "%"), Heading("expected limit", "%")


def limit_columns(rows: Sequence[RowT]) -> dict[str | Heading, Callable[[RowT], Cell]]:
    """The limit, the expected one, and the answer of the equivalence test; those that no row has are left out.

    >>> [str(head) for head in limit_columns([Limits(upper_95=0.03)])]
    ['95 % CL upper limit [%]']
    """
    found: dict[str | Heading, Callable[[RowT], Cell]] = {
        LIMIT: lambda row: _in_per_cent(row.upper_95),
        EXPECTED: lambda row: _in_per_cent(row.expected_95),
        "violation < delta": lambda row: {True: "yes", False: "not excluded", None: None}[row.below_delta],
    }
    return {head: cell for head, cell in found.items() if any(cell(row) is not None for row in rows)}


def _in_per_cent(fraction: float | None) -> float | None:
    return None if fraction is None else float(f"{100 * fraction:.3g}")
