"""Discrete elements: what each single test says, and how asymmetric the events are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS, level_handle, p_axis
from symhep.plotting.panel import panel

__all__ = ["CAPTION", "discrete_figure", "has_discrete"]

_ROW = 0.34  # inches
_SYMBOLS = "Ds^v"
CAPTION = (
    "Discrete symmetries. Left: p-value of each test, before combination and adjustment. Right: largest "
    "asymmetry of a predefined observable with its simultaneous 95 % confidence interval, and upper limits "
    "at 95 % CL on all asymmetries (triangles; open: expected)."
)


def has_discrete(rows: Sequence[DiscreteRow]) -> bool:
    """Is there an element to draw?"""
    return any(row.how == "tested" for row in rows)


def discrete_figure(rows: Sequence[DiscreteRow], level: float) -> Figure:
    """Rows of elements: the p-value of each of their tests, and the asymmetry in per cent."""
    shown = [row for row in rows if row.how == "tested" and row.same_as is None]
    figure, axes = panel(
        1,
        2,
        figsize=(8.6, _ROW * (len(shown) + 0.3) + 1.9),
        sharey=True,
        squeeze=False,
        width_ratios=(1.25, 1),
    )
    left, right = axes[0]
    names = list(dict.fromkeys(name for row in shown for name in row.tests))
    logs = [test.log10_p for row in shown for test in row.tests.values() if test.log10_p is not None]
    p_axis(left, max((-log for log in logs), default=0.0), level, inches=3.7)
    for number, name in enumerate(names):
        shift = 0.32 * (number - (len(names) - 1) / 2)
        for y, row in enumerate(shown):
            log10_p = row.tests[name].log10_p if name in row.tests else None
            if log10_p is not None:
                colour = MARKS[bool(row.rejected)][0]
                left.plot([0, -log10_p], [y + shift] * 2, color="#dfe2e5", lw=1.2, zorder=1.5)
                left.plot([-log10_p], [y + shift], _SYMBOLS[number % len(_SYMBOLS)], color=colour, ms=6, mec="white",
                          mew=0.6, zorder=3)  # fmt: skip
    left.set_ylim(len(shown) - 0.4, -0.6)
    left.set_yticks(range(len(shown)), [pretty(row.name) for row in shown], fontsize=10)
    left.set_xlabel("p-value of each test")
    _asymmetries(right, shown)
    for ax in (left, right):
        ax.tick_params(axis="y", which="both", length=0)
        ax.yaxis.set_minor_locator(NullLocator())
    figure.legend(
        handles=[*_handles(names), level_handle(level)],
        loc="outside lower center",
        ncols=3,
        fontsize=10,
        handletextpad=0.3,
    )
    return figure


def _asymmetries(ax: Any, rows: Sequence[DiscreteRow]) -> None:
    ax.axvline(0.0, color="#b8b8b8", lw=0.9, zorder=0)
    reach = 1.0
    for y, row in enumerate(rows):
        a = row.size
        if a is None or a.value is None:
            continue
        colour, marker = MARKS[bool(row.rejected)]
        low, high = (100 * (a.value if end is None else end) for end in (a.low, a.high))
        ax.plot([low, high], [y, y], "-", color=colour, lw=1.8)
        ax.plot([low, high], [y, y], "|", color=colour, ms=7, mew=1.6)
        ax.plot([100 * a.value], [y], marker, color=colour, ms=7, mec="white", mew=0.6)
        reach = max(reach, abs(low), abs(high))
        for limit, face in ((row.upper_95, colour), (row.expected_95, "white")):
            if limit is not None:
                ax.plot([100 * limit], [y + 0.27], "<", color=colour, mfc=face, ms=4.5, mew=0.9)
                reach = max(reach, 100 * limit)
    ax.set_xlim(-1.1 * reach, 1.1 * reach)
    ax.set_xlabel("Asymmetry [%]")


def _handles(names: Sequence[str]) -> list[Line2D]:
    handles = [
        Line2D([], [], color="black", marker=_SYMBOLS[k % len(_SYMBOLS)], ls="none", ms=6, label=name)
        for k, name in enumerate(names)
    ]
    for rejected, label in ((False, "compatible"), (True, "violated")):
        colour, marker = MARKS[rejected]
        handles.append(Line2D([], [], color=colour, marker=marker, ls="none", ms=7, label=label))
    return handles
