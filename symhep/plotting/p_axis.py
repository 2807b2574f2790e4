"""An axis for p-values between 1 and 1e-1000 on which 0.3 and 0.03 can still be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from symhep.plotting.style import COLOURS, GREY

__all__ = ["MARKS", "level_handle", "p_axis"]

FloatArray = npt.NDArray[np.float64]

#: Colour and marker of what survives and of what is rejected, as in the drawing of the lattice.
MARKS = {False: (COLOURS[0], "o"), True: (GREY, "X")}
_TICKS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5, 1e6)
#: Inches of a character of a tick's label, of an exponent's digit, and between labels.
_CHARACTER, _DIGIT, _BETWEEN = 0.09, 0.066, 0.09


def _forward(x: FloatArray) -> FloatArray:
    return np.asarray(np.log1p(np.maximum(x, -0.9)))


def _inverse(y: FloatArray) -> FloatArray:
    return np.asarray(np.expm1(np.minimum(y, 700.0)))


def p_axis(ax: Any, largest: float, level: float, inches: float) -> None:
    """Make x = -log10 p an axis of p from 1 to 10^-largest, with the line of the level; smaller p to the right.

    The line's name belongs into the legend: inside the axes it would meet marks and words.

    x is drawn at log(1 + x): for p near 1 that is linear in log p, far out logarithmic in it. ``inches``: its length.
    """
    ax.set_xscale("function", functions=(_forward, _inverse))
    end = 1.25 * max(largest, 4.0)
    ax.set_xlim(-0.12, end)
    shown = [0.0]
    for tick in _TICKS[1:]:
        room = inches * (np.log1p(tick) - np.log1p(shown[-1])) / np.log1p(end)
        if tick <= end and room > (_width(tick) + _width(shown[-1])) / 2 + _BETWEEN:
            shown.append(tick)
    ax.xaxis.set_major_locator(FixedLocator(shown))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([_label(tick) for tick in shown], fontsize=11)
    line = -np.log10(level)
    ax.axvspan(line, end, color="#f3f4f5", lw=0, zorder=0)
    ax.axvline(line, color=COLOURS[2], lw=1.2, ls="--", zorder=1)


def level_handle(level: float) -> Line2D:
    """The line of the level in a legend.

    >>> level_handle(0.01).get_label()
    'level 0.01'
    """
    return Line2D([], [], color=COLOURS[2], lw=1.2, ls="--", label=f"level {level:g}")


def _label(tick: float) -> str:
    return f"{10**-tick:g}" if tick <= 2 else f"$10^{{-{tick:.0f}}}$"


def _width(tick: float) -> float:
    """Inches of a tick's label."""
    if tick <= 2:
        return _CHARACTER * len(_label(tick))
    return 2 * _CHARACTER + _DIGIT * (len(f"{tick:.0f}") + 1)
