"""p-values of hypotheses, one panel per family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.candidates.table import NOT_TESTED
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.p_values import Adjusted
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS, level_handle, p_axis
from symhep.plotting.panel import panel
from symhep.plotting.style import GREY

__all__ = ["CAPTION", "Family", "candidate_family", "discrete_family", "group_family", "p_value_figure"]

_ROW = 0.27  # inches
#: A panel is at least so many rows high: its title stands beside it, in two lines where it is low.
_LEAST, _LOW = 2.4, 5
CAPTION = (
    f"p-values: {UNADJUSTED} (bar) and {ADJUSTED} (symbol; Holm, within each family of hypotheses). Hypotheses to "
    "the right of the dashed line (significance level {level:g}) are rejected."
)


@dataclass(frozen=True)
class Family:
    """Hypotheses adjusted together: a title, and (name, row, why it was not tested) for each."""

    title: str
    rows: tuple[tuple[str, Adjusted, str], ...]


def candidate_family(rows: Sequence[CandidateRow]) -> Family:
    """Individual generators, including those that were not tested."""
    return Family("generators", tuple((pretty(r.label), r, NOT_TESTED.get(r.how, "")) for r in rows))


def group_family(rows: Sequence[GroupRow]) -> Family:
    """Groups given in the card."""
    return Family("given groups", tuple((pretty(row.name), row, "") for row in rows))


def discrete_family(rows: Sequence[DiscreteRow]) -> Family:
    """Discrete elements with a test of their own."""
    told = [row for row in rows if row.log10_p is not None and row.same_as is None]
    return Family("discrete elements", tuple((pretty(row.name), row, "") for row in told))


def p_value_figure(families: Sequence[Family], level: float) -> Figure:
    """One row per hypothesis: its unadjusted p (end of the bar), its adjusted p (symbol), and the level."""
    shown = [family for family in families if family.rows]
    heights = [max(len(family.rows) + 0.4, _LEAST) for family in shown] or [_LEAST]
    figure, axes = panel(
        len(heights), 1, figsize=(6.4, _ROW * sum(heights) + 1.2 + 0.3 * len(heights)), squeeze=False,
        sharex=True, height_ratios=heights,
    )  # fmt: skip
    logs = [row.log10_p for family in shown for _, row, _ in family.rows if row.log10_p is not None]
    largest = max((-log for log in logs), default=0.0)
    for ax in axes[:, 0]:
        ax.set_yticks([])
        p_axis(ax, largest, level, inches=4.9)
    for ax, family in zip(axes[:, 0], shown, strict=False):
        _panel(ax, family)
    if not shown:
        axes[0, 0].text(
            0.5, 0.5, "no hypothesis was tested", transform=axes[0, 0].transAxes, ha="center", color=GREY
        )
    for ax in axes[:-1, 0]:
        ax.tick_params(labelbottom=False)
    axes[-1, 0].set_xlabel("p-value")
    figure.legend(
        handles=[*_handles(), level_handle(level)],
        loc="outside lower center",
        ncols=2,
        fontsize=10,
        handletextpad=0.3,
    )
    return figure


def _panel(ax: Any, family: Family) -> None:
    rows = len(family.rows)
    beside = max(rows + 0.4, _LEAST) / 2
    ax.set_ylim((rows - 1) / 2 + beside, (rows - 1) / 2 - beside)
    ax.set_yticks(range(len(family.rows)), [name for name, _, _ in family.rows], fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.minorticks_off()
    ax.text(
        1.01,
        0.5,
        family.title.replace(" ", "\n") if rows < _LOW else family.title,
        transform=ax.transAxes,
        rotation=270,
        va="center",
        fontsize=10,
        color=GREY,
    )
    for y, (_, row, why) in enumerate(family.rows):
        if row.log10_p is None or row.log10_p_adjusted is None:
            ax.text(0.02, y, f"not tested: {why}" if why else "not tested", fontsize=8.5, color=GREY, va="center",
                    transform=ax.get_yaxis_transform(), bbox={"fc": "white", "ec": "none", "pad": 1.5})  # fmt: skip
            continue
        colour, marker = MARKS[bool(row.rejected)]
        alone, adjusted = -row.log10_p, -row.log10_p_adjusted
        ax.plot([0, alone], [y, y], color="#dfe2e5", lw=1.2, zorder=1.5)
        ax.plot([adjusted, alone], [y, y], color=colour, lw=1.4, zorder=2)
        ax.plot([alone], [y], "|", color=colour, ms=8, mew=1.4, zorder=2.5)
        ax.plot([adjusted], [y], marker, color=colour, ms=7, mec="white", mew=0.6, zorder=3)


def _handles() -> list[Line2D]:
    def symbol(marker: str, colour: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, ls="none", ms=7, label=label)

    return [
        symbol(MARKS[False][1], MARKS[False][0], f"{ADJUSTED}, compatible"),
        symbol(MARKS[True][1], MARKS[True][0], f"{ADJUSTED}, violated"),
        symbol("|", "black", UNADJUSTED),
    ]
