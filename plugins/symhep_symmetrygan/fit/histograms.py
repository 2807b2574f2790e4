"""Histograms of events before and after elements in two coordinates: what figures 9i, 10 and 12 show."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.sample import Events

__all__ = ["planes"]

FloatArray = npt.NDArray[np.float64]

#: Planes that are kept, bins of their axes, and the share of the events beyond these.
PLANES, BINS, BEYOND = 4, 60, 0.002


def planes(
    events: Events, x: FloatArray, weights: FloatArray, moved: Mapping[str, FloatArray]
) -> dict[str, hist.Hist[Any]]:
    """'plane: A, B' of rows x (N, D) and of named images (N, D) of them, on scaled coordinates.

    Values are in the units of the data.

    >>> from symhep.events.dataset import Dataset
    >>> from symhep_symmetrygan.sample import Rows
    >>> rng = np.random.default_rng(1)
    >>> events = Rows.of(Dataset.from_array(rng.normal(size=(200, 2)), scaling="isotropic")).split(rng)
    >>> x = events.held.x.numpy()
    >>> made = planes(events, x, np.ones(len(x)), {"kept": -x})
    >>> list(made), list(made["plane: x1, x2"].axes[0])
    (['plane: x1, x2'], ['events', 'kept'])
    """
    samples = {"events": (x, weights)} | {name: (y, weights) for name, y in moved.items()}
    return {
        f"plane: {events.names[i]}, {events.names[j]}": _plane(events, i, j, samples)
        for i, j in _planes(events)
    }


def _planes(events: Events) -> list[tuple[int, int]]:
    """(px, py) of each vector, else coordinates that stand side by side in a vector."""
    places = {name: i for i, name in enumerate(events.names)}
    found = [
        (i, places[f"py{name[2:]}"])
        for name, i in places.items()
        if name[:2] == "px" and f"py{name[2:]}" in places
    ]
    d = events.vector
    found = found or [pair for p in range(events.particles) for pair in pairwise(range(p * d, (p + 1) * d))]
    return found[:PLANES]


def _plane(
    events: Events, i: int, j: int, samples: Mapping[str, tuple[FloatArray, FloatArray]]
) -> hist.Hist[Any]:
    before = samples["events"][0][:, [i, j]] * events.scale
    axes = []
    for number, low, high in zip((i, j), *np.quantile(before, [BEYOND, 1 - BEYOND], axis=0), strict=True):
        margin = 0.15 * (high - low) or 0.5
        axes.append(
            hist.axis.Regular(
                BINS, low - margin, high + margin, name=f"x{number}", label=events.names[number]
            )
        )
    which = hist.axis.StrCategory(list(samples), name="which")
    made: hist.Hist[Any] = hist.Hist(which, *axes, storage=hist.storage.Weight())
    for name, (x, weights) in samples.items():
        values = x[:, [i, j]] * events.scale
        made.fill(name, values[:, 0], values[:, 1], weight=weights)
    return made
