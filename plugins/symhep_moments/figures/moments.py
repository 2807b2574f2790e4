"""The moments themselves, in units of their errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep_moments.record import MomentsRecord
from symhep_moments.say.blocks import block_name

__all__ = ["moment_pulls"]

#: Functions whose names can be read.
_NAMED = 44
#: Longer names, as powers of long expressions have, would leave no room for the figure.
_LEGIBLE = 24
#: Pulls up to here are drawn on a linear scale, larger ones on a logarithmic one.
_LINEAR = 3.0


def moment_pulls(a: Arrays, record: MomentsRecord) -> Figure:
    """A_ka over its error: candidates, then the generators found, against the test functions."""
    pulls = np.concatenate([a["pulls"], a["pulls_found"]], axis=1).T
    candidates, found = a["pulls"].shape[1], a["pulls_found"].shape[1]
    labels = [pretty(n) if len(n) <= 24 else f"tangent {i + 1}" for i, n in enumerate(map(str, a["tested"]))]
    labels += [
        pretty(n) if len(n) <= 24 else f"found {i + 1}" for i, n in enumerate(map(str, a["generator_labels"]))
    ]
    functions = [str(n) for n in a["functions"]]
    width = min(max(6.0, 0.2 * len(functions) + 2.2), 12.0)
    figure, ax = panel(figsize=(width, max(2.8, 0.24 * len(labels) + 1.5)))
    limit = max(float(np.abs(pulls[np.isfinite(pulls)]).max(initial=0.0)), 4.0)
    norm = SymLogNorm(_LINEAR, linscale=0.8, vmin=-limit, vmax=limit, base=10)
    ax.set_facecolor("white")  # of moments without spread
    image = ax.imshow(pulls, cmap="RdBu_r", norm=norm, aspect="auto", interpolation="nearest")
    ax.set_yticks(range(len(labels)), labels, fontsize=10 if len(labels) <= 20 else 7.5)
    if found:
        ax.axhline(candidates - 0.5, color="black", lw=1.4)
    _functions(ax, functions, record.functions.blocks)
    ax.tick_params(which="both", length=0)
    ax.minorticks_off()
    bar = figure.colorbar(image, ax=ax, pad=0.015, label="Moment / standard error")
    bar.set_ticks([t for t in (-1000, -100, -10, -3, 0, 3, 10, 100, 1000) if abs(t) <= limit])
    bar.ax.set_yticklabels([f"{t:g}".replace("-", "−") for t in bar.get_ticks()])
    bar.ax.minorticks_off()
    return figure


def _functions(ax: Any, functions: list[str], blocks: Mapping[str, Any]) -> None:
    """Names of the functions, or of their blocks, below."""
    for name, (start, stop) in blocks.items():
        if start:
            ax.axvline(start - 0.5, color="black", lw=0.9)
        ax.text((start + stop - 1) / 2, -0.75, block_name(name), ha="center", va="bottom", fontsize=10)
    if len(functions) <= _NAMED:
        names = [f if len(f) <= _LEGIBLE else f"function {i}" for i, f in enumerate(functions, start=1)]
        ax.set_xticks(range(len(functions)), names, rotation=90, fontsize=7.5)
    else:
        ax.set_xticks(range(0, len(functions), 10))
    ax.set_xlabel("Test function")
