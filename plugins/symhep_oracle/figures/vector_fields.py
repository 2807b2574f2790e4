"""Generators as flows of the plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_oracle.fit.fields import Fields

__all__ = ["SHOWN", "plane_flows"]

SHOWN = 6
POINTS = 17


def plane_flows(a: Arrays, fields: Fields, generators: Sequence[str], components: Sequence[str]) -> Figure:
    """Stream lines of each generator over the events, in units of their rms."""
    names = generators[:SHOWN]
    points = a["points"]
    reach = float(np.quantile(np.abs(points), 0.98))
    axis = np.linspace(-reach, reach, POINTS)
    x, y = np.meshgrid(axis, axis)
    grid = torch.from_numpy(np.stack([x.ravel(), y.ravel()], axis=1))
    flows = fields.evaluate(torch.from_numpy(np.ascontiguousarray(a["coefficients"][:SHOWN])), grid).numpy()
    columns = min(len(names), 3)
    lines = -(-len(names) // columns)
    figure, axes = panel(lines, columns, figsize=(3.4 * columns + 0.6, 3.5 * lines), squeeze=False)
    for ax, name, flow in zip(axes.ravel(), names, flows, strict=False):
        u, v = (flow[:, i].reshape(x.shape) for i in (0, 1))
        ax.plot(points[:, 0], points[:, 1], ".", ms=2, color="#c7c9cd", zorder=0)
        ax.streamplot(x, y, u, v, color=COLOURS[0], linewidth=1.1, density=0.9, arrowsize=1.0)
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        ax.set_title(pretty(name), fontsize=11)
        ax.set(xlabel=f"{components[0]} / rms", ylabel=f"{components[1]} / rms")
    for ax in axes.ravel()[len(names) :]:
        ax.set_axis_off()
    return figure
