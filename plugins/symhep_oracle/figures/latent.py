"""Figures of the flows in a latent space, after the last slide of Forestano et al."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from symhep.methods.interface import NamedFigure
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS

__all__ = ["draw", "morphing", "outputs_along"]

Arrays = Mapping[str, npt.NDArray[Any]]

#: Flows whose images are drawn: one figure each.
SHOWN = 3


def draw(a: Arrays, image: tuple[int, int] | None) -> Iterator[NamedFigure]:
    """Images along the flows, if the features make one, and the oracle's outputs along them."""
    yield NamedFigure(
        "latent_outputs",
        outputs_along(a),
        "Median change of the outputs of the oracle along the flows (one line each) and along straight "
        "lines of equal length in random directions. Right: fraction of events that change class.",
    )
    features = a["images"].shape[-1]
    side = isqrt(features)
    shape = image or ((side, side) if side * side == features else None)
    if shape is None or shape[0] * shape[1] != features:
        return
    for number in range(min(SHOWN, len(a["images"]))):
        yield NamedFigure(
            f"latent_images_{number + 1}" if number else "latent_images",
            morphing(a["images"][number], a["originals"], shape),
            f"Events transformed along flow {number + 1} in the latent space and decoded. Left: original "
            f"event. Middle column: reconstructed event. Other columns: points on the same contour, where "
            f"the outputs of the oracle change least.",
        )
    yield NamedFigure(
        "latent_images_random",
        morphing(a["line_images"], a["originals"], shape),
        "The same events moved by the same distance as along flow 1, on straight lines in random directions.",
    )


def morphing(
    images: npt.NDArray[np.float64], originals: npt.NDArray[np.float64], shape: tuple[int, int]
) -> Figure:
    """One row per event: the original, a gap, then T images, the middle one framed."""
    rows, times, _ = images.shape
    low, high = float(originals.min()), float(originals.max())
    height = 0.72 * rows + 0.9
    margin = 0.42 / height
    figure, axes = panel(
        rows, times + 2, figsize=(0.72 * (times + 1.5), height), squeeze=False,
        gridspec_kw={"width_ratios": [1, 0.35, *[1] * times], "wspace": 0.08, "hspace": 0.08,
                     "left": 0.02, "right": 0.98, "bottom": margin, "top": 1 - margin},
    )  # fmt: skip
    figure.set_layout_engine("none")
    for r in range(rows):
        shown = [originals[r], None, *images[r]]
        for ax, values in zip(axes[r], shown, strict=True):
            _image(ax, values, shape, low, high)
        for spine in axes[r][2 + times // 2].spines.values():
            spine.set(visible=True, color=COLOURS[1], linewidth=1.8)
    # Below, since the label of the figure stands above its first panel.
    for column, text in ((0, "event"), (2, r"$-$"), (2 + times // 2, "decoded"), (times + 1, r"$+$")):
        axes[-1][column].set_xlabel(text, fontsize=11)
    return figure


def _image(
    ax: Axes, values: npt.NDArray[np.float64] | None, shape: tuple[int, int], low: float, high: float
) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.minorticks_off()
    for spine in ax.spines.values():
        spine.set_visible(False)
    if values is None:
        ax.set_facecolor("none")
        return
    ax.imshow(values.reshape(shape), cmap="gray_r", vmin=low, vmax=high, interpolation="nearest")


def outputs_along(a: Arrays) -> Figure:
    """Change of outputs, and share of changed classes, against how far the events have gone."""
    distance = a["distance"]
    figure, (left, right) = panel(1, 2, figsize=(11, 4.6))
    figure.set_layout_engine("constrained")
    away = np.arange(len(distance)) != len(distance) // 2  # at the start nothing has changed
    everywhere = np.full(len(distance), True)
    panels = ((left, "along_flow", "along_line", away), (right, "flipped_flow", "flipped_line", everywhere))
    for ax, flow, line, shown in panels:
        for number, (on_flow, on_line) in enumerate(zip(a[flow], a[line], strict=True)):
            labels = ("flows", "random lines") if number == 0 else (None, None)
            on_flow, on_line = (np.where(shown, values, np.nan) for values in (on_flow, on_line))
            ax.plot(distance, on_flow, "o-", ms=4, lw=1.2, color=COLOURS[0], label=labels[0])
            ax.plot(distance, on_line, "s--", ms=4, lw=1.0, color=COLOURS[1], alpha=0.8, label=labels[1])
        ax.set_xlabel("Distance along the flow [rms of a latent]")
    positive = np.r_[a["along_flow"], a["along_line"]][:, away]
    if (positive > 0).all():
        left.set_yscale("log")
        left.set_ylim(0.3 * float(positive.min()), 6 * float(positive.max()))
    left.set_ylabel("Median change of the outputs")
    right.set_ylabel("Fraction of events that change class")
    right.set_ylim(-0.02, max(0.1, 1.35 * float(a["flipped_line"].max())))
    left.legend(loc="upper left", ncols=2)
    return figure
