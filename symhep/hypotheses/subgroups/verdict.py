"""Verdict on a class of subgroups, in words."""

from __future__ import annotations

from collections.abc import Collection

from symhep.hypotheses.subgroups.record import SubgroupRow

__all__ = ["verdict"]

_REJECTED = {"rank": "more generators than the rank test allows", "implied": "contains a rejected subgroup"}


def verdict(row: SubgroupRow, maximal: Collection[str] = ()) -> str:
    """For a table; ``maximal``: names of the maximal compatible classes.

    >>> verdict(SubgroupRow(name="SO(2)", label="F12", written="J_z", algebra="R", dimension=1, how="candidates"))
    'not among the candidates'
    """
    if row.how == "candidates":
        return "not among the candidates"
    if row.how == "support":
        return "excluded by the support"
    if row.how == "lab":
        return (
            "compatible with the axes of the lab frame"
            if row.survives
            else "rejected with the axes of the lab frame"
        )
    if row.rejected:
        why = f"contains {', '.join(row.by)}" if row.by else _REJECTED.get(row.how)
        return f"rejected: {why}" if why else "rejected"
    if row.limit_of:
        return f"a limiting case of {', '.join(row.limit_of)}"
    if row.rejected is None:
        return "not tested"
    return "compatible, maximal" if row.name in maximal else "compatible"
