"""Control plots: the features as they enter a method, weighted, one histogram per dataset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

import hist
import mplhep
import numpy as np

from symhep.events.dataset import Dataset
from symhep.events.subsample import subsampled
from symhep.methods.interface import NamedFigure
from symhep.methods.passes import Reducer, reduce_here
from symhep.plotting.filling import filled
from symhep.plotting.observables import MOST, axis_of, observables
from symhep.plotting.panel import panel
from symhep.plotting.style import GREY

__all__ = ["PREFIX", "control_figure", "control_histograms"]

#: Keys of control histograms in a result start with this.
PREFIX = "control: "


def control_histograms(data: Dataset, reducer: Reducer = reduce_here) -> dict[str, hist.Hist[Any]]:
    """Feature -> weighted histogram over (dataset, value); what lies outside the axis is in the flow bins.

    The members of an object whose number differs from event to event are an entry each, and so is their number.

    >>> data = Dataset.from_array([[0.0], [1.0], [1.0]], columns=("x",))
    >>> float(control_histograms(data)["control: x"].sum(flow=True).value)
    3.0
    """
    some = subsampled(data)
    axes = {
        shown.name: axis_of(shown.label, [(shown.values, some.weights[shown.events])])
        for shown in islice(observables(some), MOST)
    }
    sums = filled(some, axes, reducer=reducer).bins
    names = list(data.label_names) or [data.name]
    found: dict[str, hist.Hist[Any]] = {}
    for name, axis in axes.items():
        made = hist.Hist(hist.axis.StrCategory(names, name="dataset"), axis, storage=hist.storage.Weight())
        view = made.view(flow=True)
        for power, values in sums[name].items():
            view[power][: len(names)] = values[:, 0]
        found[f"{PREFIX}{name}"] = made
    return found


def _say_what_lies_outside(ax: Any, histogram: hist.Hist[Any]) -> None:
    """The share beyond the axis on the side where it lies, if it is not rounding."""
    along = histogram.project(1)
    values = np.abs(along.values(flow=True))
    for share, x, side in ((values[0], 0.03, "left"), (values[-1], 0.97, "right")):
        if share > 1e-4 * values.sum():
            ax.text(
                x, 0.96, f"{100 * share / values.sum():.1g} % beyond", ha=side, va="top", fontsize=7.5, color=GREY,
                transform=ax.transAxes,
            )  # fmt: skip


def control_figure(histograms: Mapping[str, hist.Hist[Any]]) -> NamedFigure | None:
    """A panel per feature with errors sqrt(sum w^2); None if there are no control histograms."""
    panels = [h for name, h in histograms.items() if name.startswith(PREFIX)]
    if not panels:
        return None
    columns = min(3, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure, axes = panel(rows, columns, figsize=(3.4 * columns, 2.7 * rows), squeeze=False)
    for ax, histogram in zip(axes.flat, panels, strict=False):
        for name in histogram.axes[0]:
            mplhep.histplot(histogram[name, :], ax=ax, label=name, histtype="step", yerr=True, flow="none")
        ax.set(xlabel=histogram.axes[1].label, ylabel="")
        ax.ticklabel_format(axis="y", scilimits=(-3, 4))
        _say_what_lies_outside(ax, histogram)
    for ax in axes.flat[len(panels) :]:
        ax.remove()
    for row in axes:
        row[0].set_ylabel("Sum of weights")
    if len(panels[0].axes[0]) > 1:
        axes.flat[0].legend()
    return NamedFigure(
        "features",
        figure,
        f"Features as used by the method, between their 0.5 % and 99.5 % quantiles; weighted, with statistical "
        f"errors.{f' Only the first {MOST} are drawn.' if len(panels) == MOST else ''}",
    )
