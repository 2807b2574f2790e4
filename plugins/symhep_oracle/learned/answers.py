"""What a learned oracle is asked to predict: the class or the value of every event, with weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError, nearest
from symhep.events.dataset import Dataset
from symhep_oracle.learned.options import LearnedOracleOptions

__all__ = ["Answers", "inputs", "without_target"]

FloatArray = npt.NDArray[np.float64]

#: A class with fewer events cannot be learned, nor the quality measured.
MIN_EVENTS = 20
MAX_CLASSES = 100


@dataclass(frozen=True)
class Answers:
    """The truth of N events.

    Attributes
    ----------
    values
        (N,) class numbers 0, 1, ..., or the values to regress on, shifted and scaled to mean 0 and variance 1.
    weights
        (N,) signed weights with mean 1. Classes have the same sum of weights: prior odds would only
        shift the logits by a constant.
    names
        Names of the classes; empty for a regression.
    """

    values: FloatArray
    weights: FloatArray
    names: tuple[str, ...]

    @classmethod
    def of(cls, data: Dataset, options: LearnedOracleOptions) -> Answers:
        """Raises `MethodError` where there is nothing to learn."""
        if not np.isfinite(data.weights).all():
            raise MethodError(f"'{data.name}' has event weights that are NaN or infinite")
        if options.task == "regressor":
            return _regression(data, _column(data, str(options.target)))
        if options.target is None:
            return _classes(data, data.labels, data.label_names)
        numbers = data.values[:, _column(data, options.target)]
        found, classes = np.unique(numbers, return_inverse=True)
        if len(found) > MAX_CLASSES:
            raise MethodError(
                f"'{options.target}' has {len(found)} different values, too many for a classifier; use "
                f"task: regressor"
            )
        return _classes(data, classes, tuple(f"{options.target} {value:g}" for value in found))

    @property
    def outputs(self) -> int:
        """Numbers that a network predicts: one for two classes and for a value, else one per class."""
        return len(self.names) if len(self.names) > 2 else 1

    def at(self, rows: npt.NDArray[np.int64]) -> Answers:
        """Those of the events ``rows``."""
        return replace(self, values=self.values[rows], weights=self.weights[rows])


def inputs(data: Dataset, options: LearnedOracleOptions) -> list[int]:
    """Numbers of the features that are no answer.

    Raises `MethodError` if the target is not a feature.
    """
    hidden = -1 if options.target is None else _column(data, options.target)
    return [i for i in range(len(data.columns)) if i != hidden]


def without_target(data: Dataset, options: LearnedOracleOptions) -> Dataset:
    """``data`` without the column of the answers. Raises `MethodError` if nothing else is there."""
    if options.target is None:
        return data
    kept = inputs(data, options)
    if not kept and data.momenta is None:
        raise MethodError(f"'{data.name}' has no feature other than the target '{options.target}'")
    scaler = replace(data.scaler, shift=data.scaler.shift[kept], scale=data.scaler.scale[kept])
    columns = tuple(data.columns[i] for i in kept)
    return replace(data, values=data.values[:, kept], columns=columns, scaler=scaler)


def _column(data: Dataset, name: str) -> int:
    names = [column.name for column in data.columns]
    if name not in names:
        raise MethodError(f"target '{name}' is not a feature of '{data.name}'; {nearest(name, names)}")
    return names.index(name)


def _classes(data: Dataset, classes: npt.NDArray[np.int64], names: tuple[str, ...]) -> Answers:
    if len(names) < 2:
        raise MethodError(
            "a classifier needs at least two datasets, or a target with two values; "
            f"'{data.name}' has {', '.join(names) or 'none'}"
        )
    weights = np.array(data.weights, dtype=np.float64)
    for number, name in enumerate(names):
        inside = classes == number
        total = float(weights[inside].sum())
        if inside.sum() < MIN_EVENTS or total <= 0:
            raise MethodError(
                f"'{name}' has {inside.sum()} events with weights that sum to {total:.4g}: "
                f"at least {MIN_EVENTS} events and a positive sum are needed"
            )
        weights[inside] *= len(weights) / (len(names) * total)
    return Answers(classes.astype(np.float64), weights, names)


def _regression(data: Dataset, column: int) -> Answers:
    values, total = data.values[:, column], float(data.weights.sum())
    if len(values) < MIN_EVENTS or total <= 0:
        raise MethodError(
            f"{len(values)} events with weights that sum to {total:.4g} are too few for a regression"
        )
    weights = data.weights * (len(values) / total)
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    if not variance > 0:
        raise MethodError(f"the target '{data.columns[column].name}' does not vary")
    return Answers((values - mean) / np.sqrt(variance), weights, ())
