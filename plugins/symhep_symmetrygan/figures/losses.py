"""Losses of post-hoc classifiers beside 2 ln 2 (Fig. 16)."""

from __future__ import annotations

from typing import Any

import hist
import mplhep
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.marks import GREY, RANDOM

__all__ = ["posthoc_losses"]

_BINS = 30
#: Larger losses are drawn here: of images that lie where no network has seen an event.
_MOST = 10.0


def posthoc_losses(a: Arrays, ideal: float) -> Figure:
    """Left all elements on one axis, right the found ones alone, with the statistical standard error of one loss."""
    found, random = (a[f"posthoc_{kind}"][np.isfinite(a[f"posthoc_{kind}"])] for kind in ("found", "random"))
    found, random = np.minimum(found, _MOST), np.minimum(random, _MOST)
    figure, (left, right) = panel(1, 2, figsize=(8.0, 3.5), width_ratios=(1.15, 1))
    lowest = min([ideal, *found, *random])
    edges = np.linspace(lowest, ideal + 0.04 * (ideal - lowest) + 1e-3, _BINS + 1)
    _draw(left, random, edges, histtype="fill", color=RANDOM, alpha=0.45, label="random elements")
    _draw(left, found, edges, color=COLOURS[1], lw=1.8, label="found elements")
    if len(found):
        error = float(np.nanmedian(a["posthoc_found_error"]))
        low, high = min(found.min(), ideal - 4 * error), max(found.max(), ideal + 4 * error)
        _draw(right, found, np.linspace(low, high, _BINS + 1), color=COLOURS[1], lw=1.8)
        right.axvspan(
            ideal - error, ideal + error, color="#dfe2e5", lw=0, zorder=0, label="standard error of one loss"
        )
    for ax in (left, right):
        ax.axvline(ideal, color=GREY, ls="--", lw=1.2, label=r"$2\,\ln 2$")
        ax.set_xlabel("Loss on held-out events")
        ax.set_ylim(0, 1.15 * ax.get_ylim()[1])
    left.set_ylabel("Elements")
    right.set_title("found elements", fontsize=11)
    handles = {
        label: handle
        for ax in (left, right)
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4, fontsize=10)
    return figure


def _draw(ax: Any, values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], **look: Any) -> None:
    counts = hist.Hist(hist.axis.Variable(edges)).fill(values)
    mplhep.histplot(counts, ax=ax, yerr=False, flow="sum", **look)
