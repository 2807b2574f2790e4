"""What comes along with events: spectators, weights, the samples they are from, source events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.arrays.features import column, column_names, features_of, integers_of_events, numbers_of_events
from symhep.errors import CardError, InputError, nearest
from symhep.events.dataset import Column, Dataset, Scaling

__all__ = ["math_text", "with_samples", "with_spectators"]


def with_spectators(data: Dataset, x: Any, spectators: Any) -> Dataset:
    if spectators is None:
        return data
    if isinstance(spectators, str):
        raise CardError("spectators: give a list of names", hint=f"spectators=[{spectators!r}]")
    if isinstance(spectators, list | tuple) and all(isinstance(s, str) for s in spectators):
        there = column_names(x) if data.momenta is None else ()
        for name in spectators:
            if name not in there:
                raise CardError(f"spectators: there is no column '{name}'", hint=nearest(name, there))
        spectators = {name: column(x, name) for name in spectators}
    if isinstance(spectators, Mapping):
        values = [numbers_of_events(v, f"spectators: '{k}'", len(data)) for k, v in spectators.items()]
        table, names = np.stack(values, axis=1), tuple(map(str, spectators))
    else:
        found = features_of(spectators)
        table, names = (
            found.values,
            found.names
            if column_names(spectators)
            else tuple(f"s{i + 1}" for i in range(found.values.shape[1])),
        )
        if len(table) != len(data):
            raise CardError(f"spectators: {len(table)} rows for {len(data)} events")
    return replace(
        data, spectators=table, spectator_columns=tuple(Column(n, label=math_text(n)) for n in names)
    )


def with_samples(data: Dataset, x: Any, weights: Any, labels: Any, unit: Any, scaling: Scaling) -> Dataset:
    """With weights, samples and source events; the scaling is fitted with them."""
    count = len(data)
    if isinstance(weights, str):
        if (there := column_names(x)) and data.momenta is None and weights in there:
            weights = column(x, weights)
        else:
            raise CardError(f"weights: there is no column '{weights}'", hint=nearest(weights, there))
    w = data.weights if weights is None else numbers_of_events(weights, "weights", count)
    if not w.any():
        raise CardError("weights: all weights are 0")
    codes, names = (data.labels, data.label_names) if labels is None else _samples(labels, count)
    source = data.unit if unit is None else integers_of_events(unit, "unit", count)
    return replace(data, weights=w, labels=codes, label_names=names, unit=source).rescaled(scaling)


def _samples(labels: Any, count: int) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """(N,) number of the sample of each event, and the names of the samples."""
    if isinstance(labels, Mapping):
        codes = np.full(count, -1, dtype=np.int64)
        for number, (name, rows) in enumerate(labels.items()):
            try:
                chosen = np.arange(count)[rows if isinstance(rows, slice) else np.asarray(rows)]
                if (codes[chosen] >= 0).any():
                    raise CardError(f"labels: rows of '{name}' also belong to another sample")
                codes[chosen] = number
            except IndexError as error:
                raise CardError(f"labels: '{name}' has row numbers outside the {count} events") from error
        if (codes < 0).any():
            raise InputError("labels: some events belong to no sample", event=int((codes < 0).argmax()))
        return codes, tuple(map(str, labels))
    found = np.asarray(labels)
    if found.shape != (count,):
        raise CardError(
            f"labels: shape {found.shape} for {count} events", hint="give one label for each event"
        )
    known, codes = np.unique(found, return_inverse=True)
    return codes.astype(np.int64), tuple(map(str, known.tolist()))


def math_text(name: str) -> str:
    """A name as a label that mathtext takes for text."""
    return name.replace("$", r"\$") if name.count("$") % 2 else name
