"""The lattice of subgroups as a figure: rows by dimension, a line where one class lies directly in another."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, Literal

from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from symhep.lie.subgroups.lattice import Lattice
from symhep.plotting.layering import Layering, arrange
from symhep.plotting.panel import StyledFigure
from symhep.plotting.style import COLOURS, GREY, tint

__all__ = ["Verdict", "draw_lattice"]

#: excluded: without a test, by the surface on which the events lie.
Verdict = Literal["survives", "rejected", "excluded", "not tested"]

#: Edge colour, fill (empty: a tint of the edge), text colour and marker of a class per verdict; told apart by symbol,
#: too.
_LOOK: dict[str, tuple[str, str, str, str]] = {
    "survives": (COLOURS[0], "", "black", "o"),
    "rejected": ("#b8b8b8", "#f6f6f6", "#8a8a8a", "X"),
    "excluded": ("#b8b8b8", "#f6f6f6", "#8a8a8a", "D"),
    "not tested": ("#b8b8b8", "white", "black", ""),
    "": (GREY, "white", "black", ""),
}
#: In the legend, where it is not the verdict.
_WORDS = {"survives": "compatible", "rejected": "violated", "excluded": "excluded by the support"}
_SIZE = 10.0  # points
_GAP = 0.5  # inches between rows of boxes
_HEIGHT = 0.32  # inches of a box
_PORT = 0.13  # inches between lines at a box
_HEAD = 0.3  # inches above the axes, for the status label


def draw_lattice(
    order: Lattice,
    *,
    only: Collection[str] | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
    p_values: Mapping[str, float] | None = None,
) -> Any:
    """Figure of the inclusions; large lattices are drawn in part.

    Parameters
    ----------
    order
        The lattice of a catalogue.
    only
        Names of the classes to draw (default: all); lines then join those with nothing drawn in between.
    verdicts
        Per class what a test said: colour and symbol of its box.
    p_values
        Written below the name.

    Returns
    -------
    matplotlib.figure.Figure
        Classes by dimension, a line from each to those that it contains.

    Examples
    --------
    >>> from symhep.lie.subgroups import lattice, lorentz_subgroups
    >>> figure = draw_lattice(lattice(lorentz_subgroups()), only=["Lorentz", "SO(3)", "SO(2)"])
    >>> [text.get_text() for text in figure.axes[0].texts if text.get_text().startswith("SO")]
    ['SO(3)', 'SO(2)']
    """
    shown = [name for name in order.catalogue if only is None or name in only]
    dimensions = sorted({order.catalogue[name].dimension for name in shown}, reverse=True)
    rows = [[n for n in shown if order.catalogue[n].dimension == d] for d in dimensions]
    labels = {name: _label(name, (p_values or {}).get(name)) for name in shown}
    widths = {name: _width(labels[name]) + (0.42 if _symbol(name, verdicts) else 0.22) for name in shown}
    pitch = _GAP + max(_height(label) for label in labels.values())
    layering = arrange(rows, [(b, a) for a, b in _covers(order, shown)], widths, gap=0.16)
    left = min(layering.x[n] - widths[n] / 2 for n in shown) - 0.75
    right = max(layering.x[n] + widths[n] / 2 for n in shown) + 0.1
    words = [] if verdicts is None else _legend_words("excluded" in verdicts.values())
    short = sum(map(_width, words)) + 0.5 * (len(words) + 1) - (right - left)
    if short > 0:  # few classes, whose figure would be narrower than its legend
        left, right = left - short / 2, right + short / 2
    top, bottom = 0.35, -pitch * (len(rows) - 1) - (0.35 if verdicts is None else 0.85)
    height = top - bottom
    figure = StyledFigure(figsize=(right - left, height + _HEAD))
    figure.set_layout_engine("none")  # ``layout="none"`` leaves the one of the style in place
    ax = figure.add_axes((0.01, 0, 0.99, height / (height + _HEAD)))
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.set_axis_off()
    _edges(ax, layering, pitch, labels, widths, verdicts)
    for r, row in enumerate(rows):
        for name in row:
            _node(
                ax, layering.x[name], -pitch * r, widths[name], labels[name], (verdicts or {}).get(name, "")
            )
    _dimensions(ax, left, pitch, dimensions)
    if verdicts is not None:
        _legend(ax, "excluded" in verdicts.values())
    return figure


def _covers(order: Lattice, shown: Collection[str]) -> list[tuple[str, str]]:
    """Pairs (smaller, larger) of the shown classes with none of the shown in between."""
    below = {b: order.below[b].intersection(shown) for b in shown}
    return [(a, b) for b in shown for a in below[b] if not any(a in below[c] for c in below[b])]


def _label(name: str, p_value: float | None) -> str:
    """The name with its generators in italics, and the p-value."""
    text = re.sub(r"([JKNP])_(\w+|\([^)]*\)|\+[\w,+]*)", r"$\1_{\2}$", name)
    text = re.sub(r"(?<![\w{])([a-m])(?= )", r"$\1$", text).replace(" x ", " $\\times$ ")
    if p_value is None:
        return text
    return f"{text}\np = {p_value:.2g}" if p_value >= 1e-300 else f"{text}\np < 1e-300"


def _width(label: str) -> float:
    """Inches that the text takes."""
    font = FontProperties(size=_SIZE)
    return max(TextPath((0, 0), line, prop=font).get_extents().width for line in label.split("\n")) / 72


def _symbol(name: str, verdicts: Mapping[str, Verdict] | None) -> str:
    return _LOOK[(verdicts or {}).get(name, "")][3]


def _edges(
    ax: Any,
    layering: Layering,
    pitch: float,
    labels: Mapping[str, str],
    widths: Mapping[str, float],
    verdicts: Mapping[str, Verdict] | None,
) -> None:
    """From the upper box's foot to the lower box's head; lines that share one stand side by side there."""
    ports = {end: _ports(layering, widths, end) for end in (0, -1)}
    for (upper, lower), points in layering.paths.items():
        lit = (verdicts or {}).get(upper) == (verdicts or {}).get(lower) == "survives"
        places = [(x, -pitch * row) for x, row in points]
        places[0] = (ports[0][upper, lower], places[0][1] - _height(labels[upper]) / 2)
        places[-1] = (ports[-1][upper, lower], places[-1][1] + _height(labels[lower]) / 2)
        colour, width = (COLOURS[0], 1.5) if lit else ("#c4c8cc", 0.9)
        line = _curve(places)
        ax.add_patch(PathPatch(line, fill=False, edgecolor=colour, linewidth=width, zorder=1.5 if lit else 1))


def _ports(
    layering: Layering, widths: Mapping[str, float], end: Literal[0, -1]
) -> dict[tuple[str, str], float]:
    """x of each line at its upper (0) or lower (-1) box, in the order in which the lines leave it."""
    meeting: dict[str, list[tuple[str, str]]] = {}
    for edge in layering.paths:
        meeting.setdefault(edge[end], []).append(edge)
    next_to = 1 if end == 0 else -2
    found = {}
    for name, edges in meeting.items():
        edges.sort(key=lambda edge: layering.paths[edge][next_to][0])
        step = min(_PORT, 0.8 * widths[name] / len(edges))
        for i, edge in enumerate(edges):
            found[edge] = layering.x[name] + step * (i - (len(edges) - 1) / 2)
    return found


def _height(label: str) -> float:
    return _HEIGHT + 0.15 * label.count("\n")


def _curve(points: list[tuple[float, float]]) -> Path:
    """Straight between neighbouring rows; upright and smooth past the boxes of the rows that it only passes."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        passes_start, passes_end = i > 0, i + 2 < len(points)
        y0, y1 = y0 - passes_start * _HEIGHT / 2, y1 + passes_end * _HEIGHT / 2
        if passes_start:
            vertices.append((x0, y0))
            codes.append(Path.LINETO)
        bend = (y1 - y0) / 2
        first = (x0, y0 + bend) if passes_start else (x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3)
        second = (x1, y1 - bend) if passes_end else (x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3)
        vertices += [first, second, (x1, y1)]
        codes += [Path.CURVE4] * 3
    return Path(vertices, codes)


def _node(ax: Any, x: float, y: float, width: float, label: str, verdict: str) -> None:
    edge, fill, text, marker = _LOOK[verdict]
    height = _height(label)
    box = FancyBboxPatch(
        (x - width / 2 + 0.06, y - height / 2 + 0.06),
        width - 0.12,
        height - 0.12,
        boxstyle="round,pad=0.06,rounding_size=0.07",
        edgecolor=edge,
        facecolor=fill or tint(edge),
        linewidth=1.6 if verdict == "survives" else 1.0,
        linestyle=(0, (3, 2)) if verdict == "not tested" else "-",
        zorder=2,
    )
    ax.add_patch(box)
    shift = 0.1 if marker else 0.0
    ax.text(x + shift, y, label, size=_SIZE, ha="center", va="center_baseline", color=text, zorder=3)
    if marker:
        ax.plot([x - width / 2 + 0.15], [y], marker, color=edge, markersize=6, markeredgewidth=0, zorder=3)


def _dimensions(ax: Any, left: float, pitch: float, dimensions: list[int]) -> None:
    ax.text(left + 0.3, 0.3, "dim", size=_SIZE - 1, color=GREY, ha="center", va="center_baseline")
    for r, dimension in enumerate(dimensions):
        ax.text(
            left + 0.3,
            -pitch * r,
            str(dimension),
            size=_SIZE + 1,
            color=GREY,
            ha="center",
            va="center_baseline",
        )


def _shown_verdicts(excluded: bool) -> tuple[Verdict, ...]:
    return (
        ("survives", "rejected", "excluded", "not tested")
        if excluded
        else ("survives", "rejected", "not tested")
    )


def _legend_words(excluded: bool) -> list[str]:
    return [_WORDS.get(verdict, verdict) for verdict in _shown_verdicts(excluded)]


def _legend(ax: Any, excluded: bool) -> None:
    handles = []
    for verdict in _shown_verdicts(excluded):
        edge, fill, _, marker = _LOOK[verdict]
        handles.append(
            Line2D(
                [],
                [],
                color=edge,
                marker=marker or "s",
                markersize=7,
                linestyle="none",
                label=_WORDS.get(verdict, verdict),
            )
            if marker
            else Line2D(
                [],
                [],
                color=edge,
                marker="s",
                markersize=8,
                markerfacecolor=fill,
                linestyle="none",
                label=verdict,
            )
        )
    ax.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        fontsize=_SIZE,
        handletextpad=0.3,
        borderaxespad=0.2,
    )
