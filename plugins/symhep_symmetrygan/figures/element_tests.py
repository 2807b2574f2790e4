"""p-values of the found elements on held-out events, before and after they were refined."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.methods.result import Arrays
from symhep.plotting.p_axis import p_axis
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.marks import GREY

__all__ = ["element_p_values"]

_LINES = (
    ("log10_p_trained", "before refinement", COLOURS[1], "--"),
    ("log10_p", "refined", COLOURS[0], ":"),
    ("log10_p_adjusted", "after refinement, adjusted", COLOURS[0], "-"),
)


def element_p_values(a: Arrays, level: float) -> Figure:
    """Fraction of elements with a p-value at most so small; the grey line is that of exact symmetries."""
    tested = [a[key][np.isfinite(a[key])] for key, *_ in _LINES]
    largest = max((-float(values.min()) for values in tested if len(values)), default=4.0)
    figure, ax = panel(figsize=(6.4, 4.0))
    p_axis(ax, largest, level, inches=5.2)
    exact = np.geomspace(1e-4, 1.25 * max(largest, 4.0), 400)
    ax.plot(exact, 10.0**-exact, color=GREY, lw=1.0, label="exact symmetries, unadjusted")
    for (_, words, colour, style), values in zip(_LINES, tested, strict=True):
        x = np.sort(-values)
        # the share that lies at x or to the right of it
        share = 1 - np.arange(len(x)) / max(len(x), 1)
        end = np.append(x, x[-1:] + 1e-9)
        ax.step(end, np.append(share, 0.0)[: len(end)], where="pre", color=colour, ls=style, label=words)
    ax.set(ylim=(0, 1.03), xlabel="p-value", ylabel="Cumulative fraction of elements")
    handles, _ = ax.get_legend_handles_labels()
    figure.legend(
        handles=[h for h in handles if isinstance(h, Line2D)],
        loc="outside lower center",
        ncols=2,
        fontsize=10,
    )
    return figure
