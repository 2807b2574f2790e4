"""The singular values that decide how many generators there are."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_oracle.record import OracleRecord

__all__ = ["singular_values"]

#: Exact zeros have no place on a log axis.
FLOOR = 1e-18


def singular_values(record: OracleRecord) -> Figure:
    """Relative singular values with their noise, generators apart from the rest, and the line that decides."""
    values = np.maximum(record.spectrum.values, FLOOR)
    noise = np.array(record.spectrum.standard_errors)
    found, spurious = record.algebra.dimension, len(record.support.spurious)
    index = np.arange(1, len(values) + 1)
    figure, ax = panel()
    # Which null singular vectors are spurious cannot be told one by one: the last ones stand for their number.
    null, true = index <= found + spurious, index <= found
    groups = [
        (true, COLOURS[2], "o", f"generators ({found})"),
        (null & ~true, COLOURS[1], "^", f"spurious, null only on these events ({spurious})"),
        (~null, COLOURS[0], "s", "broken fields"),
    ]
    size = 6 if len(values) <= 60 else 3
    for chosen, colour, marker, label in groups:
        if chosen.any():
            errors = np.minimum(noise[chosen], 0.95 * values[chosen])
            ax.errorbar(
                index[chosen], values[chosen], yerr=[errors, noise[chosen]], fmt=marker, ms=size, color=colour,
                mec="white", mew=0.5, capsize=2 if size > 3 else 0, label=label, lw=1.0,
            )  # fmt: skip
    exact, gradient = record.solver.exact, record.solver.gradient
    floor = exact.rounding.floor if exact and exact.rounding else None
    if floor:
        ax.axhspan(FLOOR / 100, floor, color="#e9eaec", lw=0, zorder=0)
        ax.axhline(floor, color=GREY, ls="--", lw=1.2, label="numerical rounding")
    gap = exact.gap if exact else None
    if gap and found + spurious:
        top = float(values[found + spurious - 1])
        ax.axhspan(
            top, top * gap.threshold, color=COLOURS[0], alpha=0.15, lw=0, zorder=0,
            label="gap without symmetry (99 %)",
        )  # fmt: skip
    if gap:
        ax.axhline(gap.below, color=GREY, ls="--", lw=1.2, label="smallest value without symmetry (99 %)")
    if gradient:
        ax.axhline(gradient.resolution, color=GREY, ls="--", lw=1.2, label="resolution of the training")
    ax.set_yscale("log")
    low = min(float(values.min()), floor or 1.0)
    ax.set_ylim(low / 30, 20)
    ax.set_xlim(0.3, len(values) + 0.7)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="Vector field, in order of singular value", ylabel="Relative singular value")
    ax.legend(loc="best")
    return figure
