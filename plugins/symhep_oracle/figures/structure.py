"""Structure constants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel

__all__ = ["SHOWN", "bracket_table"]

FloatArray = npt.NDArray[np.float64]

#: Algebras whose table can be read.
SHOWN = 16
#: Longer names, of polynomial fields, stand beside the rows alone; the cells have the numbers of the rows.
LONG = 12
#: Constants below this share of the largest are noise to the eye.
VISIBLE = 0.02


def bracket_table(f: FloatArray, names: Sequence[str]) -> Figure:
    """[W_a, W_b] as a table: the generator that the bracket points to most, and how much; ``f`` (G, G, G)."""
    g, limit = len(f), float(np.abs(f).max()) or 1.0
    labels = short = [pretty(n) for n in names]
    if max(map(len, names)) > LONG:
        short = [str(i + 1) for i in range(g)]
        labels = [f"{i}: {n}" for i, n in zip(short, labels, strict=True)]
    strongest = np.abs(f).argmax(axis=2)
    value = np.take_along_axis(f, strongest[..., None], axis=2)[..., 0]
    figure: Figure
    side = max(4.2, 0.72 * g + 1.4)
    figure, ax = panel(figsize=(side + 1.0, side))
    image = ax.imshow(value, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for i, j in np.argwhere(np.abs(value) > VISIBLE * limit):
        others = (np.abs(f[i, j]) > VISIBLE * limit).sum() > 1
        ax.text(
            j, i, short[strongest[i, j]] + (" ..." if others else ""), ha="center", va="center",
            fontsize=10 if g <= 8 else 8, color="white" if abs(value[i, j]) > 0.6 * limit else "black",
        )  # fmt: skip
    ax.set_xticks(range(g), short, fontsize=10 if g <= 8 else 8)
    ax.set_yticks(range(g), labels, fontsize=10 if g <= 8 else 8)
    ax.tick_params(which="both", length=0)
    ax.minorticks_off()
    ax.set_xlabel("$b$", loc="center")
    ax.set_ylabel("$a$", loc="center")
    figure.colorbar(image, ax=ax, shrink=0.8, label="Coefficient")
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(w_pad=0.12)  # equal sides are set after the labels have found their places
    return figure
