"""All p-values side by side: every candidate and every discrete element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS, p_axis
from symhep.plotting.panel import panel

__all__ = ["p_value_summary"]

_ROW = 0.27  # inches
_GREY = "#717581"


def p_value_summary(summary: Mapping[str, Any]) -> Figure:
    """One row per hypothesis: p as it is (line's end) and adjusted for their number (symbol), and the level."""
    discrete = [row for row in summary["discrete"] if not row["trivial"] and row["same_as"] is None]
    groups = [("generators", summary["candidates"], "label"), ("discrete elements", discrete, "name")]
    groups = [group for group in groups if group[1]]
    heights = [len(rows) + 0.4 for _, rows, _ in groups] or [1.4]
    figure, axes = panel(
        len(heights), 1, figsize=(6.4, _ROW * sum(heights) + 1.2 + 0.3 * len(heights)), squeeze=False,
        sharex=True, height_ratios=heights,
    )  # fmt: skip
    tested = [row for _, rows, _ in groups for row in rows if row["log10_p"] is not None]
    largest = max((-row["log10_p"] for row in tested), default=0.0)
    for ax in axes[:, 0]:
        ax.set_yticks([])
        p_axis(ax, largest, summary["level"], inches=4.9)
    for ax, (title, rows, key) in zip(axes[:, 0], groups, strict=False):
        _rows(ax, rows, key)
        ax.text(1.01, 0.5, title, transform=ax.transAxes, rotation=270, va="center", fontsize=10, color=_GREY)
    if not groups:
        axes[0, 0].text(
            0.5, 0.5, "nothing was tested", transform=axes[0, 0].transAxes, ha="center", color=_GREY
        )
    for ax in axes[:-1, 0]:
        ax.tick_params(labelbottom=False)
    axes[-1, 0].set_xlabel("p-value")
    figure.legend(handles=_handles(), loc="outside lower center", ncols=3, fontsize=10, handletextpad=0.3)
    return figure


def _rows(ax: Any, rows: Sequence[Mapping[str, Any]], key: str) -> None:
    ax.set_ylim(len(rows) - 0.3, -0.7)
    ax.set_yticks(range(len(rows)), [_name(row, key) for row in rows], fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.minorticks_off()
    for y, row in enumerate(rows):
        if row["log10_p"] is None:
            why = "leaves the support" if row["off_support"] else "moves no event"
            ax.text(0.02, y, f"not tested: {why}", fontsize=8.5, color=_GREY, va="center",
                    transform=ax.get_yaxis_transform(), bbox={"fc": "white", "ec": "none", "pad": 1.5})  # fmt: skip
            continue
        colour, marker = MARKS[bool(row["rejected"])]
        adjusted, alone = -row["log10_p_adjusted"], -row["log10_p"]
        ax.plot([0, alone], [y, y], color="#dfe2e5", lw=1.2, zorder=1.5)
        ax.plot([adjusted, alone], [y, y], color=colour, lw=1.4, zorder=2)
        ax.plot([alone], [y], "|", color=colour, ms=8, mew=1.4, zorder=2.5)
        ax.plot([adjusted], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=3)


def _name(row: Mapping[str, Any], key: str) -> str:
    name = str(row[key])
    return pretty(name) if key == "label" else name  # P alone is parity, P_x a translation


def _handles() -> list[Line2D]:
    def symbol(marker: str, colour: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, ls="none", ms=7, label=label)

    return [
        symbol(MARKS[False][1], MARKS[False][0], "adjusted, survives"),
        symbol(MARKS[True][1], MARKS[True][0], "adjusted, rejected"),
        symbol("|", "black", "on its own"),
    ]
