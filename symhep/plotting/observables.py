"""The quantities of a dataset that control plots show, and bins for them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import hist
import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset

__all__ = ["MOST", "Observable", "axis_of", "observables"]

FloatArray = npt.NDArray[np.float64]

#: More panels than this are no figure any more.
MOST = 16
#: So many bins at the least and at most, of quantities that are not whole numbers.
_FEWEST, _MANY = 10, 40
#: What may lie outside the range of the axis on each side, of data and of simulation.
_TAIL = 0.005
#: Whole numbers up to so many apart have a bin each.
_COUNTS = 40


@dataclass(frozen=True, eq=False)
class Observable:
    """A quantity of the events.

    Attributes
    ----------
    name, label
        'px(mu-)', and as an axis has it, with its unit.
    values
        (E,) entries: one of each event, or one of each member of an object whose number differs from event to event.
    events
        (E,) the event that each belongs to.
    entries
        What is counted: 'Events', or the name of the object.
    """

    name: str
    label: str
    values: FloatArray
    events: npt.NDArray[np.int64]
    entries: str = "Events"


def observables(data: Dataset) -> Iterator[Observable]:
    """Features, numbers of members, and spectators; the members of a set are pooled.

    A spectator that counts the members of a set stands for their number: it knows those, too, that were not taken.

    >>> [o.name for o in observables(Dataset.from_array([[0.0, 1.0]], columns=("x", "y")))]
    ['x', 'y']
    """
    every = np.arange(len(data))
    pooled: set[tuple[str, str]] = set()
    for number, column in enumerate(data.columns):
        owner = data.objects[column.slot] if column.slot is not None and data.objects else ""
        if owner not in data.sets:
            yield Observable(column.name, column.axis_label, data.values[:, number], every)
        elif (owner, column.variable) not in pooled and data.mask is not None:
            pooled.add((owner, column.variable))
            same = [
                i
                for i, c in enumerate(data.columns)
                if c.slot is not None and data.objects[c.slot] == owner and c.variable == column.variable
            ]
            there = data.mask[:, [data.columns[i].slot or 0 for i in same]]
            unit = f" [{column.unit}]" if column.unit else ""
            head = column.label.partition("(")[0].strip("$")
            label = rf"${head}$ of {owner}{unit}"
            if there.any():
                name = f"{column.variable} of {owner}"
                yield Observable(
                    name, label, data.values[:, same][there], np.nonzero(there)[0], owner.capitalize()
                )
    counted = {column.name for column in data.spectator_columns}
    for owner in sorted(data.sets):
        if data.mask is not None and f"count({owner})" not in counted:
            places = [i for i, name in enumerate(data.objects) if name == owner]
            counts = data.mask[:, places].sum(axis=1).astype(np.float64)
            most = f", at most {len(places)} taken" if counts.max(initial=0) == len(places) else ""
            yield Observable(f"number of {owner}", f"Number of {owner}{most}", counts, every)
    for number, column in enumerate(data.spectator_columns):
        yield Observable(column.name, column.axis_label, data.spectators[:, number], every)


def axis_of(label: str, groups: Sequence[tuple[FloatArray, FloatArray]]) -> hist.axis.Regular:
    """An axis with edges at round numbers on which all of the ``groups`` (values, weights) can be seen.

    It leaves out no more than 0.5 % of each on either side; those go into the flow bins. Whole numbers have a bin each,
    angles from -pi to pi the whole circle, and other quantities about 2 N^(1/3) bins, N entries of the smallest group
    (10 to 40).

    >>> values = np.linspace(0.1, 9.9, 1000)
    >>> axis_of("x", [(values, np.ones(1000))]).edges[[0, 1, -1]].tolist()
    [0.0, 0.5, 10.0]
    >>> axis_of("n", [(np.array([0.0, 3.0, 3.0]), np.ones(3))]).edges.tolist()
    [-0.5, 0.5, 1.5, 2.5, 3.5]
    """
    full = [(values, np.abs(weights)) for values, weights in groups if len(values) and weights.any()]
    if not full:
        return _regular(1, 0.0, 1.0, label)
    ends = np.array([_quantiles(values, weights) for values, weights in full])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    everything = [values for values, _ in full]
    if high - low < _COUNTS and all((values == np.rint(values)).all() for values in everything):
        return _regular(round(high - low) + 1, low - 0.5, high + 0.5, label)
    if not high > low:
        return _regular(1, low - 0.5, low + 0.5, label)
    many = min(max(2 * min(map(len, everything)) ** (1 / 3), _FEWEST), _MANY)
    outermost = max(float(np.abs(values).max()) for values in everything)
    if label.endswith("[rad]") and low < -0.9 * math.pi and 0.9 * math.pi < high and outermost <= math.pi:
        return _regular(4 * max(round(many / 4), 1), -math.pi, math.pi, label)
    step = _rounded((high - low) / many)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return _regular(last - first, first * step, last * step, label)


def _regular(bins: int, low: float, high: float, label: str) -> hist.axis.Regular:
    return hist.axis.Regular(bins, low, high, name="x", label=label)


def _quantiles(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Values below and above which lies less than `_TAIL` of the weight."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    first, last = np.searchsorted(below, np.array([_TAIL, 1 - _TAIL]) * below[-1])
    return float(values[order[first]]), float(values[order[min(last, len(order) - 1)]])


def _rounded(step: float) -> float:
    """The nearest of 1, 2, 2.5, 5, 10 times a power of ten, by ratio.

    >>> _rounded(0.3), _rounded(13.6), _rounded(21.0)
    (0.25, 10.0, 20.0)
    """
    power = 10.0 ** math.floor(math.log10(step))
    return float(min((f * power for f in (1, 2, 2.5, 5, 10)), key=lambda f: abs(math.log(f / step))))
