"""Discrete elements: what each test says, and how asymmetric the events are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from symhep.plotting.p_axis import MARKS, p_axis
from symhep.plotting.panel import panel

__all__ = ["discrete_elements"]

_ROW = 0.34  # inches
_KINDS = {"moment": ("D", -0.16), "classifier": ("s", 0.16)}


def discrete_elements(summary: Mapping[str, Any]) -> Figure:
    """Rows of elements: p-values of the moment and of the classifier version; the asymmetry in per cent."""
    rows = [row for row in summary["discrete"] if not row["trivial"] and row["same_as"] is None]
    figure, axes = panel(
        1, 2, figsize=(8.6, _ROW * len(rows) + 1.9), sharey=True, squeeze=False, width_ratios=(1.25, 1)
    )
    left, right = axes[0]
    found = {kind: [_p(row, kind) for row in rows] for kind in _KINDS}
    largest = max((p for values in found.values() for p in values if p is not None), default=0.0)
    p_axis(left, largest, summary["level"], inches=3.7)
    for kind, (marker, shift) in _KINDS.items():
        for y, (row, p) in enumerate(zip(rows, found[kind], strict=True)):
            if p is not None:
                colour = MARKS[bool(row["rejected"])][0]
                left.plot([0, p], [y + shift] * 2, color="#dfe2e5", lw=1.2, zorder=1.5)
                left.plot([p], [y + shift], marker, color=colour, ms=6, mec="white", mew=0.6, zorder=3)
    left.set_ylim(len(rows) - 0.4, -0.6)
    left.set_yticks(range(len(rows)), [str(row["name"]) for row in rows], fontsize=10)
    left.set_xlabel("p-value")
    _asymmetries(right, rows)
    for ax in (left, right):
        ax.tick_params(axis="y", which="both", length=0)
        ax.yaxis.set_minor_locator(NullLocator())
    figure.legend(handles=_handles(), loc="outside lower center", ncols=4, fontsize=10, handletextpad=0.3)
    return figure


def _p(row: Mapping[str, Any], kind: str) -> float | None:
    numbers = row[kind]
    return None if numbers is None or numbers["log10_p"] is None else -float(numbers["log10_p"])


def _asymmetries(ax: Any, rows: Any) -> None:
    ax.axvline(0.0, color="#b8b8b8", lw=0.9, zorder=0)
    reach = 1.0
    for y, row in enumerate(rows):
        a = row["asymmetry"]
        if a is None or a["value"] is None:
            continue
        colour, marker = MARKS[bool(row["rejected"])]
        low, high = (100 * (a[key] if a[key] is not None else a["value"]) for key in ("low", "high"))
        ax.plot([low, high], [y, y], "-", color=colour, lw=1.8)
        ax.plot([low, high], [y, y], "|", color=colour, ms=7, mew=1.6)
        ax.plot([100 * a["value"]], [y], marker, color=colour, ms=7, mec="white", mew=0.6)
        reach = max(reach, abs(low), abs(high))
    ax.set_xlim(-1.1 * reach, 1.1 * reach)
    ax.set_xlabel("Asymmetry [%]")


def _handles() -> list[Line2D]:
    names = {"moment": "moments", "classifier": "classifier"}
    handles = [
        Line2D([], [], color="black", marker=marker, ls="none", ms=6, label=names[kind])
        for kind, (marker, _) in _KINDS.items()
    ]
    for rejected, label in ((False, "survives"), (True, "rejected")):
        colour, marker = MARKS[rejected]
        handles.append(Line2D([], [], color=colour, marker=marker, ls="none", ms=7, label=label))
    return handles
