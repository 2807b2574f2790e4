"""Azimuths, and the sectors in them."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep_moments.record import MomentsRecord
from symhep_moments.sector import SectorRow

__all__ = ["SHOWN", "azimuths"]

#: Vectors that fit on a page.
SHOWN = 6


def azimuths(a: Arrays, record: MomentsRecord) -> Figure:
    """A panel per vector: events in bins of the azimuth, what they would be without the sector, and the sector."""
    rows = record.sectors[:SHOWN]
    columns = min(len(rows), 2)
    lines = -(-len(rows) // columns)
    figure, axes = panel(lines, columns, figsize=(4.6 * columns + 0.6, 3.1 * lines + 0.5), squeeze=False)
    for number, ax in enumerate(axes.ravel()):
        if number >= len(rows):
            ax.set_axis_off()
            continue
        _panel(ax, rows[number], a["sector_counts"][number], a["sector_errors"][number])
    figure.supylabel("Events per bin", fontsize=13)
    return figure


def _panel(ax: Any, row: SectorRow, counts: Any, errors: Any) -> None:
    edges = np.linspace(-pi, pi, len(counts) + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    ax.errorbar(middle, counts, errors, fmt="o", ms=2.5, lw=0.8, color="#24262b")
    level = float(counts.sum()) / len(counts)
    low, high, share = (None if n is None else n.value for n in (row.low_edge, row.high_edge, row.size))
    if low is not None and high is not None and share is not None:
        level = level / (1 - share) if row.kind == "loss" else level * (1 - share)
        for turn in (-2 * pi, 0.0, 2 * pi):
            if low + turn < pi and high + turn > -pi:
                ax.axvspan(max(low + turn, -pi), min(high + turn, pi), color="#c8402f", alpha=0.18, lw=0)
    ax.axhline(level, color="#2f6fc8", lw=1.2)
    ax.set(xlim=(-pi, pi), ylim=(0, None), xlabel="Azimuth [rad]")
    ax.set_title(f"{row.vector} about the axis of {pretty(row.label)}", fontsize=10.5)
