"""Where in phase space a symmetry breaks."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep_moments.figures.labels import pretty

__all__ = ["SHOWN", "breaking_maps"]

#: Maps that fit on a page.
SHOWN = 6
#: Bins within so many errors of zero are marked.
_ERRORS = 2.0


def breaking_maps(a: Arrays) -> Figure:
    """A panel per broken generator: the estimated relative departure from symmetry in bins of two coordinates."""
    values, errors = a["map_values"][:SHOWN], a["map_errors"][:SHOWN]
    columns = min(len(values), 2 if len(values) <= 4 else 3)
    lines = -(-len(values) // columns)
    figure: Figure
    figure, axes = plt.subplots(
        lines,
        columns,
        figsize=(4.4 * columns + 0.6, 3.5 * lines + 0.3),
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for number, ax in enumerate(axes.ravel()):
        if number >= len(values):
            ax.set_axis_off()
            continue
        bar = _panel(ax, a["map_x"], a["map_y"], values[number], errors[number])
        kind = str(a["map_kinds"][number])
        bar.set_label(
            "Relative departure" if kind == "modulation" else "Relative change per unit", fontsize=10
        )
        ax.set_title(pretty(str(a["map_labels"][number])), fontsize=11)
    x_label, y_label = (_axis(str(name)) for name in a["map_axes"])
    bottom = [axes[(len(values) - 1 - c) // columns, c] for c in range(columns)]
    for c, ax in enumerate(bottom):
        ax.set_xlabel(x_label if c == columns - 1 else "")
        ax.tick_params(labelbottom=True)
    axes[0, 0].set_ylabel(y_label)
    return figure


def _axis(name: str) -> str:
    text = name.replace("cos(theta)", r"$\cos\theta$")
    return text.capitalize() if " " in text and "$" not in text else text


def _panel(ax: Any, x: Any, y: Any, value: Any, error: Any) -> Any:
    known = np.isfinite(value) & np.isfinite(error)
    limit = float(np.abs(value[known]).max(initial=0.0)) or 1.0
    image = ax.pcolormesh(
        x, y, np.where(known, value, np.nan).T, cmap="RdBu_r", vmin=-limit, vmax=limit, lw=0
    )
    image.set_rasterized(True)
    ax.set_facecolor("#e9eaec")
    middle_x, middle_y = (edges[:-1] + np.diff(edges) / 2 for edges in (x, y))
    blind = np.argwhere(known & (np.abs(value) < _ERRORS * error))
    ax.plot(middle_x[blind[:, 0]], middle_y[blind[:, 1]], ".", color="#55585f", ms=2.2, mew=0)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    return ax.figure.colorbar(image, ax=ax, pad=0.02, shrink=0.9)
