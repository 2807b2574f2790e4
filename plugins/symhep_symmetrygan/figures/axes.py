"""Names of parameters and projections as print has them, with units; grids of panels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel

__all__ = ["axis_label", "logarithmic", "panels", "quantity", "turn_ticks"]

_GREEK = re.compile(r"^(log_)?(theta|phi|delta|alpha|lambda)(?:_(\w+))?$")
_LOGARITHM = re.compile(r"^log_(\w)_?(\w*)$")
_LETTER = re.compile(r"^([a-zA-Z])(?:_(\w+)|(\d+))?$")
_MOMENTUM = re.compile(r"^(E|p[xyzt])([^\W_]\w*)?$")
#: What is measured in radians.
_ANGLES = re.compile(r"^(theta|phi|alpha|azimuth|angle)\b|^(theta|phi)_|^d?phi\b|azimuth|angle between")


def quantity(name: str) -> str:
    """A name in mathematics.

    >>> quantity("theta_12"), quantity("log_r_1"), quantity("c"), quantity("px1"), quantity("J_z"), quantity("x1")
    ('$\\\\theta_{12}$', '$\\\\log\\\\,r_{1}$', '$c$', '$p_{x,1}$', '$J_{z}$', '$x_{1}$')
    """
    if found := _GREEK.match(name):
        index = f"_{{{found[3]}}}" if found[3] else ""
        logarithm = r"\log\," if found[1] else ""
        return rf"${logarithm}\{found[2]}{index}$"
    if found := _LOGARITHM.match(name):
        index = f"_{{{found[2]}}}" if found[2] else ""
        return rf"$\log\,{found[1]}{index}$"
    if found := _MOMENTUM.match(name):
        letter, axis = found[1][0], found[1][1:]
        index = ",".join(part for part in ("T" if axis == "t" else axis, found[2]) if part)
        return f"${letter}_{{{index}}}$" if index else f"${letter}$"
    if name.startswith(("pt of ", "cos theta of ")):
        return name.replace("pt", r"$p_{T}$", 1).replace("cos theta", r"$\cos\theta$", 1)
    if (found := _LETTER.match(name)) and found[1] not in "JKPEHDN":
        index = found[2] or found[3]
        return f"${found[1]}_{{{index}}}$" if index else f"${found[1]}$"
    return pretty(name)


def axis_label(name: str, unit: str = "") -> str:
    """With the unit: radians for angles, the unit of the data for momenta, masses and coordinates.

    >>> axis_label("azimuth of jet1"), axis_label("px1", "GeV"), axis_label("c", "GeV")
    ('Azimuth of jet1 [rad]', '$p_{x,1}$ [GeV]', '$c$')
    """
    text = quantity(name)
    text = f"{text[:1].upper()}{text[1:]}" if " " in text and text[:1].islower() else text
    if _ANGLES.search(name):
        return f"{text} [rad]"
    if unit and (_MOMENTUM.match(name) or re.match(r"^(pt|mass|energy|p[xyz]|E)\b", name)):
        return f"{text} [{unit}]"
    return text


def panels(number: int, *, most: int = 3, width: float = 3.4, height: float = 3.0) -> tuple[Figure, Any]:
    """Figure and (number,) axes in rows of at most ``most``, what is over taken away."""
    columns = min(number, most)
    rows = -(-number // columns)
    figure, axes = panel(rows, columns, figsize=(width * columns + 0.2, height * rows + 0.2), squeeze=False)
    for ax in axes.flat[number:]:
        ax.remove()
    return figure, axes.ravel()[:number]


def logarithmic(ax: Any, which: str) -> None:
    """A logarithmic axis 'x' or 'y' that is labelled at powers of ten alone, of which two at least are in view.

    On a short one matplotlib labels the subdivisions, too, and the labels overlap.
    """
    ax.set(**{f"{which}scale": "log"})
    low, high = np.log10(ax.get_xlim() if which == "x" else ax.get_ylim())
    if np.floor(high) - np.ceil(low) < 1:
        ax.set(**{f"{which}lim": (10 ** np.floor(low), 10 ** np.ceil(high))})
    (ax.xaxis if which == "x" else ax.yaxis).set_minor_formatter(NullFormatter())


def turn_ticks(ax: Any, which: str, low: float, high: float) -> None:
    """Ticks at multiples of pi/2 or pi on the axis 'x' or 'y', if these are an angle's ends."""
    names: Mapping[int, str] = {0: "0", 1: r"$\pi$", -1: r"$-\pi$", 2: r"$2\pi$", -2: r"$-2\pi$"}
    halves: npt.NDArray[np.int64] = np.arange(np.ceil(low / np.pi - 1e-6), np.floor(high / np.pi + 1e-6) + 1)
    halves = halves.astype(np.int64)
    if 2 <= len(halves) <= 5:
        set_ticks = ax.set_xticks if which == "x" else ax.set_yticks
        set_ticks(np.pi * halves, [names.get(int(h), rf"${h}\pi$") for h in halves])
