"""Figures of the latents of one run: against features, over a plane, and against combinations."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_vae.record import FeatureRow, VaeRecord

__all__ = ["correlation_map", "latent_matrix", "latent_plane"]

MAX_LATENTS = 8
MAX_FEATURES = 8
MAX_PLANES = 3
#: Two features with a larger |r| say the same and make no plane.
ALIKE = 0.95
#: A label written as an expression is broken into lines of this many characters, and cut after so many lines.
LINE, LINES = 18, 3


def _axis_label(feature: FeatureRow) -> str:
    return feature.label + (f" [{feature.unit}]" if feature.unit else "")


def _relevant(a: Arrays, record: VaeRecord) -> int:
    """Relevant latents of the representative run; they stand first."""
    run = a["relevance"][a["used"] == record.runs.representative]
    return int((run > record.relevant_latents.threshold).sum())


def _fit(figure: Figure, ax: Axes, label: str, inches: float) -> None:
    """Name an x axis of this width: broken into lines if it is no mathtext, then as small as it must be."""
    lines = [label] if "$" in label else wrap(label, LINE)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: LINE - 1] + "…"]
    text = ax.set_xlabel("\n".join(lines), fontsize=11, loc="center")
    taken = text.get_window_extent().width / figure.dpi
    text.set_fontsize(11 * min(1.0, inches / taken))


def _marker(points: int) -> float:
    """Diameter in points: 1.6 in a crowd, up to 5 where there are few."""
    return float(np.clip(50 / np.sqrt(points), 1.6, 5.0))


def _mean_label(j: int) -> str:
    return rf"$\langle z_{{{j + 1}}}\rangle$"


def _central(values: npt.NDArray[Any]) -> tuple[float, float]:
    """Range of all but the last 0.1 % on either side, with a margin."""
    low, high = np.quantile(values, [0.001, 0.999])
    margin = 0.08 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def latent_matrix(a: Arrays, record: VaeRecord) -> Figure:
    """<z_j> against every feature; Sanz, Figs. 4 and 7."""
    z, x = a["latent_means"], a["features"]
    rows, columns = min(z.shape[1], MAX_LATENTS), min(x.shape[1], MAX_FEATURES)
    size = 1.45 if columns > 3 else 2.2
    figure, axes = panel(
        rows, columns, figsize=(max(4.6, size * columns + 0.7), max(3.2, 0.82 * size * rows + 0.8)),
        sharex="col", sharey="row", squeeze=False,
    )  # fmt: skip
    ms, relevant = _marker(len(x)), _relevant(a, record)
    for j in range(rows):
        # One scale for all relevant latents; the others get the prior's, on which they are flat.
        reach = 1.08 * max(1.0, float(np.quantile(np.abs(z), 0.999)))
        for i in range(columns):
            ax = axes[j, i]
            colour = COLOURS[0] if j < relevant else GREY
            ax.plot(
                x[:, i], z[:, j], ".", ms=ms, alpha=min(1.0, 0.25 * ms), color=colour, mew=0, rasterized=True
            )
            ax.set_ylim(-reach, reach)
            ax.minorticks_off()
            ax.tick_params(labelsize=9)
            ax.xaxis.set_major_locator(MaxNLocator(3))
            ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
            if j == rows - 1:
                ax.set_xlim(*_central(x[:, i]))
                _fit(figure, ax, _axis_label(record.features[i]), 0.85 * size)
            if i == 0:
                ax.set_ylabel(_mean_label(j), fontsize=12, loc="center")
    return figure


def latent_plane(a: Arrays, record: VaeRecord) -> Figure:
    """<z_j> of the leading latents over two features; Sanz, Fig. 3."""
    z, x = a["latent_means"], a["features"]
    relevant = _relevant(a, record)
    shown = min(max(relevant, 1), MAX_PLANES, z.shape[1])
    figure, axes = panel(1, shown, figsize=(3.5 * shown + 1.4, 3.7), squeeze=False)
    reach = float(np.quantile(np.abs(z[:, :shown]), 0.99)) or 1.0
    for j, ax in enumerate(axes[0]):
        first, second = _plane(x, z[:, j])
        points = ax.scatter(
            x[:, first],
            x[:, second],
            c=z[:, j],
            s=max(5.0, (1.3 * _marker(len(x))) ** 2),
            lw=0,
            cmap="coolwarm",
            vmin=-reach,
            vmax=reach,
            rasterized=True,
        )
        ax.set_xlim(*_central(x[:, first]))
        ax.set_ylim(*_central(x[:, second]))
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.set(xlabel=_axis_label(record.features[first]), ylabel=_axis_label(record.features[second]))
        ax.text(
            0.97, 0.97, _mean_label(j), transform=ax.transAxes, ha="right", va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2},
        )  # fmt: skip
    figure.colorbar(points, ax=axes[0].tolist(), label="Latent mean", pad=0.02)
    return figure


def _plane(x: npt.NDArray[Any], z: npt.NDArray[Any]) -> tuple[int, int]:
    """The features most related to a latent; the first two where nothing is."""
    if len(x) < 2:
        return 0, 1
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.abs(np.nan_to_num(np.corrcoef(np.c_[x, z].T)))
    to_latent, alike = table[-1, :-1], table[:-1, :-1]
    first = int(np.argmax(to_latent))
    other = [i for i in np.argsort(-to_latent, kind="stable") if i != first]
    apart = [i for i in other if alike[first, i] < ALIKE]
    second = int((apart or other)[0])
    return (first, second) if first < second else (second, first)


def correlation_map(a: Arrays, record: VaeRecord) -> Figure:
    """Latents of the representative run against named combinations, and what all relevant ones carry."""
    r = a["correlation"][:MAX_LATENTS]
    latents, rows = r.shape
    figure, (ax, side) = panel(
        1,
        2,
        figsize=(3.6 + 0.55 * latents, 1.35 + 0.31 * rows),
        width_ratios=(0.5 * latents, 1.5),
        sharey=True,
    )
    image = ax.imshow(r.T, cmap="coolwarm", vmin=-1, vmax=1, aspect="auto")
    for j in range(latents):
        for k in range(rows):
            if abs(r[j, k]) >= 0.1:
                ax.text(
                    j, k, f"{r[j, k]:.2f}".replace("0.", ".").replace("-", "−"), ha="center", va="center",
                    fontsize=8.5, color="white" if abs(r[j, k]) > 0.6 else "black",
                )  # fmt: skip
    relevant = _relevant(a, record)
    if 0 < relevant < latents:
        ax.axvline(relevant - 0.5, color="black", lw=1.2)
    ax.set_xticks(range(latents), [f"$z_{{{j + 1}}}$" for j in range(latents)])
    ax.set_yticks(range(rows), [c.label for c in record.combinations], fontsize=10)
    ax.tick_params(which="both", length=0)
    ax.minorticks_off()
    figure.colorbar(image, ax=ax, label="Correlation", location="bottom", shrink=0.95, pad=0.02, aspect=28)
    height = np.arange(rows)
    carried = [c.r_squared for c in record.combinations]
    share = [number.value or 0.0 for number in carried]
    spread = [number.error or 0.0 for number in carried]
    side.barh(height, share, height=0.62, color=COLOURS[0], alpha=0.85)
    side.errorbar(share, height, xerr=spread, fmt="none", ecolor="black", elinewidth=1, capsize=2)
    side.set_xlim(0, 1.08)
    side.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    side.tick_params(which="both", left=False, right=False, labelleft=False)
    side.minorticks_off()
    side.set_xlabel(r"$R^2$ (all runs)", loc="center")
    return figure
