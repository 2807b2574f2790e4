"""p-values of components, of generators at their own place and of discrete elements, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS, p_axis
from symhep.plotting.panel import panel
from symhep_symmetrygan.figures.marks import GREY

__all__ = ["hypotheses", "hypothesis_p_values"]

Summary = Mapping[str, Any]
_ROW = 0.27  # inches
#: Rows that fit on a page, per kind.
SHOWN = 20


def hypotheses(s: Summary) -> list[tuple[str, list[tuple[str, Summary]]]]:
    """Kinds of hypotheses with their rows (what it is called, numbers) that were tested."""
    own = [row for row in s["subgroups"] if row["family"] == "lab"]
    told = [row for row in s["discrete"] if not row["trivial"] and row["same_as"] is None]
    found = [
        ("components", [(row["name"], row) for row in s["components"]]),
        ("generators", [(pretty(row["name"]), row) for row in own]),
        ("discrete elements", [(row["name"], row) for row in told]),
    ]
    kept = [(kind, [(n, r) for n, r in rows if r["log10_p"] is not None][:SHOWN]) for kind, rows in found]
    return [(kind, rows) for kind, rows in kept if rows]


def hypothesis_p_values(s: Summary) -> Figure:
    """One row per hypothesis: p as it is (line's end) and adjusted (symbol), and the level."""
    groups = hypotheses(s)
    heights = [len(rows) + 0.4 for _, rows in groups]
    figure, axes = panel(
        len(heights), 1, figsize=(6.4, _ROW * sum(heights) + 1.2 + 0.3 * len(heights)), squeeze=False,
        sharex=True, height_ratios=heights,
    )  # fmt: skip
    largest = max(-float(row["log10_p"]) for _, rows in groups for _, row in rows)
    for ax, (kind, rows) in zip(axes[:, 0], groups, strict=True):
        ax.set_yticks([])
        p_axis(ax, largest, s["level"], inches=4.4)
        _rows(ax, rows)
        ax.text(1.01, 0.5, kind, transform=ax.transAxes, rotation=270, va="center", fontsize=10, color=GREY)
    for ax in axes[:-1, 0]:
        ax.tick_params(labelbottom=False)
    axes[-1, 0].set_xlabel("p-value")
    figure.legend(handles=_handles(), loc="outside lower center", ncols=3, fontsize=10, handletextpad=0.3)
    return figure


def _rows(ax: Any, rows: Sequence[tuple[str, Summary]]) -> None:
    ax.set_ylim(len(rows) - 0.3, -0.7)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.minorticks_off()
    for y, (_, row) in enumerate(rows):
        colour, marker = MARKS[bool(row["rejected"])]
        adjusted, alone = -row["log10_p_adjusted"], -row["log10_p"]
        ax.plot([0, alone], [y, y], color="#dfe2e5", lw=1.2, zorder=1.5)
        ax.plot([adjusted, alone], [y, y], color=colour, lw=1.4, zorder=2)
        ax.plot([alone], [y], "|", color=colour, ms=8, mew=1.4, zorder=2.5)
        ax.plot([adjusted], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=3)


def _handles() -> list[Line2D]:
    def symbol(marker: str, colour: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, ls="none", ms=7, label=label)

    return [
        symbol(MARKS[False][1], MARKS[False][0], "adjusted, survives"),
        symbol(MARKS[True][1], MARKS[True][0], "adjusted, rejected"),
        symbol("|", "black", "on its own"),
    ]
