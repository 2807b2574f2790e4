"""Intervals and limits of candidates, of what was found, of classes of subgroups and of discrete elements."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.figure import Figure

from symhep.hypotheses.bounds.figure import LimitRow, limits_figure
from symhep_moments.record import MomentsRecord

__all__ = ["limits_of"]

#: Axes by what a candidate's size is.
_HARMONIC = "Largest harmonic, $v_m$ or (classes) $v_l$"
_PANELS = {"v_m": _HARMONIC, "rate": "Relative change of the density"}


def limits_of(s: MomentsRecord) -> Figure | None:
    """None if there is nothing to draw."""
    return limits_figure(list(_rows(s)))


def _rows(s: MomentsRecord) -> Iterator[LimitRow]:
    for c in s.candidates:
        if c.size is not None:
            yield LimitRow(_PANELS[c.size_kind or "v_m"], c.label, c.rejected, c.size, c)
    for group in s.groups:
        if group.upper_95 is not None:
            yield LimitRow(_HARMONIC, group.name, group.rejected, None, group)
    for row in s.subgroups:
        if row.upper_95 is not None:
            yield LimitRow(_HARMONIC, f"class {row.name}", row.rejected, None, row)
    for element in s.discrete:
        if element.upper_95 is not None and element.same_as is None:
            yield LimitRow("Asymmetry", element.name, element.rejected, element.size, element)
