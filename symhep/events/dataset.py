"""What a method gets: a table of features with its scaling, weights and four-momenta."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from symhep.events.effective import effective_events

__all__ = ["Column", "Dataset", "Scaler", "Scaling"]

FloatArray = npt.NDArray[np.float64]
Scaling = Literal["standard", "isotropic", "none"]


@dataclass(frozen=True)
class Column:
    """A feature: ``name`` for scripts ('px(mu-)'), ``label`` for axes ('$p_x(\\mu^-)$'), ``unit``."""

    name: str
    unit: str = ""
    label: str = ""
    variable: str = ""  # 'px'
    particle: str = ""  # 'mu-'

    @property
    def axis_label(self) -> str:
        """Label with its unit in brackets, for an axis."""
        return f"{self.label or self.name}{f' [{self.unit}]' if self.unit else ''}"


@dataclass(frozen=True)
class Scaler:
    """Invertible scaling x -> (x - shift) / scale.

    'standard' gives every feature mean 0 and variance 1; 'isotropic' divides all
    features by one constant, so that rotations and boosts stay what they are;
    'none' leaves the numbers alone.
    """

    kind: Scaling
    shift: FloatArray  # (F,)
    scale: FloatArray  # (F,)

    @classmethod
    def fit(cls, values: FloatArray, kind: Scaling, weights: FloatArray | None = None) -> Scaler:
        """Determine shift and scale from ``values`` (N, F), with |weights| as frequencies.

        >>> x = np.array([[0.0, 10.0], [2.0, 30.0]])
        >>> Scaler.fit(x, "standard").apply(x).tolist()
        [[-1.0, -1.0], [1.0, 1.0]]
        """
        n_features = values.shape[1]
        w = np.ones(len(values)) if weights is None else np.abs(weights)
        if kind == "none" or len(values) == 0:
            return cls(kind, np.zeros(n_features), np.ones(n_features))
        if kind == "isotropic":
            rms = float(np.sqrt(np.average((values**2).mean(axis=1), weights=w)))
            return cls(kind, np.zeros(n_features), np.full(n_features, rms or 1.0))
        mean = np.average(values, axis=0, weights=w)
        spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=w))
        # A feature that never varies carries rounding noise only: it must not be blown up to variance 1.
        flat = spread <= 1e-9 * np.maximum(np.abs(mean), np.abs(values).max(axis=0, initial=0.0))
        return cls(kind, mean, np.where(flat | (spread == 0), 1.0, spread))

    def apply(self, values: FloatArray) -> FloatArray:
        """Scaled values, same shape."""
        return (values - self.shift) / self.scale

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Undo `apply`."""
        return scaled * self.scale + self.shift

    def to_json(self) -> dict[str, Any]:
        """As stored in the result."""
        return {"kind": self.kind, "shift": self.shift.tolist(), "scale": self.scale.tolist()}


@dataclass(frozen=True)
class Dataset:
    """N events as a method sees them.

    Attributes
    ----------
    name
        Name of the feature set in the card.
    values
        (N, F) features in their units.
    columns
        F descriptions.
    weights
        (N,) signed event weights.
    scaler
        The scaling the card asks for, fitted on these events.
    momenta
        (N, P, 4) four-momenta (E, px, py, pz) in GeV of the selected objects, or None.
    particles
        P names, e.g. ('mu-', 'mu+').
    labels, label_names
        (N,) index of the dataset an event came from, and the datasets' names.
    unit
        (N,) number of the independent source event each row comes from: copies and images of one event share it, and
        splits and random subsets keep them together. By default every row is an event of its own.
    """

    name: str
    values: FloatArray
    columns: tuple[Column, ...]
    weights: FloatArray
    scaler: Scaler
    momenta: FloatArray | None = None
    particles: tuple[str, ...] = ()
    labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    label_names: tuple[str, ...] = ()
    unit: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if len(self.unit) != len(self.values):
            if len(self.unit):
                raise ValueError(f"{len(self.values)} events but {len(self.unit)} units")
            object.__setattr__(self, "unit", np.arange(len(self.values), dtype=np.int64))

    @property
    def scaled(self) -> FloatArray:
        """(N, F) features after the card's scaling."""
        return self.scaler.apply(self.values)

    @property
    def weighted(self) -> bool:
        """Do the weights differ from event to event?"""
        return bool(len(self.weights)) and not np.allclose(self.weights, self.weights[0])

    @property
    def effective(self) -> float:
        """Effective number of events, (sum w)^2 / sum w^2."""
        return effective_events(self.weights)

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: npt.NDArray[np.int64]) -> Dataset:
        """Some of the events, with the scaling of all.

        >>> Dataset.from_array([[0.0], [1.0], [2.0]]).take(np.array([2, 0])).values[:, 0].tolist()
        [2.0, 0.0]
        """
        return replace(
            self,
            values=self.values[rows],
            weights=self.weights[rows],
            momenta=None if self.momenta is None else self.momenta[rows],
            labels=self.labels[rows] if len(self.labels) == len(self) else self.labels,
            unit=self.unit[rows],
        )

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Two parts, the first with ``fraction`` of the independent units; rows of a unit stay together, in order.

        >>> data = replace(Dataset.from_array([[0.0]] * 4), unit=np.array([0, 0, 1, 1]))
        >>> [np.unique(part.unit).size for part in data.split(0.5, np.random.default_rng(0))]
        [1, 1]
        """
        units = np.unique(self.unit)
        chosen = rng.permutation(units)[: round(fraction * len(units))]
        inside = np.isin(self.unit, chosen)
        return self.take(np.flatnonzero(inside)), self.take(np.flatnonzero(~inside))

    @classmethod
    def from_array(
        cls,
        values: npt.ArrayLike,
        *,
        columns: tuple[str, ...] | tuple[Column, ...] | None = None,
        weights: npt.ArrayLike | None = None,
        scaling: Scaling = "standard",
        name: str = "data",
    ) -> Dataset:
        """A dataset from a bare (N, F) table, for notebooks and tests.

        >>> Dataset.from_array([[0.0, 1.0], [2.0, 3.0]], columns=("a", "b")).scaled[:, 0].tolist()
        [-1.0, 1.0]
        """
        x = np.asarray(values, dtype=np.float64)
        if x.ndim != 2:
            raise ValueError(f"features need shape (N, F), got {x.shape}")
        names = columns or tuple(f"x{i + 1}" for i in range(x.shape[1]))
        described = tuple(c if isinstance(c, Column) else Column(c, label=c) for c in names)
        if len(described) != x.shape[1]:
            raise ValueError(f"{x.shape[1]} features but {len(described)} column names")
        w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
        if w.shape != (len(x),):
            raise ValueError(f"{len(x)} events but weights of shape {w.shape}")
        return cls(
            name,
            x,
            described,
            w,
            Scaler.fit(x, scaling, w),
            labels=np.zeros(len(x), dtype=np.int64),
            label_names=(name,),
        )
