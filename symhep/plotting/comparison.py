"""Histograms of data and simulation, nominal and varied, and what they sum to in bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import islice
from typing import Any, TypeAlias

import hist
import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.events.subsample import subsampled
from symhep.methods.passes import Reducer, reduce_here
from symhep.plotting.filling import filled
from symhep.plotting.observables import MOST, axis_of, observables
from symhep.stats.variations import Rule, combined

__all__ = ["NOMINAL", "Shown", "Sums", "comparison_histograms", "summed"]

FloatArray = npt.NDArray[np.float64]
Histogram: TypeAlias = hist.Hist[Any]

#: What the events without any variation are called among the alternatives.
NOMINAL = "nominal"
#: Samples with a colour of their own; the smallest of more are drawn as one.
_COLOURED = 8


@dataclass(frozen=True)
class Shown:
    """What the histograms are of: all that a figure needs beside them.

    Attributes
    ----------
    data, simulation
        Names of the datasets.
    scale
        Factor on the simulation for each alternative; not 1 where it is scaled to the data.
    scaled_to
        'luminosity' (in 1/fb), 'data', or None: weights as they are.
    luminosity_fb
        In 1/fb.
    unit
        Of the weights: 'events', 'pb', ''.
    variations
        Name, rule, confidence, and names of the alternatives.
    title
        The region or selection, in words.
    blinded
        Are collision data hidden here?
    """

    data: tuple[str, ...]
    simulation: tuple[str, ...]
    scale: Mapping[str, float]
    scaled_to: str | None = None
    luminosity_fb: float | None = None
    unit: str = ""
    variations: tuple[tuple[str, Rule, float, tuple[str, ...]], ...] = ()
    title: str = ""
    blinded: bool = False

    def to_json(self) -> dict[str, Any]:
        """As control.json has it."""
        keys = ("name", "rule", "confidence", "alternatives")
        return asdict(self) | {"variations": [dict(zip(keys, v, strict=True)) for v in self.variations]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Shown:
        """From a mapping that holds what `to_json` gave.

        >>> shown = Shown(("data",), ("dy",), {}, variations=(("jes", "up_down", 0.6827, ("up",)),))
        >>> Shown.from_json(shown.to_json()) == shown
        True
        """
        variations = tuple(
            (v["name"], v["rule"], v["confidence"], tuple(v["alternatives"])) for v in stored["variations"]
        )
        own = {f.name: stored[f.name] for f in fields(cls)}
        names = {key: tuple(stored[key]) for key in ("data", "simulation")}
        return cls(**(own | names | {"variations": variations}))


def comparison_histograms(
    data: Dataset, collision: frozenset[str], reducer: Reducer = reduce_here
) -> tuple[dict[str, Histogram], dict[str, dict[str, float]]]:
    """Quantity -> weighted histogram over (dataset, alternative, value); and alternative -> dataset -> sum of weights.

    Alternatives are 'nominal' and 'VARIATION/ALTERNATIVE'. The axis suits the datasets ``collision`` and the others
    alike; what lies outside it is in the flow bins.

    >>> data = Dataset.from_array([[0.0], [1.0], [1.0]], columns=("x",))
    >>> found, sums = comparison_histograms(data, frozenset())
    >>> list(found["x"].axes[1]), float(found["x"]["data", "nominal", 1].value), sums
    (['nominal'], 2.0, {'nominal': {'data': 3.0}})
    """
    some = subsampled(data)
    varied = tuple(f"{v.name}/{a.name}" for v in data.variations for a in v.alternatives)
    measured = np.isin(some.labels, [i for i, name in enumerate(data.label_names) if name in collision])
    axes, entries = {}, {}
    for shown in islice(observables(some), MOST):
        weights, is_data = some.weights[shown.events], measured[shown.events]
        axes[shown.name] = axis_of(shown.label, [(shown.values[m], weights[m]) for m in (is_data, ~is_data)])
        entries[shown.name] = shown.entries
    sums = filled(some, axes, varied, reducer)
    names = [NOMINAL, *varied]
    found = {}
    for name, axis in axes.items():
        made = hist.Hist(
            hist.axis.StrCategory(data.label_names, name="dataset"),
            hist.axis.StrCategory(names, name="alternative"),
            axis, storage=hist.storage.Weight(), label=entries[name],
        )  # fmt: skip
        view = made.view(flow=True)
        for power, values in sums.bins[name].items():
            view[power][: values.shape[0], : values.shape[1]] = values
        found[name] = made
    totals = {
        name: dict(zip(data.label_names, column.tolist(), strict=True))
        for name, column in zip(names, sums.total.T, strict=True)
    }
    return found, totals


@dataclass(frozen=True, eq=False)
class Sums:
    """Data and simulation in bins, as a figure draws them.

    Attributes
    ----------
    edges
        (B + 1,).
    samples
        The simulated datasets, smallest first; of many the smallest as one.
    data
        Sum of the collision data; None: there are none, or they are hidden.
    total, statistical
        (B,) the whole simulation, and its uncertainty sqrt(sum w^2).
    bands
        (B,) down and up: statistical uncertainty and all variations in quadrature; None without variations.
    outside
        Shares of data and of simulation that lie beyond the axis.
    """

    edges: FloatArray
    samples: list[tuple[str, Histogram]]
    data: Histogram | None
    total: FloatArray
    statistical: FloatArray
    bands: tuple[FloatArray, FloatArray] | None
    outside: tuple[float, float]


def summed(histogram: Histogram, shown: Shown) -> Sums:
    """Each variation is combined bin by bin of the whole simulation, as `symhep.stats.variations` says."""
    factor = shown.scale.get(NOMINAL, 1.0)
    samples = [(name, histogram[name, NOMINAL, :] * factor) for name in shown.simulation]
    samples.sort(key=lambda s: float(s[1].sum(flow=True).value))
    # What has no event in a region would only take room in its legend.
    samples = [s for s in samples if s[1].values(flow=True).any()] or samples[:1]
    if len(samples) > _COLOURED:
        rest = samples[: len(samples) - _COLOURED + 1]
        samples = [(f"Other ({len(rest)} samples)", sum(h for _, h in rest)), *samples[len(rest) :]]
    data = sum(histogram[name, NOMINAL, :] for name in shown.data) if shown.data else None
    stacked = sum(h for _, h in samples) if samples else histogram[0, 0, :] * 0
    total, statistical = stacked.values(), np.sqrt(stacked.variances())
    varied = [_band(histogram, shown, total, *variation) for variation in shown.variations]
    bands = None
    if varied:
        down, up = (
            np.sqrt(statistical**2 + sum(side**2 for side in sides)) for sides in zip(*varied, strict=True)
        )
        bands = (down, up)
    outside = (_outside(data) if data is not None else 0.0, _outside(stacked))
    return Sums(stacked.axes[0].edges, samples, data, total, statistical, bands, outside)


def _band(
    histogram: Histogram, shown: Shown, total: FloatArray, name: str, rule: Rule, confidence: float,
    alternatives: Sequence[str],
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """What one variation does to the whole simulation, bin by bin: (down, up)."""
    keys = [f"{name}/{alternative}" for alternative in alternatives]
    values = [
        shown.scale.get(key, 1.0) * sum(histogram[sample, key, :].values() for sample in shown.simulation)
        for key in keys
    ]
    return combined(rule, total, values, confidence)


def _outside(histogram: Histogram) -> float:
    """The share that lies beyond the axis."""
    whole = float(histogram.sum(flow=True).value)
    return 1 - float(histogram.sum().value) / whole if whole else 0.0
