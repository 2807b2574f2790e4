"""How strongly each generator is broken, and what the sample could have seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from symhep_moments.figures.labels import pretty
from symhep_moments.figures.p_axis import MARKS

__all__ = ["breaking_strengths", "has_strengths"]

_ROW = 0.3  # inches
_BLIND = "#e4e6e9"
#: Values that differ by more than this factor go on a logarithmic axis.
_DECADES = 12.0


def has_strengths(summary: Mapping[str, Any]) -> bool:
    """Is there a strength to draw?"""
    return any(row["strength"] is not None for row in summary["candidates"])


def breaking_strengths(summary: Mapping[str, Any]) -> Figure:
    """A panel per unit, a row per generator: the strength with its interval; grey: what would not have been seen."""
    rows = [row for row in summary["candidates"] if row["strength"] is not None]
    units = list(dict.fromkeys((row["strength"]["kind"], row["strength"]["unit"]) for row in rows))
    groups = [[r for r in rows if (r["strength"]["kind"], r["strength"]["unit"]) == unit] for unit in units]
    figure: Figure
    heights = [len(group) + 1.0 for group in groups]
    figure, axes = plt.subplots(
        len(groups), 1, figsize=(6.4, _ROW * sum(heights) + 0.62 * len(groups) + 0.6), squeeze=False,
        height_ratios=heights,
    )  # fmt: skip
    for ax, group, (kind, unit) in zip(axes[:, 0], groups, units, strict=True):
        _panel(ax, group)
        ax.set_xlabel(_axis_label(kind, unit), fontsize=11)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=3, fontsize=10, handletextpad=0.4)
    return figure


def _axis_label(kind: str, unit: str) -> str:
    name = {"modulation": "Modulation $\\epsilon$", "rate": "Relative change of the density"}.get(kind, kind)
    return f"{name} [{unit}]" if unit == "%" else f"{name} {unit}"


def _panel(ax: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    left, right, log = _range(rows)
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if right / left < 300 else (1.0,)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(left, right)
    ax.set_ylim(len(rows) - 0.3, -0.7)
    ax.set_yticks(range(len(rows)), [pretty(str(row["label"])) for row in rows], fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.yaxis.set_minor_locator(plt.NullLocator())
    for y, row in enumerate(rows):
        strength, visible = row["strength"], row["smallest_visible"]
        colour, marker = MARKS[bool(row["rejected"])]
        if visible is not None:
            ax.fill_betweenx([y - 0.36, y + 0.36], left, min(visible, right), color=_BLIND, lw=0, zorder=0)
        low, high = (
            strength[key] if strength[key] is not None else strength["value"] for key in ("low", "high")
        )
        open_end = low <= left and log
        ax.plot([max(low, left), high], [y, y], color=colour, lw=1.8, solid_capstyle="butt", zorder=2)
        for end in (high,) if open_end else (low, high):
            ax.plot([end], [y], "|", color=colour, ms=7, mew=1.6, zorder=2)
        if open_end:
            ax.plot([left], [y], "<", color=colour, ms=7, clip_on=False, zorder=3)
        if strength["value"] > left:
            ax.plot([strength["value"]], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=3)


def _range(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float, bool]:
    """Limits of the axis, and whether it is logarithmic."""
    numbers = [row["strength"][key] for row in rows for key in ("value", "low", "high")]
    numbers += [row["smallest_visible"] for row in rows]
    positive = [float(v) for v in numbers if v is not None and v > 0]
    if not positive:
        return 0.0, 1.0, False
    tops = [
        max(float(row["strength"]["high"] or row["strength"]["value"]), row["smallest_visible"] or 0.0)
        for row in rows
    ]
    smallest = min((top for top in tops if top > 0), default=1.0)
    if max(positive) / smallest < _DECADES:
        return 0.0, 1.1 * max(positive), False
    return smallest / 4, 1.5 * max(positive), True


def _handles() -> list[Any]:
    def symbol(rejected: bool, label: str) -> Line2D:
        colour, marker = MARKS[rejected]
        return Line2D([], [], color=colour, marker=marker, ms=7, label=label)

    return [
        symbol(True, "broken, 95 %"), symbol(False, "not rejected, 95 %"),
        Patch(color=_BLIND, label="below 90 % power"),
    ]  # fmt: skip
