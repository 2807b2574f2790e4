"""Projections of the events before and after elements, with the ratio below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import hist
import mplhep
import numpy as np
from matplotlib.figure import Figure

from symhep.hypotheses.divergence.observed import PREFIX
from symhep.methods.interface import NamedFigure
from symhep.plotting.panel import panel
from symhep.plotting.quantities import axis_label, turn_ticks
from symhep.plotting.style import COLOURS

__all__ = ["LOOK", "before_and_after", "before_and_after_figures"]

#: Projections that fit on a page.
SHOWN = 4
#: Bins of a panel.
BINS = 50
#: Sample -> colour and words: kept, rejected, and random elements.
LOOK = {
    "kept": (COLOURS[0], "after an accepted element"),
    "rejected": (COLOURS[2], "after a rejected element"),
    "random": (COLOURS[4], "after a random element"),
}
_BEFORE = "#d5d9de"


def before_and_after_figures(
    histograms: Mapping[str, hist.Hist[Any]], unit: str, words: Mapping[str, str]
) -> Iterator[NamedFigure]:
    """'after_kept', 'after_rejected', 'after_random', if the histograms hold them; ``words`` say which elements."""
    drawn = [h for key, h in histograms.items() if key.startswith(PREFIX)]
    for sample, what in words.items():
        if drawn and all(sample in h.axes[0] for h in drawn):
            yield NamedFigure(
                f"after_{sample}",
                before_and_after(histograms, sample, unit),
                f"Events before (grey) and after {what} (points). Bottom: ratio with the statistical "
                "errors of both; the same events enter both histograms.",
            )


def before_and_after(histograms: Mapping[str, hist.Hist[Any]], sample: str, unit: str) -> Figure:
    """A panel per projection: sums of weights with errors of the events and of ``sample``, and their ratio.

    Projections that are the same in all events, such as the azimuth between two vectors back to back, are left out, and
    so are, if there are others, those that the elements do not change.
    """
    every = [h for key, h in histograms.items() if key.startswith(PREFIX)]
    vary = [h for h in every if (h["events", :].values() != 0).sum() > 1] or every
    changed = [h for h in vary if not np.allclose(h["events", :].values(), h[sample, :].values(), rtol=1e-9)]
    found = (changed or vary)[:SHOWN]
    figure, axes = panel(
        2, len(found), figsize=(3.9 * len(found) + 0.4, 4.7), squeeze=False, sharex="col", height_ratios=(3, 1.3)
    )  # fmt: skip
    colour, words = LOOK[sample]
    for h, (top, below) in zip(map(_coarser, found), axes.T, strict=True):
        before, after = h["events", :], h[sample, :]
        mplhep.histplot(
            before, ax=top, histtype="fill", color=_BEFORE, label="events", flow="none", yerr=False
        )
        mplhep.histplot(
            after, ax=top, histtype="errorbar", color=colour, ms=3.5, elinewidth=1, label=words, flow="none"
        )
        top.set(xlabel="", ylabel="", ylim=(0, 1.28 * _highest(before, after)))
        _ratio(below, before, after, colour)
        axis = h.axes[1]
        below.set(
            xlabel=axis_label(axis.label, unit), ylabel="", xlim=(float(axis.edges[0]), float(axis.edges[-1]))
        )
        top.ticklabel_format(axis="y", scilimits=(-3, 4))
        if "[rad]" in below.get_xlabel():
            turn_ticks(below, "x", float(axis.edges[0]), float(axis.edges[-1]))
    axes[0, 0].set_ylabel("Sum of weights")
    axes[1, 0].set_ylabel("After / before", loc="center", fontsize=11)
    axes[0, 0].legend(loc="upper right", fontsize=10, ncols=1)
    return figure


def _coarser(h: hist.Hist[Any]) -> hist.Hist[Any]:
    """No more bins than can be told apart."""
    factor = next((f for f in (1, 2, 3, 4, 5) if len(h.axes[1]) / f <= BINS and len(h.axes[1]) % f == 0), 1)
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
