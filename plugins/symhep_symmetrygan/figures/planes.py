"""Events before and after an element, in two coordinates (Figs. 9i, 10 and 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hist
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from symhep.hypotheses.divergence.before_after import LOOK
from symhep.plotting.panel import panel
from symhep.plotting.plane import draw_plane
from symhep_symmetrygan.figures.axes import axis_label

__all__ = ["PREFIX", "SHOWN", "before_and_after_planes", "planes_of"]

#: Keys of these histograms start with it.
PREFIX = "plane: "
#: Planes that fit on a page.
SHOWN = 4
_WORDS = {"events": "events"} | {sample: words for sample, (_, words) in LOOK.items()}


def planes_of(histograms: Mapping[str, hist.Hist[Any]]) -> list[hist.Hist[Any]]:
    """The histograms of planes, in their order."""
    return [h for key, h in histograms.items() if key.startswith(PREFIX)][:SHOWN]


def before_and_after_planes(histograms: Mapping[str, hist.Hist[Any]], unit: str) -> Figure:
    """A row per plane: events, a kept, a rejected, a random element; one colour scale per row, logarithmic."""
    found = planes_of(histograms)
    samples = list(found[0].axes[0])
    figure, axes = panel(
        len(found), len(samples), figsize=(3.3 * len(samples) + 0.8, 3.5 * len(found) + 0.2), squeeze=False,
        sharex="row", sharey="row",
    )  # fmt: skip
    for row, h in enumerate(found):
        counts = [h[sample, :, :].values() for sample in samples]
        positive = np.concatenate([c[c > 0] for c in counts])
        norm = LogNorm(float(positive.min()), float(positive.max())) if len(positive) else None
        if norm is not None and norm.vmin == norm.vmax:
            norm = None
        for ax, sample, count in zip(axes[row], samples, counts, strict=True):
            image = draw_plane(ax, h[sample, :, :], mask=count > 0, cmap="viridis", norm=norm)
            ax.set(xlabel=axis_label(h.axes[1].label, unit), ylabel="")
            ax.set_box_aspect(1)  # a circle is to look like one
            ax.locator_params(nbins=4, prune="both")  # ticks of neighbours would touch
            if row == 0:
                ax.set_title(_WORDS[sample], fontsize=11)
        axes[row, 0].set_ylabel(axis_label(h.axes[2].label, unit))
        figure.colorbar(image, ax=list(axes[row]), pad=0.01, label="Sum of weights")
    return figure
