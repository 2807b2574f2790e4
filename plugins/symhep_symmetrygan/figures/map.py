"""The symmetry discovery map: from initial to final parameters, beside a stated formula (Figs. 3, 11ii, 17ii)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import axis_label, quantity, turn_ticks
from symhep_symmetrygan.figures.marks import GREY
from symhep_symmetrygan.maps.periods import apart

__all__ = ["SHOWN", "discovery_map"]

FloatArray = npt.NDArray[np.float64]
#: Coordinates that fit on a page.
SHOWN = 4


def discovery_map(a: Arrays, coordinates: Sequence[str], *, prefix: str = "map") -> Figure:
    """Per coordinate its final value over where the formula expects it, and below what lies between the two.

    The prefix 'omega' draws the map that was learned in one training.
    """
    names = list(coordinates[:SHOWN])
    initial, final, expected = (a[f"{prefix}_{part}"] for part in ("initial", "final", "expected"))
    periods = a["map_periods"]
    off = apart(final, expected, periods)
    figure, axes = panel(
        2, len(names), figsize=(4.0 * len(names) + 0.4, 5.0), squeeze=False, sharex="col", height_ratios=(3, 1.2)
    )  # fmt: skip
    for m, name in enumerate(names):
        top, below = axes[:, m]
        x, label, steps = _abscissa(initial[:, m], expected[:, m], name)
        if steps:
            # the formula is a step or constant: what the coordinate began as tells more than where it should end
            top.plot(x, expected[:, m], "_", color=GREY, ms=7, mew=1.2, zorder=1)
        else:
            ends = np.array([x.min(), x.max()])
            top.plot(ends, ends, color=GREY, lw=1.0, zorder=1)
        top.plot(x, expected[:, m] + off[:, m], "o", color=COLOURS[0], ms=4, alpha=0.7, mew=0, zorder=2)
        top.set_ylabel(f"Final {axis_label(name)}")
        below.axhline(0.0, color=GREY, lw=1.0)
        below.plot(x, off[:, m], "o", color=COLOURS[0], ms=3, alpha=0.7, mew=0)
        below.set_xlabel(label)
        _zoom(below, off[:, m])
        if periods[m] > 0:
            turn_ticks(below, "x", *below.get_xlim())
            turn_ticks(top, "y", *top.get_ylim())
    axes[1, 0].set_ylabel("Difference", loc="center")
    _legend(figure, prefix)
    return figure


def _abscissa(initial: FloatArray, expected: FloatArray, name: str) -> tuple[FloatArray, str, bool]:
    """The expected value, if it takes many; else the initial one."""
    steps = len(np.unique(expected.round(6))) <= max(2, len(expected) // 10)
    if steps:
        return initial, f"Initial {axis_label(name)}", True
    return (
        expected,
        f"{quantity(name)} of the formula{' [rad]' if '[rad]' in axis_label(name) else ''}",
        False,
    )


def _zoom(ax: Any, off: FloatArray) -> None:
    """The range of most points; those beyond stand at the edge as arrows."""
    reach = 1.4 * float(np.quantile(np.abs(off), 0.9)) or 1.0
    ax.set_ylim(-1.2 * reach, 1.2 * reach)
    points = ax.lines[-1]
    x, y = points.get_xdata(), points.get_ydata()
    for sign, marker in ((1, "^"), (-1, "v")):
        beyond = sign * y > 1.2 * reach
        ax.plot(x[beyond], np.full(beyond.sum(), sign * 1.1 * reach), marker, color=COLOURS[2], ms=4, mew=0)


def _legend(figure: Figure, prefix: str) -> None:
    arrow = Line2D([], [], color=COLOURS[2], marker="^", ls="none", label="outside the panel")
    lines = [line for ax in figure.axes for line in ax.lines]
    outside = any(line.get_marker() in ("^", "v") and len(np.atleast_1d(line.get_xdata())) for line in lines)
    found = "learned map, new points" if prefix == "omega" else "separate trainings"
    figure.legend(
        handles=[
            Line2D([], [], color=COLOURS[0], marker="o", ls="none", label=found),
            Line2D([], [], color=GREY, lw=1.2, label="formula"),
            *([arrow] if outside else []),
        ],
        loc="outside lower center", ncols=3, fontsize=10,
    )  # fmt: skip
