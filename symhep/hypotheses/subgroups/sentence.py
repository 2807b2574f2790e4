"""Classes of subgroups in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.methods.enumeration import several
from symhep.methods.p_values import bound_text, p_text
from symhep.methods.result import Statement
from symhep.methods.wording import counted

__all__ = ["subgroup_statement"]

#: Classes that a sentence can hold.
LISTED = 8
_GROUPS = {"lorentz": "Lorentz", "poincare": "Poincare"}


def subgroup_statement(
    rows: Sequence[SubgroupRow],
    maximal: Collection[str],
    catalogue: str,
    level: float,
    confined: bool = False,
) -> Statement | None:
    """The maximal compatible classes with their adjusted p, and how many are rejected or excluded by the support;
    None: nothing was asked.

    ``confined``: not all directions are open, for not all generators of the group act on the events.
    """
    asked = [row for row in rows if row.how != "candidates"]
    if not asked:
        return None
    if in_lab := [row for row in asked if row.how == "lab"]:
        return _with_lab_axes(in_lab)
    group = f"Connected subgroups of the {_GROUPS[catalogue]} group"
    among = " among the candidates" if len(asked) < len(rows) else ""
    what = f"{len(asked)} classes" if len(asked) > 1 else "one class"
    largest = [row for row in asked if row.name in maximal]
    alive, rejected = [row for row in asked if row.survives], [row for row in asked if row.rejected]
    if largest:
        names = several([f"{row.name} (adjusted {_p(row)})" for row in largest], LISTED)
        text = f"the maximal compatible {'class is' if len(largest) == 1 else 'classes are'} {names}"
    else:
        text = "none is compatible"
    off = [row for row in asked if row.how == "support"]
    if rejected:
        text += f"; {_number(rejected, asked)} rejected (family-wise error {100 * level:g} %)"
    if off:
        number = f"{counted(len(off))} more {_are(off)}" if rejected else _number(off, asked)
        text += f"{',' if rejected else ';'} {number} excluded by the support"
    return Statement(
        f"{group}{among} ({what}, {'axes fixed' if confined else 'direction fitted'}): {text}.",
        {
            "survive": {row.name: row.log10_p_adjusted for row in alive},
            "rejected": len(rejected),
            "excluded_by_the_support": len(off),
            "classes": len(asked),
            "limits_of_survivors": [row.name for row in asked if row.limit_of and not row.rejected],
        },
        "lattice",
    )


def _with_lab_axes(rows: Sequence[SubgroupRow]) -> Statement:
    """'Subgroups with the axes of the lab frame: SO(2) compatible (adjusted p = 0.4) and SO(3) rejected ...'"""
    told = [
        f"{row.name} {'compatible' if row.survives else 'rejected'} (adjusted {p_text(row.lab.p_adjusted)})"
        for row in rows
        if row.lab is not None
    ]
    return Statement(
        f"Subgroups with the axes of the lab frame: {several(told)}; other directions and groups "
        "were not fitted.",
        {row.name: row.lab.log10_p_adjusted for row in rows if row.lab is not None},
        "lattice",
    )


def _number(rows: Sequence[SubgroupRow], asked: Sequence[SubgroupRow]) -> str:
    """'all 12 are', 'one is'."""
    number = f"all {len(rows)}" if 1 < len(rows) == len(asked) else counted(len(rows))
    return f"{number} {_are(rows)}"


def _are(rows: Sequence[SubgroupRow]) -> str:
    return "is" if len(rows) == 1 else "are"


def _p(row: SubgroupRow) -> str:
    return "p unknown" if row.log10_p_adjusted is None else bound_text(row.log10_p_adjusted)
