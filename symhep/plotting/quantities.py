"""Names of parameters, coordinates and projections as print has them, with units and ticks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.plotting.labels import pretty

__all__ = ["axis_label", "quantity", "turn_ticks"]

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


def turn_ticks(ax: Any, which: str, low: float, high: float) -> None:
    """Ticks at multiples of pi/2 or pi on the axis 'x' or 'y', if these are an angle's ends."""
    names: Mapping[int, str] = {0: "0", 1: r"$\pi$", -1: r"$-\pi$", 2: r"$2\pi$", -2: r"$-2\pi$"}
    halves: npt.NDArray[np.int64] = np.arange(np.ceil(low / np.pi - 1e-6), np.floor(high / np.pi + 1e-6) + 1)
    halves = halves.astype(np.int64)
    if 2 <= len(halves) <= 5:
        set_ticks = ax.set_xticks if which == "x" else ax.set_yticks
        set_ticks(np.pi * halves, [names.get(int(h), rf"${h}\pi$") for h in halves])
