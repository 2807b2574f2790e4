"""Individual generators as a table of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.table import Cell, Heading, Table

__all__ = ["NOT_TESTED", "candidate_table"]

RowT = TypeVar("RowT", bound=CandidateRow)

#: Why a generator was not tested; by the support: it does not preserve the surface on which the events lie.
NOT_TESTED = {
    "support": "excluded by the support",
    "trivial": "acts trivially on these events",
    "combined": "tested in combinations",
    "undefined": "not defined on all vectors",
    "unfitted": "not fitted",
}


def candidate_table(
    rows: Sequence[RowT],
    more: Mapping[str | Heading, Callable[[RowT], Cell]] | None = None,
    caption: str = "",
) -> Table:
    """p-values and verdict of each generator; ``more``: the method's own columns, left out where they are empty, and
    ``caption``: what explains them."""
    own = {head: cell for head, cell in (more or {}).items() if any(cell(row) is not None for row in rows)}
    cells = [
        (row.label, row.p, row.p_adjusted, row.p_kind, _verdict(row), *(cell(row) for cell in own.values()))
        for row in rows
    ]
    return Table.of(
        ("generator", UNADJUSTED, ADJUSTED, "kind", "verdict", *own), cells,
        "Test of each candidate generator in the lab frame; p-values adjusted for the number of candidates "
        f"(Holm). {caption}".rstrip(),
    )  # fmt: skip


def _verdict(row: CandidateRow) -> str:
    return NOT_TESTED.get(row.how) or ("violated" if row.rejected else "compatible")
