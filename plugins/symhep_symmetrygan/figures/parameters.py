"""Where restarts began and where they ended, parameter by parameter (Figs. 3 and 11i)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep_symmetrygan.figures.axes import axis_label, panels, turn_ticks
from symhep_symmetrygan.figures.marks import VERDICTS, legend_of, sorted_by_verdict

__all__ = ["SHOWN", "final_parameters"]

FloatArray = npt.NDArray[np.float64]
#: Parameters that fit on a page.
SHOWN = 9


def final_parameters(a: Arrays, parameters: Sequence[str], discrete: Sequence[str] = ()) -> Figure:
    """Of two parameters first the final ones against each other; then every final against its initial value.

    ``discrete`` ones, which training cannot move, are not shown.
    """
    names = list(parameters)
    shown = [k for k, name in enumerate(names) if name not in discrete][:SHOWN]
    initial, final = (_wrapped(a[part], a["periods"]) for part in ("initial", "final"))
    both = len(shown) == 2
    figure, axes = panels(len(shown) + both, width=3.7, height=3.2)
    if both:
        i, j = shown
        _scatter(axes[0], a, final, final, (i, j))
        axes[0].set(xlabel=f"Final {axis_label(names[i])}", ylabel=f"Final {axis_label(names[j])}")
    for k, ax in zip(shown, axes[both:], strict=True):
        _scatter(ax, a, initial, final, (k, k))
        ax.set(xlabel=f"Initial {axis_label(names[k])}", ylabel=f"Final {axis_label(names[k])}")
    figure.legend(
        handles=legend_of([verdict for verdict, _ in sorted_by_verdict(a)]), loc="outside lower center", ncols=3,
        fontsize=10,
    )  # fmt: skip
    return figure


def _wrapped(values: FloatArray, periods: FloatArray) -> FloatArray:
    """Angles in their first turn."""
    turns = np.where(periods > 0, periods, 1.0)
    return np.asarray(np.where(periods > 0, values - turns * np.floor(values / turns), values))


def _scatter(ax: Any, a: Arrays, x: FloatArray, y: FloatArray, columns: tuple[int, int]) -> None:
    """Points of two columns; the diagonal where these are one parameter, or two angles."""
    i, j = columns
    ax.margins(0.08)
    turn = float(a["periods"][i])
    if i == j or turn == a["periods"][j] > 0:
        ends = [0.0, turn] if turn else [float(np.nanmin(x[:, i])), float(np.nanmax(x[:, i]))]
        ax.plot(ends, ends, color="#b8b8b8", lw=0.9, ls=":", zorder=0)
    for verdict, chosen in sorted_by_verdict(a):
        colour, marker, _ = VERDICTS[verdict]
        ax.plot(x[chosen, i], y[chosen, j], marker, color=colour, ms=5, mec="black", mew=0.4, alpha=0.85)
    for which, period in (("x", turn), ("y", float(a["periods"][j]))):
        if period > 0:
            (ax.set_xlim if which == "x" else ax.set_ylim)(-0.03 * period, 1.03 * period)
            turn_ticks(ax, which, 0.0, period)
