"""Control plots: the features as they enter a method, weighted, one histogram per dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import hist
import mplhep
import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.methods.interface import NamedFigure
from symhep.plotting.panel import panel

__all__ = ["PREFIX", "control_figure", "control_histograms"]

#: Keys of control histograms in a result start with this.
PREFIX = "control: "
BINS = 40
#: More panels than this are no figure any more.
_MOST = 16


def control_histograms(data: Dataset) -> dict[str, hist.Hist[Any]]:
    """Feature -> weighted histogram over (dataset, value); the outermost 0.5 % on each side are in the flow bins.

    The members of an object whose number differs from event to event are an entry each, and so is their number.

    >>> data = Dataset.from_array([[0.0], [1.0], [1.0]], columns=("x",))
    >>> float(control_histograms(data)["control: x"].sum(flow=True).value)
    3.0
    """
    names = list(data.label_names) or [data.name]
    labels = data.labels if len(data.labels) == len(data) else np.zeros(len(data), dtype=np.int64)
    found: dict[str, hist.Hist[Any]] = {}
    for shown in islice(_shown(data), _MOST):
        low, high = np.quantile(shown.values, [0.005, 0.995])
        if not high > low:
            low, high = low - 0.5, high + 0.5
        axis = hist.axis.Regular(
            BINS, float(low), float(np.nextafter(high, np.inf)), name="x", label=shown.label
        )
        made = hist.Hist(hist.axis.StrCategory(names, name="dataset"), axis, storage=hist.storage.Weight())
        made.fill(np.array(names)[labels[shown.events]], shown.values, weight=data.weights[shown.events])
        found[f"{PREFIX}{shown.name}"] = made
    return found


@dataclass(frozen=True, eq=False)
class _Shown:
    """Values of one panel, and the event that each belongs to."""

    name: str
    label: str
    values: npt.NDArray[np.float64]
    events: npt.NDArray[np.int64]


def _shown(data: Dataset) -> Iterator[_Shown]:
    every = np.arange(len(data))
    pooled: set[tuple[str, str]] = set()
    for number, column in enumerate(data.columns):
        owner = data.objects[column.slot] if column.slot is not None and data.objects else ""
        if owner not in data.sets:
            yield _Shown(column.name, column.axis_label, data.values[:, number], every)
        elif (owner, column.variable) not in pooled and data.mask is not None:
            pooled.add((owner, column.variable))
            same = [
                i
                for i, c in enumerate(data.columns)
                if c.slot is not None and data.objects[c.slot] == owner and c.variable == column.variable
            ]
            there = data.mask[:, [data.columns[i].slot or 0 for i in same]]
            unit = f" [{column.unit}]" if column.unit else ""
            head = column.label.partition("(")[0].lstrip("$")
            label = rf"${head}$ of {owner}{unit}"
            if there.any():
                yield _Shown(
                    f"{column.variable} of {owner}", label, data.values[:, same][there], np.nonzero(there)[0]
                )
    for owner in sorted(data.sets):
        if data.mask is not None:
            places = [i for i, name in enumerate(data.objects) if name == owner]
            counts = data.mask[:, places].sum(axis=1).astype(np.float64)
            yield _Shown(f"number of {owner}", f"Number of {owner}", counts, every)
    for number, column in enumerate(data.spectator_columns):
        yield _Shown(column.name, column.axis_label, data.spectators[:, number], every)


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
    for ax in axes.flat[len(panels) :]:
        ax.remove()
    for row in axes:
        row[0].set_ylabel("Sum of weights")
    if len(panels[0].axes[0]) > 1:
        axes.flat[0].legend()
    return NamedFigure(
        "features",
        figure,
        f"The features as they enter the method, in {BINS} bins between their 0.5 % and 99.5 % quantiles; "
        f"weighted, with statistical errors.{f' At most {_MOST} are drawn.' if len(panels) == _MOST else ''}",
    )
