"""How approximate the components are: elements, divergence and deficit of the post-hoc loss of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel
from symhep_symmetrygan.figures.axes import quantity
from symhep_symmetrygan.figures.marks import GREY

__all__ = ["component_sizes"]

_ROW = 0.42  # inches
#: Symbols of projections.
_SYMBOLS = "osD^vP"


def component_sizes(s: Mapping[str, Any]) -> Figure:
    """A row per component: how many elements fell into it, KL beside the noise, and 2 ln 2 less the loss."""
    rows = s["components"]
    figure, axes = panel(
        1, 3, figsize=(8.6, _ROW * len(rows) + 1.9), sharey=True, width_ratios=(0.8, 1.2, 1.2)
    )
    y = np.arange(len(rows))
    colours = [GREY if row["rejected"] is None else MARKS[bool(row["rejected"])][0] for row in rows]
    counts, divergence, deficit = axes
    counts.barh(y, [row["elements"] for row in rows], color=colours, height=0.55, alpha=0.75)
    for i, row in enumerate(rows):
        counts.annotate(
            f"{row['elements']}",
            (row["elements"], i),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    counts.set(xlabel="Elements found", xlim=(0, 1.25 * max((r["elements"] for r in rows), default=1) or 1))
    _divergences(divergence, s, colours)
    for i, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        loss = row["posthoc_loss"]
        if loss is not None and s["posthoc_loss"] is not None:
            deficit.errorbar(
                s["posthoc_loss"]["ideal"] - loss["value"], i, xerr=loss["error"] or 0.0, fmt="o", color=colour,
                capsize=3, ms=5.5, mec="white", mew=0.5,
            )  # fmt: skip
    deficit.axvline(0.0, color=GREY, lw=1.0, ls="--")
    deficit.set_xlabel(r"$2\,\ln 2$ - post-hoc loss")
    deficit.xaxis.set_major_locator(MaxNLocator(2))  # small differences have long numbers
    counts.set_yticks(y, [row["name"] for row in rows], fontsize=10)
    counts.set_ylim(len(rows) - 0.4, -0.6)
    for ax in axes:
        ax.tick_params(axis="y", which="both", length=0)
        ax.yaxis.set_minor_locator(NullLocator())
    return figure


def _divergences(ax: Any, s: Mapping[str, Any], colours: list[str]) -> None:
    names = [] if s["kl"] is None else s["kl"]["projections"][: len(_SYMBOLS)]
    for i, (row, colour) in enumerate(zip(s["components"], colours, strict=True)):
        for j in range(len(names) if row["kl"] is not None else 0):
            shift = 0.14 * (j - (len(names) - 1) / 2)
            ax.plot(row["kl"][j], i + shift, _SYMBOLS[j], color=colour, ms=5.5, mec="white", mew=0.5)
    for j, name in enumerate(names):
        ax.plot([], [], _SYMBOLS[j], color=GREY, label=quantity(name))
        if s["kl"]["noise"]["number"]:
            ax.axvline(s["kl"]["noise"]["mean"][j], color=GREY, lw=0.9, ls="--", zorder=0)
    ax.set_xlabel("KL divergence [nats]")
    if any(row["kl"] is not None and min(row["kl"][: len(names)], default=0) > 0 for row in s["components"]):
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(4))
    if names:
        ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
