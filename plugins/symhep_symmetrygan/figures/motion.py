"""The motion from initial to final coordinates in the plane (Figs. 11ii and 17i)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import axis_label, turn_ticks
from symhep_symmetrygan.figures.marks import GREY
from symhep_symmetrygan.maps.periods import apart

__all__ = ["SHOWN", "map_motion"]

#: Arrows that can be told apart.
SHOWN = 300


def map_motion(a: Arrays, names: Sequence[str]) -> Figure:
    """Two coordinates: an arrow per restart from where it began to where it ended, the short way round for angles."""
    initial, final, periods = (a[f"map_{part}"] for part in ("initial", "final", "periods"))
    moved = apart(final, initial, periods)[:SHOWN]
    begin = initial[:SHOWN]
    figure, ax = panel(figsize=(5.4, 4.9))
    ax.quiver(
        begin[:, 0], begin[:, 1], moved[:, 0], moved[:, 1], angles="xy", scale_units="xy", scale=1, width=0.0035,
        headwidth=5, headlength=6, color=COLOURS[0], alpha=0.75, zorder=2,
    )  # fmt: skip
    ax.plot(begin[:, 0], begin[:, 1], "o", ms=3.2, mfc="white", mec=GREY, mew=0.8, zorder=3, label="initial")
    end = begin + moved
    ax.plot(
        end[:, 0], end[:, 1], "o", ms=4.5, color=COLOURS[1], mec="black", mew=0.4, zorder=4, label="final"
    )
    everything = np.concatenate([begin, end])
    for which, values, period in (("x", everything[:, 0], periods[0]), ("y", everything[:, 1], periods[1])):
        margin = 0.05 * float(np.ptp(values)) or 1.0
        low, high = float(values.min()) - margin, float(values.max()) + margin
        (ax.set_xlim if which == "x" else ax.set_ylim)(low, high)
        if period > 0:
            turn_ticks(ax, which, low, high)
    if not (periods > 0).any():
        ax.set_aspect("equal", adjustable="box")
    ax.set(xlabel=axis_label(names[0]), ylabel=axis_label(names[1]))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    return figure
