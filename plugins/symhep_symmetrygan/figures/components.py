"""How approximate the components are: elements, divergence and deficit of the post-hoc loss of each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel
from symhep_symmetrygan.figures.axes import quantity
from symhep_symmetrygan.figures.marks import GREY
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["component_sizes"]

_ROW = 0.42  # inches
#: Symbols of projections.
_SYMBOLS = "osD^vP"


def component_sizes(record: SymmetryGanRecord) -> Figure:
    """A row per component: how many elements fell into it, excess KL, and 2 ln 2 less the loss."""
    rows = record.connected_components
    figure, axes = panel(
        1, 3, figsize=(8.6, _ROW * len(rows) + 1.9), sharey=True, width_ratios=(0.8, 1.2, 1.2)
    )
    y = np.arange(len(rows))
    colours = [GREY if row.rejected is None else MARKS[row.rejected][0] for row in rows]
    counts, divergence, deficit = axes
    counts.barh(y, [row.elements for row in rows], color=colours, height=0.55, alpha=0.75)
    for i, row in enumerate(rows):
        counts.annotate(
            f"{row.elements}",
            (row.elements, i),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    counts.set(xlabel="Elements found", xlim=(0, 1.25 * max((row.elements for row in rows), default=1) or 1))
    _divergences(divergence, record, colours)
    for i, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        loss, ideal = row.posthoc_loss, record.posthoc_loss
        if loss is not None and loss.value is not None and ideal is not None:
            deficit.errorbar(
                ideal.ideal - loss.value, i, xerr=loss.error or 0.0, fmt="o", color=colour,
                capsize=3, ms=5.5, mec="white", mew=0.5,
            )  # fmt: skip
    deficit.axvline(0.0, color=GREY, lw=1.0, ls="--")
    deficit.set_xlabel(r"$2\,\ln 2\,-$ post-hoc loss")
    deficit.xaxis.set_major_locator(MaxNLocator(2))  # small differences have long numbers
    counts.set_yticks(y, [row.name for row in rows], fontsize=10)
    counts.set_ylim(len(rows) - 0.4, -0.6)
    for ax in axes:
        ax.tick_params(axis="y", which="both", length=0)
        ax.yaxis.set_minor_locator(NullLocator())
    return figure


def _ticks(low: float, high: float, linear: float) -> list[float]:
    """Zero, and the outermost power of ten on each side: more have no room.

    >>> _ticks(-2e-4, 0.3, 1e-4), _ticks(-1e-5, 2e-5, 1e-4)
    ([-0.0001, 0.0, 0.1], [0.0])
    """
    ticks = [
        sign * 10.0 ** math.floor(math.log10(end)) for sign, end in ((-1, -low), (1, high)) if end >= linear
    ]
    return sorted([0.0, *ticks])


def _divergences(ax: Any, record: SymmetryGanRecord, colours: list[str]) -> None:
    """Projections that no component moves are left out: their excess is 0."""
    names = () if record.kl is None else record.kl.projections
    measured = {i: row.excess for i, row in enumerate(record.connected_components) if row.excess is not None}
    moved = [j for j in range(len(names)) if any(excess[j].value for excess in measured.values())]
    for mark, j in enumerate(moved[: len(_SYMBOLS)]):
        shift = 0.14 * (mark - (len(moved[: len(_SYMBOLS)]) - 1) / 2)
        for i, excess in measured.items():
            ax.errorbar(
                excess[j].value, i + shift, xerr=excess[j].error, fmt=_SYMBOLS[mark], color=colours[i], ms=5.5,
                mec="white", mew=0.5,
            )  # fmt: skip
        ax.plot([], [], _SYMBOLS[mark], color=GREY, label=quantity(names[j]))
    ax.axvline(0.0, color=GREY, lw=1.0, ls="--", zorder=0)
    ax.set_xlabel("Excess KL divergence [nats]")
    errors = [e for excess in measured.values() for j in moved if (e := excess[j].error)]
    if errors:
        linear = 2 * min(errors)
        ax.set_xscale("symlog", linthresh=linear)
        low, high = ax.get_xlim()
        ax.set_xticks(_ticks(low, high, linear))
        ax.xaxis.set_minor_locator(NullLocator())
    if moved:
        ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
