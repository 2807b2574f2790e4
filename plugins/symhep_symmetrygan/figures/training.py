"""The loss of the discriminators while they were trained."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.marks import GREY

__all__ = ["training_losses"]


def training_losses(a: Arrays) -> Figure:
    """Median over restarts with the bands that hold 68 % and 95 % of them; 2 ln 2: nothing left to tell apart."""
    steps, loss = a["loss_steps"], a["loss"][a["verdict"] != "diverged"]
    figure, ax = panel(figsize=(6.0, 3.6))
    ax.axhline(2 * np.log(2), color=GREY, ls="--", lw=1.2, label=r"$2\,\ln 2$")
    if len(loss):
        low, low_1, middle, high_1, high = np.nanquantile(loss, [0.025, 0.16, 0.5, 0.84, 0.975], axis=0)
        ax.fill_between(steps, low, high, color=COLOURS[0], alpha=0.15, lw=0, label="95 % of restarts")
        ax.fill_between(steps, low_1, high_1, color=COLOURS[0], alpha=0.3, lw=0, label="68 %")
        ax.plot(steps, middle, color=COLOURS[0], label="median")
    ax.set(
        xlabel="Training step",
        ylabel="Loss of the discriminator",
        xlim=(0, float(steps[-1]) if len(steps) else 1.0),
    )
    ax.legend(loc="lower right", ncols=2, fontsize=10)
    return figure
