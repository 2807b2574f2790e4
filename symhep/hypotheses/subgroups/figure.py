"""The subgroups in their order, coloured by verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from matplotlib.figure import Figure

from symhep.lie.subgroups import lattice, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.lattice import Lattice
from symhep.plotting.lattice import Verdict, draw_lattice

__all__ = ["MOST", "subgroup_lattice"]

#: Classes that can be drawn and read.
MOST = 26


def subgroup_lattice(summary: Mapping[str, Any]) -> Figure:
    """Classes with their adjusted p-values, rows by dimension; of a large catalogue the border of what survives."""
    rows = {row["name"]: row for row in summary["subgroups"]}
    order = lattice(lorentz_subgroups() if summary["catalogue"] == "lorentz" else poincare_subgroups())
    shown = border(order, rows)
    verdicts: dict[str, Verdict] = {name: _verdict(rows.get(name)) for name in shown}
    p_values = {
        name: row["p_value_adjusted"]
        for name in shown
        # A limit of another class is as good as that: its p is no evidence for it.
        if (row := rows.get(name)) and row["log10_p_adjusted"] is not None and not row["limit_of"]
    }
    figure: Figure = draw_lattice(order, only=shown, verdicts=verdicts, p_values=p_values)
    if p_values:
        figure.axes[0].text(
            0.995, 0.02, "p: adjusted for the family (Holm)", transform=figure.transFigure, ha="right", va="bottom",
            fontsize=9, color="#717581",
        )  # fmt: skip
    return figure


def _verdict(row: Mapping[str, Any] | None) -> Literal["survives", "rejected", "not tested"]:
    if row is not None and row["rejected"]:
        return "rejected"
    return "survives" if row is not None and row["survives"] else "not tested"


def border(order: Lattice, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """All classes if they can be drawn; else survivors, the maximal ones first, and what lies directly above them.

    Where nothing survives: the subgroups of the Lorentz group.
    """
    names = list(order.catalogue)
    if len(names) <= MOST:
        return names
    alive = [name for name in names if name in rows and _verdict(rows[name]) == "survives"]
    if not alive:
        return [name for name in names if name in lorentz_subgroups()]
    maximal = order.maximal(alive)
    above = [b for a, b in order.covers if a in maximal and b not in alive]
    chosen = dict.fromkeys([*maximal, *above, *alive])
    return list(chosen)[:MOST]
