"""Data beside stacked simulation and the ratio of both, with bands of uncertainties: control plots of a run."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import hist
import matplotlib as mpl
import mplhep
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from symhep.methods.interface import NamedFigure
from symhep.plotting.comparison import Shown, Sums, summed
from symhep.plotting.panel import panel
from symhep.plotting.quantities import turn_ticks
from symhep.plotting.style import COLOURS, PETROFF

__all__ = ["comparison_figures"]

FloatArray = npt.NDArray[np.float64]
Histogram: TypeAlias = hist.Hist[Any]

#: A linear axis shows no less than this share of the highest bin.
_LINEAR = 1 / 300
#: Names longer than this stand below each other.
_WIDE = 18
_STATISTICAL, _ALL = "#555555", "#b5b5b5"


def comparison_figures(histograms: Mapping[str, Histogram], shown: Shown) -> Iterator[NamedFigure]:
    """A figure for each quantity: stacked simulation and data, and below it their ratio.

    Errors of data are central Poisson intervals (Garwood, Biometrika 28 (1936) 437), for empty bins, too; those of
    weighted data are intervals of the effective number of events, times the mean weight. Bands are the statistical
    uncertainty of the simulation, sqrt(sum w^2), and with it all variations in quadrature, each combined bin by bin
    as `symhep.stats.variations` says.
    """
    for number, (quantity, histogram) in enumerate(histograms.items(), start=1):
        sums = summed(histogram, shown)
        yield NamedFigure(
            _stem(number, quantity), _figure(histogram, sums, shown), _caption(quantity, sums, shown)
        )


def _stem(number: int, quantity: str) -> str:
    """A file name, different for each quantity.

    >>> _stem(3, "px(mu-)")
    '03_px_mu-'
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "+-") else "_" for c in quantity)
    return f"{number:02d}_{'_'.join(filter(None, plain.split('_')))[:60]}"


class _Undrawn(FigureCanvasAgg):
    """mplhep draws the whole figure twice to see whether a label fits that it does not have yet."""

    def draw(self) -> None:
        """Nothing: it is drawn when it is saved."""


def _figure(histogram: Histogram, sums: Sums, shown: Shown) -> Any:
    axis = histogram.axes[2]
    if not sums.samples:
        figure, upper = panel(figsize=(5.0, 3.9))
        lower = None
    else:
        figure, (upper, lower) = panel(
            2, 1, figsize=(5.0, 4.9), sharex=True, height_ratios=(3.2, 1), gridspec_kw={"hspace": 0.0}
        )
    names = [name for name, _ in sums.samples]
    colours = _colours(len(names))[::-1]
    stack = [h for _, h in sums.samples]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*zero.*")  # of intervals of data without any event
        if sums.data is not None and lower is not None:
            _Undrawn(figure)
            mplhep.comp.data_model(
                sums.data, stack, names, colours, data_label="Data", data_w2method=_errors(sums.data),
                model_uncertainty=False, fig=figure, ax_main=upper, ax_comparison=lower, flow="none",
                stacked_kwargs={"edgecolor": "black", "linewidth": 0.5}, comparison_ylim=_ratio_range(sums),
                elinewidth=1.0, markersize=3.5,
            )  # fmt: skip
        elif sums.data is not None:
            mplhep.histplot(sums.data, ax=upper, w2method=_errors(sums.data), color="black", histtype="errorbar",
                            label="Data", flow="none")  # fmt: skip
        else:
            mplhep.histplot(stack, ax=upper, stack=True, histtype="fill", label=names, color=colours,
                            edgecolor="black", linewidth=0.5, flow="none")  # fmt: skip
    if lower is not None:
        _bands(upper, sums, 1.0)
        _bands(lower, sums, sums.total)
        _ratio_axis(lower, sums)
        lower.xaxis.set_major_formatter(ScalarFormatter())  # mplhep takes it from both
        upper.tick_params(labelbottom=False)
        if _whole(sums.edges):
            lower.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if axis.label.endswith("[rad]"):
            turn_ticks(lower, "x", sums.edges[0], sums.edges[-1])
    (upper if lower is None else lower).set_xlabel(axis.label)
    upper.set(xlim=(sums.edges[0], sums.edges[-1]), xlabel="" if lower is not None else axis.label)
    upper.set_ylabel(_counted(histogram, shown))
    _y_range(upper, sums, _legend(upper, names, shown))
    return figure


def _colours(many: int) -> list[str]:
    """Those of the style, if it has as many that differ."""
    cycle = mpl.rcParams["axes.prop_cycle"].by_key().get("color", ())
    return [COLOURS[i] if many <= len(set(cycle)) else PETROFF[i] for i in range(many)]


def _errors(data: Histogram) -> str:
    """Poisson intervals, unless weights of both signs leave nothing to count."""
    values, variances = data.values(), data.variances()
    counted = (values >= 0).all() and (variances[values == 0] == 0).all() and values.any()
    return "poisson" if counted else "sqrt"


def _bands(ax: Any, sums: Sums, over: float | FloatArray) -> None:
    """Bands around the simulation, or around 1 where they are divided by it; nothing where there is none."""
    down, up = sums.bands or (None, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = sums.total / over
        if down is not None and up is not None:
            _fill(ax, sums.edges, whole - down / over, whole + up / over, "Stat. and syst. unc.", _ALL, 0.55)
        size = sums.statistical / over
        _fill(ax, sums.edges, whole - size, whole + size, "Stat. unc.", _STATISTICAL, 0.55)


def _fill(
    ax: Any, edges: FloatArray, low: FloatArray, high: FloatArray, label: str, colour: str, alpha: float
) -> None:
    known = np.isfinite(low) & np.isfinite(high)
    low, high = np.where(known, low, 0.0), np.where(known, high, 0.0)
    ax.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=alpha, lw=0, label=label, zorder=1.5)


def _relative(sums: Sums) -> tuple[FloatArray, FloatArray]:
    """The wider band around 1, where there is any simulation."""
    there = sums.total > 0
    down, up = sums.bands or (sums.statistical, sums.statistical)
    return 1 - down[there] / sums.total[there], 1 + up[there] / sums.total[there]


def _whole(edges: FloatArray) -> bool:
    """Does each bin hold one whole number?"""
    return bool(np.allclose(np.diff(edges), 1.0) and np.allclose(edges % 1.0, 0.5))


def _ratio_range(sums: Sums) -> tuple[float, float]:
    """Limits about 1 that show the band, nearly all points, and those that differ by two errors: 5 % to 100 %."""
    low, high = _relative(sums)
    sizes = [np.abs(np.concatenate([low, high]) - 1)]
    if sums.data is not None:
        there = (sums.total > 0) & (sums.data.values() > 0)
        ratio = sums.data.values()[there] / sums.total[there]
        errors = np.sqrt(sums.data.variances()[there]) / sums.total[there]
        sizes.append(np.abs(ratio - 1) + errors)
    every = np.concatenate(sizes)
    needed = 1.1 * float(np.quantile(every, 0.9)) if len(every) else 1.0
    if sums.data is not None and (clear := np.abs(ratio - 1) > 2 * errors).any():  # what a reader looks for
        needed = max(needed, 1.1 * float((np.abs(ratio - 1) + errors)[clear].max()))
    half = next((h for h in (0.05, 0.1, 0.2, 0.3, 0.5) if h >= needed), 1.0)
    return 1 - half, 1 + half


def _ratio_axis(ax: Any, sums: Sums) -> None:
    low, high = _ratio_range(sums)
    ax.set_ylim(low, high)
    half = (high - low) / 2
    ticks = [1 - half / 2, 1.0, 1 + half / 2] if half < 1 else [0.5, 1.0, 1.5]
    ax.set_yticks(ticks, [f"{tick:.4g}" for tick in ticks])
    if sums.data is None:
        ax.axhline(1, ls="--", lw=1.0, color="black")
        ax.set_ylabel("Rel. unc.", loc="center")
        return
    ax.set_ylabel("Data / sim.", loc="center")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums.data.values() / sums.total
    centres = (sums.edges[:-1] + sums.edges[1:]) / 2
    for beyond, at, marker in ((ratio > high, high, "^"), (ratio < low, low, "v")):
        beyond &= np.isfinite(ratio) & (sums.data.values() > 0)
        inside = at - math.copysign(0.06 * (high - low), at - 1)
        ax.plot(centres[beyond], np.full(beyond.sum(), inside), marker, color="black", ms=4, ls="none")


def _counted(histogram: Histogram, shown: Shown) -> str:
    """Label of the vertical axis: what is counted, in bins of which width."""
    axis = histogram.axes[2]
    width, unit = axis.edges[1] - axis.edges[0], axis.label.rpartition("[")[2].rstrip("]")
    counted = histogram.label or "Events"
    if shown.scaled_to is None and not shown.data:
        counted = f"{counted} [pb]" if shown.unit == "pb" else counted if shown.unit else "Sum of weights"
    each = f"{width:.3g} {unit}" if "[" in axis.label else f"{width:.3g}"
    return counted if each == "1" else f"{counted} / {each}"


def _legend(ax: Any, names: list[str], shown: Shown) -> int:
    """What is what, highest in the stack first; returns how many lines it takes."""
    handles, labels = ax.get_legend_handles_labels()
    order = {name: i for i, name in enumerate(["Data", *reversed(names)])}
    pairs = sorted(zip(labels, handles, strict=True), key=lambda pair: order.get(pair[0], len(order)))
    told = [shown.title] if shown.title else []
    if shown.blinded:
        told.append("data blinded")
    if shown.scaled_to == "data" and names:
        told.append("simulation scaled to data")
    columns = 1 if max(map(len, names), default=0) > _WIDE else 2
    legend = ax.legend(
        [h for _, h in pairs], [_short(label) for label, _ in pairs], ncols=columns, loc="upper right",
        fontsize=8.5 if columns == 1 else 9.5, title=", ".join(told) or None, title_fontsize=9.5, alignment="right",
        columnspacing=1.2, handlelength=1.5, labelspacing=0.3, borderaxespad=0.4, borderpad=0.2,
    )  # fmt: skip
    legend.set_zorder(5)
    return math.ceil(len(pairs) / columns) + bool(told)


def _short(name: str) -> str:
    """No longer than a line of the legend."""
    return name if len(name) <= 2 * _WIDE else f"{name[: _WIDE + 10]}...{name[13 - _WIDE :]}"


def _y_range(ax: Any, sums: Sums, lines: int) -> None:
    """From zero, or logarithmic where the bins span orders of magnitude; the legend has room above them."""
    heights = [sums.total + (sums.bands[1] if sums.bands else sums.statistical)]
    if sums.data is not None:
        heights.append(sums.data.values() + np.sqrt(sums.data.variances()))
    top = max(float(np.max(h)) for h in heights)
    if not top > 0:
        return
    share = min(0.02 + 0.062 * lines, 0.6)
    of = [h[h > 0] for h in (sums.total, *([sums.data.values()] if sums.data is not None else []))]
    lowest = min(float(np.quantile(h, 0.1, method="lower")) for h in of if len(h))
    if lowest < _LINEAR * top:
        low = max(min(float(h.min()) for h in of if len(h)) / 2, top * 1e-6)
        ax.set_yscale("log")
        ax.set_ylim(low, low * (top / low) ** (1 / (1 - share)) * 1.3)
        return
    ax.set_ylim(0, 1.05 * top / (1 - share))
    ax.ticklabel_format(axis="y", scilimits=(-3, 5))


def _caption(quantity: str, sums: Sums, shown: Shown) -> str:
    """What is seen, how it is normalised, and what lies beyond the axis."""
    said = [
        f"{quantity}: "
        + (
            "data and simulation"
            if sums.data is not None and sums.samples
            else "simulation"
            if sums.samples
            else "data"
        )
    ]
    if shown.title:
        said[0] += f", {shown.title}"
    if shown.blinded:
        said.append("collision data are blinded")
    if shown.scaled_to == "luminosity":
        said.append(f"simulation normalised to {shown.luminosity_fb:g} fb⁻¹")
    elif shown.scaled_to == "data":
        said.append(
            "simulation and each variation are scaled to the number of data events, so bands show shape uncertainties"
        )
    if sums.samples:
        said.append(
            "bands: statistical uncertainty of the simulation"
            + ("; lighter bands: statistical and systematic uncertainty in quadrature" if sums.bands else "")
        )
    beyond = [
        f"{100 * share:.2g} % of the {name}"
        for name, share in zip(("data", "simulation"), sums.outside, strict=True)
        if share > 0
    ]
    if beyond:
        said.append(f"{' and '.join(beyond)} outside the axis range")
    return "; ".join(said) + "."
