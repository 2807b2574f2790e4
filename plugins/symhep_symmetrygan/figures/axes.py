"""Names of parameters and projections as print has them, with units; grids of panels."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from symhep.plotting.panel import panel
from symhep.plotting.quantities import axis_label, quantity, turn_ticks

__all__ = ["axis_label", "logarithmic", "panels", "quantity", "turn_ticks"]


def panels(number: int, *, most: int = 3, width: float = 3.4, height: float = 3.0) -> tuple[Figure, Any]:
    """Figure and (number,) axes in rows of at most ``most``, what is over taken away."""
    columns = min(number, most)
    rows = -(-number // columns)
    figure, axes = panel(rows, columns, figsize=(width * columns + 0.2, height * rows + 0.2), squeeze=False)
    for ax in axes.flat[number:]:
        ax.remove()
    return figure, axes.ravel()[:number]


def logarithmic(ax: Any, which: str) -> None:
    """A logarithmic axis 'x' or 'y' that is labelled at powers of ten alone, of which two at least are in view.

    On a short one matplotlib labels the subdivisions, too, and the labels overlap.
    """
    ax.set(**{f"{which}scale": "log"})
    low, high = np.log10(ax.get_xlim() if which == "x" else ax.get_ylim())
    if np.floor(high) - np.ceil(low) < 1:
        ax.set(**{f"{which}lim": (10 ** np.floor(low), 10 ** np.ceil(high))})
    (ax.xaxis if which == "x" else ax.yaxis).set_minor_formatter(NullFormatter())
