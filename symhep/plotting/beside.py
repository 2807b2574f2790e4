"""The same quantities of several runs beside each other: intervals, p-values, spectra with their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import hist
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.methods.number import Number
from symhep.plotting.labels import pretty
from symhep.plotting.p_axis import level_handle, p_axis
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY

__all__ = ["MARKERS", "IntervalRow", "PValueRow", "SpectrumPanel", "intervals", "p_values", "spectra"]

FloatArray = npt.NDArray[np.float64]

#: A marker for each run; colours alone are not enough.
MARKERS = ("o", "s", "^", "D", "v", "P")
_STYLES = ("-", "--", ":", "-.")
_ROW = 0.34  # inches
#: How far the marks of two runs are apart, of the space of a row.
_SPREAD = 0.5


@dataclass(frozen=True)
class IntervalRow:
    """A quantity: its name, its number in each run, and the limits where there are any."""

    name: str
    numbers: tuple[Number | None, ...]
    limits: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class PValueRow:
    """A hypothesis: its name, log10 of its p-value in each run, and whether the verdict changed."""

    name: str
    log10_p: tuple[float | None, ...]
    changed: bool


@dataclass(frozen=True, eq=False)
class SpectrumPanel:
    """A distribution: the label of its axis, and a histogram of each run, None where a run has none."""

    label: str
    histograms: tuple[hist.Hist[Any] | None, ...]


def intervals(rows: Sequence[IntervalRow], labels: Sequence[str], quantity: str) -> Figure:
    """A line for each quantity: value and interval of every run, and a triangle at its upper limit at 95 % CL."""
    figure, ax = panel(figsize=(6.8, _ROW * len(rows) * _crowding(labels) + 1.5))
    _lines(ax, [row.name for row in rows])
    for run, (label, offset) in enumerate(zip(labels, _offsets(labels), strict=True)):
        colour, marker = COLOURS[run % len(COLOURS)], MARKERS[run % len(MARKERS)]
        ax.plot([], [], marker, color=colour, ms=5, label=label)
        for y, row in enumerate(rows):
            number = row.numbers[run]
            if number is not None and number.value is not None:
                low, high = (number.value if end is None else end for end in (number.low, number.high))
                ax.plot([low, high], [y + offset] * 2, color=colour, lw=1.5)
                ax.plot([number.value], [y + offset], marker, color=colour, ms=5, mec="white", mew=0.5)
            limit = row.limits[run] if row.limits else None
            if limit is not None:
                ax.plot([limit], [y + offset], marker=9, color=colour, ms=6, alpha=0.7)
    values = [n.value for row in rows for n in row.numbers if n is not None and n.value is not None]
    if min(values, default=0.0) <= 0 <= max(values, default=0.0) or any(
        n is not None and n.low == 0 for row in rows for n in row.numbers
    ):
        ax.axvline(0, color=GREY, lw=0.8, zorder=0)
    ax.set_xlabel(quantity)
    figure.legend(loc="outside upper center", ncols=min(len(labels), 3), fontsize=10)
    return figure


def p_values(rows: Sequence[PValueRow], labels: Sequence[str], level: float) -> Figure:
    """A line for each hypothesis: its p-value in every run; a grey band where the verdict changed."""
    figure, ax = panel(figsize=(6.8, _ROW * len(rows) * _crowding(labels) + 1.5))
    known = [-value for row in rows for value in row.log10_p if value is not None]
    p_axis(ax, max(known, default=0.0), level, inches=4.7)
    _lines(ax, [row.name for row in rows])
    for y, row in enumerate(rows):
        if row.changed:
            ax.axhspan(y - 0.48, y + 0.48, color="#fdecea", lw=0, zorder=0.5)
    for run, (label, offset) in enumerate(zip(labels, _offsets(labels), strict=True)):
        ps = [row.log10_p[run] for row in rows]
        found = [(-p, y + offset) for y, p in enumerate(ps) if p is not None]
        x, y_values = zip(*found, strict=True) if found else ((), ())
        ax.plot(
            x, y_values, MARKERS[run % len(MARKERS)], color=COLOURS[run % len(COLOURS)], ms=6, mec="white", mew=0.5,
            label=label, clip_on=False,
        )  # fmt: skip
    ax.set_xlabel("p-value")
    handles = [*ax.get_legend_handles_labels()[0], level_handle(level)]
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 4), fontsize=10)
    return figure


def spectra(panels: Sequence[SpectrumPanel], labels: Sequence[str]) -> Figure:
    """Distributions, each normalised to one, and below them the ratio to the first run, in its bins."""
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    figure, axes = panel(
        2 * lines,
        columns,
        figsize=(3.6 * columns, 3.5 * lines),
        squeeze=False,
        height_ratios=[2.6, 1.0] * lines,
    )
    for number, one in enumerate(panels):
        line, column = divmod(number, columns)
        _spectrum(axes[2 * line, column], axes[2 * line + 1, column], one, labels)
    for number in range(len(panels), lines * columns):
        line, column = divmod(number, columns)
        axes[2 * line, column].remove()
        axes[2 * line + 1, column].remove()
    for line in range(lines):
        axes[2 * line, 0].set_ylabel("Normalised to one")
        axes[2 * line + 1, 0].set_ylabel("Ratio")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=min(len(labels), 3), fontsize=10)
    return figure


def _spectrum(above: Any, below: Any, one: SpectrumPanel, labels: Sequence[str]) -> None:
    first = one.histograms[0]
    for run, (histogram, label) in enumerate(zip(one.histograms, labels, strict=True)):
        if histogram is None:
            continue
        colour = COLOURS[run % len(COLOURS)]
        edges, value, error = _density(histogram)
        middle = (edges[:-1] + edges[1:]) / 2
        above.stairs(value, edges, color=colour, lw=1.3, ls=_STYLES[run % len(_STYLES)], label=label)
        above.errorbar(middle, value, error, fmt="none", ecolor=colour, elinewidth=0.9)
        if first is None or run == 0:
            continue
        first_edges, first_value, first_error = _density(first)
        edges, value, error = _density(histogram, first_edges)
        middle = (edges[:-1] + edges[1:]) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = value / first_value
            spread = np.abs(ratio) * np.hypot(error / value, first_error / first_value)
        good = np.isfinite(ratio) & np.isfinite(spread)
        below.errorbar(
            middle[good],
            ratio[good],
            spread[good],
            fmt=MARKERS[run % len(MARKERS)],
            color=colour,
            ms=2.5,
            elinewidth=0.9,
        )
    above.set_ylim(bottom=0)
    above.tick_params(labelbottom=False)
    above.ticklabel_format(axis="y", scilimits=(-3, 4))
    below.axhline(1, color=GREY, lw=0.8, zorder=0)
    below.set(xlabel=one.label, xlim=above.get_xlim(), ylim=(0.5, 1.5))


def _density(
    histogram: hist.Hist[Any], wanted: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Edges, density normalised to one over the bins, and its error; in bins with other edges, each of its own bins
    shared out by overlap.
    """
    edges = np.asarray(histogram.axes[0].edges, dtype=np.float64)
    values = np.asarray(histogram.values(), dtype=np.float64)
    found = histogram.variances()
    variances = np.maximum(values if found is None else found, 0.0)
    norm = abs(float(values.sum())) or 1.0
    if wanted is not None and not (len(wanted) == len(edges) and np.allclose(wanted, edges)):
        below = [np.concatenate([[0.0], np.cumsum(a)]) for a in (values, variances)]
        values, variances = (np.diff(np.interp(wanted, edges, sums)) for sums in below)
        edges = wanted
    widths = np.diff(edges) * norm
    return edges, values / widths, np.sqrt(variances) / widths


def _lines(ax: Any, names: Sequence[str]) -> None:
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), [pretty(name) for name in names], fontsize=10)
    ax.tick_params(axis="y", which="both", length=0)
    ax.yaxis.minorticks_off()
    for y in range(len(names) - 1):
        ax.axhline(y + 0.5, color="#eceef0", lw=0.7, zorder=0)


def _offsets(labels: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.linspace(-_SPREAD / 2, _SPREAD / 2, len(labels)) if len(labels) > 1 else np.zeros(1)


def _crowding(labels: Sequence[str]) -> float:
    """Rows are higher where there are many runs."""
    return 0.7 + 0.15 * len(labels)
