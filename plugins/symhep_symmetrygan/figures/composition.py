"""Found elements composed with themselves: how the error grows (section VII.B)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import logarithmic, quantity
from symhep_symmetrygan.figures.marks import GREY
from symhep_symmetrygan.validation.record import DivergenceRecord

__all__ = ["composition_growth"]

#: Projections that are drawn.
SHOWN = 4


def composition_growth(a: Arrays, kl: DivergenceRecord | None) -> Figure:
    """Left the distance from the exact power, with lines of growth as sqrt(k) and as k; right the KL divergences."""
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
    names = () if kl is None else kl.projections
    moved = np.flatnonzero(np.nanmax(a["composition_kl"], axis=0, initial=0.0) > 0)
    for mark, j in enumerate(moved[:SHOWN]):
        values, errors = a["composition_kl"][:, j], a["composition_kl_error"][:, j]
        label = quantity(names[j]) if j < len(names) else f"projection {j + 1}"
        right.errorbar(
            k, values, yerr=errors, fmt="osD^"[mark], color=COLOURS[mark], ms=5, capsize=2, label=label
        )
        if kl is not None and kl.noise.mean is not None:
            right.axhline(kl.noise.mean[j], color=COLOURS[mark], ls="--", lw=1.0)
    right.set(xscale="log", xlabel="Compositions $k$", ylabel="KL divergence [nats]")
    if len(moved):
        logarithmic(right, "y")
    right.plot([], [], "--", color=GREY, lw=1.0, label="noise")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    return figure
