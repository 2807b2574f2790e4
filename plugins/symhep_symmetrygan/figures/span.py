"""The span of the logarithms of found elements: how many directions rise above the noise, and which they are."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import logarithmic, quantity
from symhep_symmetrygan.figures.marks import GREY
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["SHOWN", "span_of_logarithms"]

#: Generators whose coefficients are drawn.
SHOWN = 6


def span_of_logarithms(a: Arrays, record: SymmetryGanRecord) -> Figure:
    """Left the singular values beside those of noise alone, right the generators with errors."""
    generators = record.generators[:SHOWN]
    tangents = list(dict.fromkeys(name for g in generators for name in g.coefficients))
    figure, (left, right) = panel(1, 2, figsize=(8.6, 3.6), width_ratios=(1, 1.5))
    number = np.arange(1, len(a["span_values"]) + 1)
    left.plot(number, a["span_values"], "o", color=COLOURS[0], ms=6, label="found elements")
    left.plot(number, a["span_noise"], "_", color=COLOURS[2], ms=13, mew=1.8, label="noise alone")
    left.set(xlabel="Direction", ylabel="Singular value", xlim=(0.4, len(number) + 0.6))
    left.set_xticks(number)
    left.xaxis.set_minor_locator(NullLocator())
    if (a["span_values"] > 0).any():
        logarithmic(left, "y")
    left.legend(fontsize=10)
    x = np.arange(len(tangents))
    right.axhline(0.0, color=GREY, lw=0.9)
    for i, generator in enumerate(generators):
        shift = 0.16 * (i - (len(generators) - 1) / 2)
        right.errorbar(
            x + shift, list(generator.coefficients.values()),
            yerr=list(generator.errors.values()), fmt="osD^vP"[i], color=COLOURS[i], ms=5.5,
            capsize=3, mec="white", mew=0.5, label=quantity(generator.label),
        )  # fmt: skip
    right.set_xticks(x, [quantity(name) for name in tangents], rotation=90 if len(x) > 10 else 0)
    right.xaxis.set_minor_locator(NullLocator())
    right.set(ylabel="Coefficient", ylim=(-1.15, 1.55))
    if generators:
        right.legend(fontsize=9, loc="upper right", ncols=1 if len(generators) == 1 else 2)
    else:
        right.text(0.5, 0.5, "no significant direction", transform=right.transAxes, ha="center", color=GREY)
    return figure
