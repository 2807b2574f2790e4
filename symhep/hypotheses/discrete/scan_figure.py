"""A scan over angles: p-values of the cyclic groups, and how far turned events are from the others."""

from __future__ import annotations

import math

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel

__all__ = ["CAPTION", "scan_figure"]

CAPTION = (
    "Rotations by 2 pi k / q up to pi. Top: adjusted p-value of the cyclic group Z_q that each generates; "
    "line: significance level. Bottom: mean logarithm of the distance of the rotated events to their "
    "nearest neighbours in the other half of the events, divided by that distance before rotation, with "
    "its standard error; 0 for a symmetry."
)
#: Orders that are written beside their marks.
NAMED = 12


def scan_figure(scan: DiscreteScan, level: float) -> Figure:
    """Two panels over the angle in degrees."""
    figure, axes = panel(2, 1, figsize=(8.6, 6.2), sharex=True, squeeze=False, height_ratios=(1, 1))
    above, below = axes[0, 0], axes[1, 0]
    orders = {row.order: row for row in scan.cyclic_groups}
    logs = [row.log10_p_adjusted for row in scan.cyclic_groups if row.log10_p_adjusted is not None]
    floor = min([*logs, math.log10(level)])
    above.axhline(-math.log10(level), color="#b8b8b8", lw=0.9)
    for row in scan.angles:
        own, degrees = orders[row.order], math.degrees(row.angle)
        rejected = not own.survives
        height = -floor if own.log10_p_adjusted is None and rejected else -(own.log10_p_adjusted or 0.0)
        colour, marker = MARKS[rejected]
        style = {"color": colour, "marker": marker, "mec": "white", "mew": 0.6, "ls": "none"}
        above.plot([degrees, degrees], [0, height], color="#dfe2e5", lw=1.0, zorder=1.5)
        above.plot([degrees], [height], ms=6, **style)
        if not rejected and row.order <= NAMED and scan.verdict == "cyclic":
            k = round(row.angle * row.order / (2 * math.pi))
            above.annotate(
                f"{k}/{row.order}", (degrees, height), xytext=(0, 7), textcoords="offset points", ha="center",
                fontsize=9,
            )  # fmt: skip
        if row.size is not None and row.size.value is not None:
            below.errorbar([degrees], [row.size.value], [row.size.error or 0.0], ms=5, lw=1.2, **style)
    above.set_ylim(0, 1.2 * -floor)
    above.set_ylabel("$-\\log_{10}$ adjusted p")
    below.axhline(0.0, color="#b8b8b8", lw=0.9, zorder=0)
    below.set_ylabel("mean log distance ratio")
    below.set_xlabel(f"Angle of {pretty(scan.generator)} [degrees]")
    below.set_xlim(0, 183)
    below.set_xticks(range(0, 181, 30))
    figure.legend(
        handles=[
            Line2D([], [], color=MARKS[no][0], marker=MARKS[no][1], ls="none", ms=7, label=label)
            for no, label in ((False, "compatible"), (True, "violated"))
        ],
        loc="outside lower center", ncols=2, fontsize=10, handletextpad=0.3,
    )  # fmt: skip
    return figure
