"""The subgroups in their order, coloured by verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from symhep.hypotheses.headings import ADJUSTED
from symhep.hypotheses.subgroups.options import CATALOGUES
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep.lie.subgroups.lattice import Lattice
from symhep.plotting.lattice import Verdict, draw_lattice
from symhep.plotting.style import GREY

__all__ = ["CAPTION", "MOST", "border", "subgroup_lattice"]

#: Classes that can be drawn and read.
MOST = 26
CAPTION = (
    "Classes of subgroups ordered by dimension; lines: direct inclusion. The direction of each class is "
    f"fitted. Numbers: {ADJUSTED} (Holm, all classes and orientations). Dashed: not among the candidates, "
    "or a limiting case of another compatible class. Classes that do not preserve the surface on which the "
    "events lie are excluded without a test."
)


def subgroup_lattice(rows: Sequence[SubgroupRow], catalogue: str) -> Figure:
    """Classes with their adjusted p-values, rows by dimension; large catalogues: the border of the compatible ones."""
    known = {row.name: row for row in rows}
    order = lattice(CATALOGUES[catalogue]())
    shown = border(order, known)
    verdicts: dict[str, Verdict] = {name: _verdict(known.get(name)) for name in shown}
    p_values = {
        name: row.p_value_adjusted
        for name in shown
        # A limit of another class is as good as that: its p is no evidence for it.
        if (row := known.get(name)) and row.p_value_adjusted is not None and not row.limit_of
    }
    figure: Figure = draw_lattice(order, only=shown, verdicts=verdicts, p_values=p_values)
    if p_values:
        above_legend = 0.38 / float(figure.get_size_inches()[1])
        figure.axes[0].text(
            0.995, above_legend, f"p: {ADJUSTED} (Holm)", transform=figure.transFigure, ha="right", va="bottom",
            fontsize=9, color=GREY,
        )  # fmt: skip
    return figure


def _verdict(row: SubgroupRow | None) -> Verdict:
    if row is not None and (row.rejected or (row.at_lab is False and row.how == "lab")):
        return "rejected"
    if row is not None and row.how == "support":
        return "excluded"
    return "survives" if row is not None and row.survives else "not tested"


def border(order: Lattice, rows: Mapping[str, SubgroupRow]) -> list[str]:
    """All classes if they can be drawn; else compatible ones, the maximal ones first, and those directly above them.

    If none is compatible: the subgroups of the Lorentz group.
    """
    names = list(order.catalogue)
    if len(names) <= MOST:
        return names
    alive = [name for name in names if name in rows and rows[name].survives]
    if not alive:
        return [name for name in names if name in lorentz_subgroups()]
    maximal = order.maximal(alive)
    above = [b for a, b in order.covers if a in maximal and b not in alive]
    chosen = dict.fromkeys([*maximal, *above, *alive])
    return list(chosen)[:MOST]
