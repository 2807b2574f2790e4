"""Projections of the events before and after an element, with the ratio below (Figs. 13 and 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hist
import mplhep
import numpy as np
from matplotlib.figure import Figure

from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import axis_label, turn_ticks
from symhep_symmetrygan.figures.marks import RANDOM

__all__ = ["PREFIX", "SHOWN", "before_and_after", "projections_of"]

#: Keys of these histograms start with it.
PREFIX = "projection: "
#: Projections that fit on a page.
SHOWN = 4
#: Bins of a panel.
_BINS = 50
_LOOK = {"found": (COLOURS[1], "after a found element"), "random": (RANDOM, "after a random element")}


def projections_of(histograms: Mapping[str, hist.Hist[Any]]) -> list[hist.Hist[Any]]:
    """The histograms of projections, in their order."""
    return [h for key, h in histograms.items() if key.startswith(PREFIX)][:SHOWN]


def before_and_after(histograms: Mapping[str, hist.Hist[Any]], sample: str, unit: str) -> Figure:
    """A panel per projection for the sample 'found' or 'random': sums of weights with errors, and after / before."""
    found = projections_of(histograms)
    figure, axes = panel(
        2, len(found), figsize=(3.9 * len(found) + 0.4, 4.7), squeeze=False, sharex="col", height_ratios=(3, 1.3)
    )  # fmt: skip
    colour, words = _LOOK[sample]
    for h, (top, below) in zip(map(_coarser, found), axes.T, strict=True):
        before, after = h["events", :], h[sample, :]
        mplhep.histplot(
            before, ax=top, histtype="fill", color="#d5d9de", label="events", flow="none", yerr=False
        )
        mplhep.histplot(
            after, ax=top, histtype="errorbar", color=colour, ms=3.5, elinewidth=1, label=words, flow="none"
        )
        top.set(xlabel="", ylabel="", ylim=(0, 1.28 * _highest(before, after)))
        _ratio(below, before, after, colour)
        axis = h.axes[1]
        below.set(xlabel=axis_label(axis.label, unit), xlim=(axis.edges[0], axis.edges[-1]))
        top.ticklabel_format(axis="y", scilimits=(-3, 4))
        if "[rad]" in below.get_xlabel():
            turn_ticks(below, "x", float(axis.edges[0]), float(axis.edges[-1]))
    axes[0, 0].set_ylabel("Sum of weights")
    axes[1, 0].set_ylabel("After / before", loc="center", fontsize=11)
    axes[0, 0].legend(loc="upper right", fontsize=10, ncols=1)
    return figure


def _coarser(h: hist.Hist[Any]) -> hist.Hist[Any]:
    """No more bins than can be told apart."""
    factor = next((f for f in (1, 2, 3, 4, 5) if len(h.axes[1]) / f <= _BINS and len(h.axes[1]) % f == 0), 1)
    return h[:, :: hist.rebin(factor)] if factor > 1 else h


def _highest(*drawn: hist.Hist[Any]) -> float:
    return max(float((h.values() + np.sqrt(h.variances())).max()) for h in drawn) or 1.0


def _ratio(ax: Any, before: hist.Hist[Any], after: hist.Hist[Any], colour: str) -> None:
    """After over before. Errors as if of independent samples: the two hold the same events, moved from bin to bin.

    Hatched: the errors of what lies below. Points beyond the panel stand at its edge as arrows.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # bins without events have no ratio
        ratio, error, _ = mplhep.comp.get_comparison(after, before, comparison="split_ratio")
        known = np.isfinite(ratio)
        low, high = 0.0, 2.0
        if known.any():
            reach = 1.3 * float(np.quantile((np.abs(ratio - 1) + error)[known], 0.98))
            low, high = max(1 - reach, 0.0), min(1 + reach, 2.6)
        mplhep.comp.comparison(
            after, before, ax, comparison="split_ratio", comparison_ylabel="", comparison_ylim=(low, high),
            flow="none", color=colour, marker="o", ms=2.5, elinewidth=1,
        )  # fmt: skip
    for band, shown in zip(ax.containers[-1], known, strict=True):
        band.set_visible(bool(shown))  # else it fills the panel's height
    x = before.axes[0].centers
    for beyond, y, marker in ((ratio > high, high, "^"), (ratio < low, low, "v")):
        inside = y - 0.06 * (high - low) if marker == "^" else y + 0.06 * (high - low)
        ax.plot(x[beyond], np.full(beyond.sum(), inside), marker, color=colour, ms=4)
