"""Classes of subgroups as a verdict: the maximal compatible ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from symhep.hypotheses.bounds.breaking import breaking
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.methods.enumeration import several
from symhep.methods.verdict import Verdict

__all__ = ["subgroup_verdict"]

#: Classes that an answer names.
LISTED = 6
_GROUPS = {"lorentz": "Lorentz", "poincare": "Poincaré"}


def subgroup_verdict(
    rows: Sequence[SubgroupRow], maximal: Collection[str], catalogue: str | None, figure: str = "lattice"
) -> Iterator[Verdict]:
    """The maximal compatible classes, with the smallest of their adjusted p; nothing where none was asked for."""
    asked = [row for row in rows if row.how != "candidates"]
    if catalogue is None or not asked:
        return
    question = f"Maximal compatible connected subgroups of the {_GROUPS[catalogue]} group?"
    if in_lab := [row for row in asked if row.how == "lab"]:
        alive = [row.name for row in in_lab if row.survives]
        answer = (
            f"{several(alive, LISTED)} with the axes of the lab" if alive else "none with the axes of the lab"
        )
        yield Verdict(question, answer, "compatible" if alive else "violated", figure=figure)
        return
    largest = [row for row in asked if row.name in maximal]
    if not largest:
        yield Verdict(question, "none", "violated", figure=figure)
        return
    tested = [row for row in largest if row.log10_p_adjusted is not None]
    weakest = min(tested, key=lambda row: row.log10_p_adjusted or 0.0, default=None)
    size = breaking(largest[0]) if len(largest) == 1 else None
    yield Verdict(
        question,
        several([row.name for row in largest], LISTED),
        "compatible",
        None if weakest is None else weakest.p_adjusted,
        size,
        (largest[0].function or "") if size is not None else "",
        figure,
    )
