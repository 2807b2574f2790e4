"""How strongly each generator is broken, and what the sample could have seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from symhep.methods.number import Number
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel
from symhep_moments.record import Candidate

__all__ = ["breaking_strengths", "has_strengths"]

_ROW = 0.3  # inches
_BLIND = "#e4e6e9"
#: Values that differ by more than this factor go on a logarithmic axis.
_DECADES = 12.0
#: The longest such axis; what is smaller is drawn as nothing.
_LONGEST = 1e4


def has_strengths(rows: Sequence[Candidate]) -> bool:
    """Is there a strength to draw?"""
    return any(row.size is not None for row in rows)


@dataclass(frozen=True)
class _Bar:
    """One generator, in the unit of the axis."""

    label: str
    rejected: bool
    value: float
    low: float
    high: float
    visible: float

    @classmethod
    def of(cls, row: Candidate, strength: Number) -> _Bar:
        factor = 1.0 if strength.unit else 100.0
        value, visible = strength.value or 0.0, row.smallest_visible or 0.0
        low, high = (value if end is None else end for end in (strength.low, strength.high))
        return cls(row.label, bool(row.rejected), *(factor * v for v in (value, low, high, visible)))


def breaking_strengths(rows: Sequence[Candidate]) -> Figure:
    """A panel per unit, a row per generator: the strength with its interval; grey: what would not have been seen."""
    groups: dict[tuple[str | None, str], list[_Bar]] = {}
    for row in rows:
        if (strength := row.size) is not None:
            groups.setdefault((row.size_kind, strength.unit), []).append(_Bar.of(row, strength))
    heights = [len(group) + 1.0 for group in groups.values()]
    figure, axes = panel(
        len(groups), 1, figsize=(6.4, _ROW * sum(heights) + 0.62 * len(groups) + 0.6), squeeze=False,
        height_ratios=heights,
    )  # fmt: skip
    for ax, ((kind, unit), bars) in zip(axes[:, 0], groups.items(), strict=True):
        _panel(ax, bars)
        name = "Modulation $\\epsilon$" if kind == "modulation" else "Relative change of the density"
        ax.set_xlabel(f"{name} {unit or '[%]'}", fontsize=11)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=3, fontsize=10, handletextpad=0.4)
    return figure


def _panel(ax: Any, bars: Sequence[_Bar]) -> None:
    left, right, log = _range(bars)
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if right / left < 300 else (1.0,)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(left, right)
    ax.set_ylim(len(bars) - 0.3, -0.7)
    labels = [pretty(b.label) if len(b.label) <= 24 else f"combination {i + 1}" for i, b in enumerate(bars)]
    ax.set_yticks(range(len(bars)), labels, fontsize=10)
    ax.tick_params(axis="y", which="both", length=0, pad=8)  # room for the arrows of open ends
    ax.yaxis.set_minor_locator(NullLocator())
    for y, bar in enumerate(bars):
        colour, marker = MARKS[bar.rejected]
        ax.fill_betweenx([y - 0.36, y + 0.36], left, max(bar.visible, left), color=_BLIND, lw=0, zorder=0)
        open_end = log and bar.low <= left
        ax.plot([max(bar.low, left), bar.high], [y, y], color=colour, lw=1.8, solid_capstyle="butt", zorder=2)
        for end in (bar.high,) if open_end else (bar.low, bar.high):
            ax.plot([end], [y], "|", color=colour, ms=7, mew=1.6, zorder=2)
        if open_end:
            ax.plot([left], [y], "<", color=colour, ms=7, clip_on=False, zorder=3)
        if bar.value > left:
            ax.plot([bar.value], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=3)


def _range(bars: Sequence[_Bar]) -> tuple[float, float, bool]:
    """Limits of the axis, and whether it is logarithmic."""
    tops = [top for bar in bars if (top := max(bar.high, bar.visible)) > 0]
    if not tops:
        return 0.0, 1.0, False
    ends = [v for bar in bars for v in (bar.value, bar.visible) if v > 0]
    if max(tops) / min(ends, default=max(tops)) < _DECADES:
        return 0.0, 1.1 * max(tops), False
    return max(min(ends) / 2, max(tops) / _LONGEST), 1.5 * max(tops), True


def _handles() -> list[Any]:
    def symbol(rejected: bool, label: str) -> Line2D:
        colour, marker = MARKS[rejected]
        return Line2D([], [], color=colour, marker=marker, ms=7, label=label)

    return [
        symbol(True, "rejected, 95 %"), symbol(False, "not rejected, 95 %"),
        Patch(color=_BLIND, label="below 90 % power"),
    ]  # fmt: skip
