"""Intervals of violated symmetries and limits of the others, on one axis for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Number
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel

__all__ = ["CAPTION", "LimitRow", "limits_figure"]

#: Of the figure, whatever it holds.
CAPTION = (
    "Size of the violation of each symmetry. Bars: best-fit values with simultaneous 95 % confidence "
    "intervals; arrows: upper limits at 95 % CL, where the interval includes zero; dashed boxes: expected "
    "limit if the symmetry holds. Rates have an interval and no limit."
)
_ROW = 0.28  # inches
#: Rows of a panel at most.
SHOWN = 24
#: Values that differ by more than this factor go on a logarithmic axis.
_DECADES = 12.0
#: The longest such axis; what is smaller is drawn at its end.
_LONGEST = 1e4


@dataclass(frozen=True)
class LimitRow:
    """A line of the figure.

    Attributes
    ----------
    panel
        Label of the axis, without its unit; rows of one panel and unit share an axis.
    label
        Of the hypothesis.
    rejected
        Its verdict; None: not tested.
    size
        Interval; None: the limit alone is known.
    limits
        The row that has the limit.
    """

    panel: str
    label: str
    rejected: bool | None
    size: Number | None
    limits: Limits

    @property
    def unit(self) -> str:
        """Of the axis: '' is per cent."""
        return "" if self.size is None else self.size.unit


def limits_figure(rows: Sequence[LimitRow]) -> Figure | None:
    """A panel per kind of size, a line per hypothesis, in the order of the rows; None if there is nothing to draw.

    Of a panel the first 24 lines are drawn.
    """
    groups: dict[tuple[str, str], list[LimitRow]] = {}
    for row in rows:
        if row.size is not None or row.limits.upper_95 is not None:
            groups.setdefault((row.panel, row.unit), []).append(row)
    if not groups:
        return None
    heights = [min(len(group), SHOWN) + 1.0 for group in groups.values()]
    figure, axes = panel(
        len(groups), 1, figsize=(6.8, _ROW * sum(heights) + 0.62 * len(groups) + 0.7), squeeze=False,
        height_ratios=heights,
    )  # fmt: skip
    for ax, ((name, unit), group) in zip(axes[:, 0], groups.items(), strict=True):
        _panel(ax, [_Line.of(row) for row in group[:SHOWN]])
        more = f", first {SHOWN} of {len(group)}" if len(group) > SHOWN else ""
        ax.set_xlabel(f"{name} {unit or '[%]'}{more}", fontsize=11)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=2, fontsize=10, handletextpad=0.5)
    return figure


@dataclass(frozen=True)
class _Line:
    """In the unit of the axis."""

    label: str
    rejected: bool | None
    value: float | None
    low: float
    high: float | None
    limit: float | None
    expected: float | None

    @classmethod
    def of(cls, row: LimitRow) -> _Line:
        factor = 1.0 if row.unit else 100.0
        size, limits = _magnitude(row.size or Number()), row.limits

        def scaled(value: float | None) -> float | None:
            return None if value is None else factor * value

        return cls(
            row.label, row.rejected, scaled(size.value), scaled(size.low) or 0.0,
            scaled(size.high if limits.upper_95 is None else limits.upper_95), scaled(limits.upper_95),
            scaled(limits.expected_95),
        )  # fmt: skip


def _magnitude(size: Number) -> Number:
    """Of a signed size, as an asymmetry: its interval reaches zero where its ends differ in sign."""
    if size.low is None or size.high is None or size.low >= 0:
        return size
    low, high = max(-size.high, 0.0), max(-size.low, size.high)
    value = None if size.value is None else abs(size.value)
    return size.model_copy(update={"value": value, "low": low, "high": high})


def _panel(ax: Any, lines: Sequence[_Line]) -> None:
    left, right, log = _range(lines)
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if right / left < 300 else (1.0,)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(left, right)
    ax.set_ylim(len(lines) - 0.3, -0.7)
    names = [pretty(b.label) if len(b.label) <= 32 else f"combination {i + 1}" for i, b in enumerate(lines)]
    ax.set_yticks(range(len(lines)), names, fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.yaxis.set_minor_locator(NullLocator())
    for y, line in enumerate(lines):
        _draw(ax, y, line, left, log)


def _draw(ax: Any, y: int, line: _Line, left: float, log: bool) -> None:
    colour, marker = MARKS[bool(line.rejected)]
    if line.expected is not None:
        ax.barh(y, line.expected - left, 0.62, left=left, fc="none", ec="#8b9098", lw=0.9, ls="--", zorder=1)
    if line.high is None:
        return
    broken = line.low > 0
    start = max(line.low, left)
    ax.plot([start, line.high], [y, y], color=colour, lw=1.8, solid_capstyle="butt", zorder=2)
    ax.plot([line.high], [y], "|", color=colour, ms=9, mew=1.8, zorder=3)
    if broken:
        ax.plot([start], [y], "|", color=colour, ms=9, mew=1.8, zorder=3)
        if line.value is not None and line.value > left:
            ax.plot([line.value], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=4)
    elif line.limit is not None:
        # An upper limit: the arrow points to what is allowed.
        ax.annotate(
            "", (_towards(line.high, left, log), y), (line.high, y), zorder=4,
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _towards(high: float, left: float, log: bool) -> float:
    """Halfway down to the end of the axis."""
    return float((high * max(left, 1e-300)) ** 0.5) if log else (high + left) / 2


def _range(lines: Sequence[_Line]) -> tuple[float, float, bool]:
    """Limits of the axis, and whether it is logarithmic."""
    ends = [v for line in lines for v in (line.high, line.expected) if v is not None and v > 0]
    if not ends:
        return 0.0, 1.0, False
    top, least = max(ends), min(ends)
    if top / least < _DECADES:
        return 0.0, 1.12 * top, False
    return max(least / 3, top / _LONGEST), 1.5 * top, True


def _handles() -> list[Any]:
    def symbol(rejected: bool, label: str) -> Line2D:
        colour, marker = MARKS[rejected]
        return Line2D([], [], color=colour, marker=marker, ms=7, mec="white", label=label)

    return [
        symbol(True, "violated: 95 % confidence interval"),
        symbol(False, "compatible: 95 % confidence interval"),
        Line2D([], [], color="#33363b", marker="<", ms=7, label="95 % CL upper limit"),
        Line2D([], [], color="#8b9098", lw=0.9, ls="--", label="expected limit if the symmetry holds"),
    ]
