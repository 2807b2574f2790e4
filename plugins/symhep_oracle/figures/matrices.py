"""Generators as matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep_oracle.record import LayoutRecord

__all__ = ["SHOWN", "generator_matrices"]

FloatArray = npt.NDArray[np.float64]

#: Matrices that fit on a page.
SHOWN = 48
#: Entries are written into cells of matrices up to this size.
WRITTEN = 5


def generator_matrices(
    real: FloatArray, imaginary: FloatArray, names: Sequence[str], layout: LayoutRecord
) -> Figure:
    """Heat maps of the generators, tr W W^dagger = 2; complex ones with real and imaginary part side by side."""
    shown = min(len(real), SHOWN)
    is_complex = layout.complex
    stacks = [np.concatenate([r, np.full((len(r), 1), np.nan), i], axis=1) if is_complex else r
              for r, i in zip(real[:shown], imaginary[:shown], strict=True)]  # fmt: skip
    limit = max(float(np.abs(real[:shown]).max()), float(np.abs(imaginary[:shown]).max()))
    columns = min(shown, 4 if shown == 4 else 3 if shown <= 9 else 6 if shown <= 18 else 8)
    lines = -(-shown // columns)
    size = (1.9 if shown <= 9 else 1.25) * (1.5 if is_complex else 1.0)
    figure, axes = panel(
        lines,
        columns,
        figsize=(columns * size + 1.0, lines * ((1.9 if shown <= 9 else 1.25) + 0.4)),
        squeeze=False,
    )
    image: Any = None
    for number, ax in enumerate(axes.ravel()):
        if number >= shown:
            ax.set_axis_off()
            continue
        image = ax.imshow(stacks[number], cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.set_title(pretty(names[number]), fontsize=12 if shown <= 18 else 9, pad=6)
        _label(ax, real.shape[-1], layout, shown)
        if real.shape[-1] <= WRITTEN and not is_complex:
            _write(ax, real[number], limit)
    figure.colorbar(image, ax=axes, shrink=0.7, pad=0.02, label="Entry")
    return figure


def _label(ax: Any, d: int, layout: LayoutRecord, shown: int) -> None:
    """Names of the components beside rows and columns of (d, d) matrices, where they fit."""
    ax.tick_params(which="both", length=0, top=False, right=False)
    names = list(layout.components[:d])
    names += ["1"] * (d - len(names))
    if layout.complex:
        for edge in (d - 0.5, d + 0.5):
            ax.axvline(edge, color="black", lw=0.8)
        ax.set_xticks([(d - 1) / 2, d + 1 + (d - 1) / 2], ["Re", "Im"], fontsize=8)
        ax.set_yticks([])
    elif d <= 7 and shown <= 9:
        ax.set_xticks(range(d), names, fontsize=8)
        ax.set_yticks(range(d), names, fontsize=8)
    else:
        ax.set_xticks([])
        ax.set_yticks([])
    ax.minorticks_off()


def _write(ax: Any, matrix: Any, limit: float) -> None:
    for (i, j), value in np.ndenumerate(matrix):
        if abs(value) > 5e-3 * limit:
            ax.text(
                j, i, f"{value:.2f}".rstrip("0").rstrip("."), ha="center", va="center", fontsize=8,
                color="white" if abs(value) > 0.6 * limit else "black",
            )  # fmt: skip
