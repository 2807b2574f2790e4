"""Where in phase space a symmetry breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep.plotting.plane import draw_plane
from symhep_moments.record import MomentsRecord

__all__ = ["SHOWN", "breaking_maps", "measured"]

#: Maps that fit on a page.
SHOWN = 6
#: Bins within so many errors of zero are marked.
_ERRORS = 2.0


def breaking_maps(a: Arrays, record: MomentsRecord) -> Figure:
    """A panel per broken generator: the estimated relative deviation from symmetry in bins of two coordinates."""
    values, errors = a["map_values"][:SHOWN], a["map_errors"][:SHOWN]
    columns = min(len(values), 2 if len(values) <= 4 else 3)
    lines = -(-len(values) // columns)
    figure, axes = panel(
        lines, columns, figsize=(4.6 * columns + 0.6, 3.8 * lines + 0.3), squeeze=False, sharex=True, sharey=True
    )  # fmt: skip
    for number, ax in enumerate(axes.ravel()):
        if number >= len(values):
            ax.set_axis_off()
            continue
        label = str(a["map_labels"][number])
        factor, what = measured(label, str(a["map_kinds"][number]), record)
        _panel(ax, a["map_x"], a["map_y"], factor * values[number], factor * errors[number])
        # Above the panel and its bar: beside the bar it would be taken for the next panel's axis.
        ax.set_title(f"{pretty(label)}: {what}", fontsize=10.5)
    bottom = [axes[(len(values) - 1 - c) // columns, c] for c in range(columns)]
    for ax in bottom:
        ax.tick_params(labelbottom=True)
    x_label, y_label = (_axis(str(name)) for name in a["map_axes"])
    figure.supxlabel(x_label, fontsize=13)
    figure.supylabel(y_label, fontsize=13)
    return figure


def measured(label: str, kind: str, record: MomentsRecord) -> tuple[float, str]:
    """What the bins of a map are to be multiplied with, and what they are then, in words.

    Rates are per unit of the parameter in scaled units, which for a translation is the scale of the events.
    """
    if kind == "modulation":
        return 1.0, "relative deviation"
    sizes = (c.size for c in record.candidates if c.label == label)
    unit = next((s.unit for s in sizes if s is not None), "per unit")
    translation = label.startswith("P") and unit != "per unit of rapidity"
    return 1.0 / record.scale if translation else 1.0, f"relative change {unit}"


def _axis(name: str) -> str:
    text = f"{name[:1].upper()}{name[1:]}" if " " in name and not name.startswith("cos") else name
    text = text.replace("cos(theta)", r"$\cos\theta$")
    return f"{text} [rad]" if text.startswith("Azimuth") else text


def _panel(ax: Any, x: Any, y: Any, value: Any, error: Any) -> None:
    known = np.isfinite(value) & np.isfinite(error)
    limit = float(np.abs(value[known]).max(initial=0.0)) or 1.0
    image = draw_plane(ax, value, x, y, mask=known, cmap="RdBu_r", cmin=-limit, cmax=limit)
    ax.set_facecolor("#e9eaec")
    middle_x, middle_y = (edges[:-1] + np.diff(edges) / 2 for edges in (x, y))
    blind = np.argwhere(known & (np.abs(value) < _ERRORS * error))
    ax.plot(middle_x[blind[:, 0]], middle_y[blind[:, 1]], ".", color="#55585f", ms=2.2, mew=0)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    ax.figure.colorbar(image, ax=ax, pad=0.02)
