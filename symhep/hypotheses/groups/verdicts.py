"""Groups that were given beforehand as verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.hypotheses.bounds.breaking import breaking
from symhep.hypotheses.groups.record import GroupRow
from symhep.methods.verdict import Verdict

__all__ = ["group_verdicts"]


def group_verdicts(rows: Sequence[GroupRow], figure: str = "p_values") -> Iterator[Verdict]:
    """A row for each group that the card names."""
    for row in rows:
        yield Verdict(
            f"The group {row.name}?",
            row.conclusion or "acts trivially on these events",
            "not tested" if row.rejected is None else "violated" if row.rejected else "compatible",
            row.p_adjusted
            if row.log10_p_adjusted is not None
            else row.p
            if row.log10_p is not None
            else None,
            breaking(row),
            row.function or "",
            figure,
        )
