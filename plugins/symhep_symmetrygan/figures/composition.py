"""Found elements composed with themselves: how the error grows (section VII.B)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import logarithmic, quantity
from symhep_symmetrygan.figures.marks import GREY

__all__ = ["composition_growth"]

#: Projections that are drawn.
SHOWN = 4


def composition_growth(a: Arrays, names: Sequence[str]) -> Figure:
    """Left the distance from the exact power, with lines of growth as sqrt(k) and as k; right excess KL divergences."""
    k = a["composition_steps"]
    figure, (left, right) = panel(1, 2, figsize=(8.0, 3.9))
    distance, error = a["composition_distance"], a["composition_distance_error"]
    left.errorbar(k, distance, yerr=error, fmt="o", color=COLOURS[0], ms=5, capsize=2, label="found elements")
    for power, style, words in ((0.5, ":", "$k^{1/2}$"), (1.0, "--", "$k$")):
        left.plot(k, distance[0] * (k / k[0]) ** power, style, color=GREY, lw=1.2, label=f"growth as {words}")
    left.set(xscale="log", xlabel="Compositions $k$", ylabel="Distance from the exact power")
    if (distance > 0).all():
        logarithmic(left, "y")
    left.legend(fontsize=10)
    moved = np.flatnonzero(np.nanmax(np.abs(a["composition_excess"]), axis=0, initial=0.0) > 0)
    for mark, j in enumerate(moved[:SHOWN]):
        values, errors = a["composition_excess"][:, j], a["composition_excess_error"][:, j]
        right.errorbar(
            k,
            values,
            yerr=errors,
            fmt="osD^"[mark],
            color=COLOURS[mark],
            ms=5,
            capsize=2,
            label=quantity(names[j]),
        )
    right.axhline(0.0, color=GREY, lw=0.9)
    right.set(xscale="log", xlabel="Compositions $k$", ylabel="Excess KL divergence [nats]")
    errors = a["composition_excess_error"][:, moved]
    if errors.size and errors.min() > 0:
        right.set_yscale("symlog", linthresh=2 * float(errors.min()))
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    return figure
