"""How strongly a breaking term breaks each generator."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.style import COLOURS
from symhep_oracle.figures.matrices import pretty

__all__ = ["SHOWN", "breaking_strengths"]

SHOWN = 10
_MARKERS = "osD^v<>PX*"


def breaking_strengths(a: Arrays) -> Figure:
    """Relative violation of each broken generator against lambda."""
    strength, names = a["breaking_strengths"], [str(n) for n in a["breaking_names"]]
    value, error = a["breaking_violation"], a["breaking_violation_error"]
    order = np.argsort(strength)
    positive = order[strength[order] > 0]
    figure: Figure
    figure, ax = plt.subplots()
    strongest = list(range(len(names)))[::-1][:SHOWN]
    for number, i in enumerate(strongest):
        low = np.minimum(error[positive, i], 0.95 * value[positive, i])
        ax.errorbar(
            strength[positive], value[positive, i], yerr=[low, error[positive, i]], marker=_MARKERS[number],
            ms=5.5, capsize=3, color=COLOURS[number], mec="white", mew=0.6, label=pretty(names[i]),
        )  # fmt: skip
    if len(positive) > 1 and strength[positive].max() / strength[positive].min() > 20:
        ax.set_xscale("log")
        ax.set_yscale("log")
    ax.margins(x=0.06, y=0.12)
    ax.set(xlabel=r"Strength $\\lambda$".replace("\\\\", "\\"), ylabel="Relative violation of the invariance")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="broken")
    return figure
