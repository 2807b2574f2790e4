"""What enters: events as rows of numbers on one scale, and the part of them that training never sees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.effective import FEWEST, effective_events, require_effective
from symhep.events.vectors import ActsOn, Vectors, vectors_of

__all__ = ["Events", "Rows", "Sample"]


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of events: ``x`` (n, D) float64 and signed ``weights`` (n,), on the device.

    ``unit`` (n,): the independent source event of each; None: each is its own.
    """

    x: Tensor
    weights: Tensor
    unit: npt.NDArray[np.int64] | None = None

    @property
    def effective(self) -> float:
        """Effective number of events, (sum w)^2 / sum w^2."""
        return effective_events(self.weights.cpu().numpy())

    @property
    def weighted(self) -> bool:
        """Do the weights differ from event to event?"""
        return bool((self.weights != self.weights[0]).any())

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Events:
    """N events of P vectors with d components, as rows of D = P d numbers.

    Attributes
    ----------
    train, held
        The events to train on, and those that training never sees.
    particles, vector
        P and d.
    names
        Of the D coordinates: ('E1', 'px1', ...) or the features' own.
    components
        Of a vector: ('E', 'px', 'py', 'pz') or the features' names.
    objects
        Names of the P vectors, () if unknown.
    unit
        Of the coordinates.
    scale
        Coordinates were divided by it: their root mean square is one.
    available
        Events that these were taken from; None: these.
    """

    train: Sample
    held: Sample
    particles: int
    vector: int
    names: tuple[str, ...]
    components: tuple[str, ...]
    objects: tuple[str, ...]
    unit: str
    scale: float
    available: int | None = None

    @property
    def momenta(self) -> bool:
        """Are the vectors four-momenta?"""
        return self.components == ("E", "px", "py", "pz")

    @property
    def size(self) -> int:
        """D."""
        return self.particles * self.vector

    @property
    def device(self) -> torch.device:
        """Where the numbers are."""
        return self.train.x.device

    def __len__(self) -> int:
        return len(self.train) + len(self.held)


@dataclass(frozen=True, eq=False)
class Rows:
    """All events as rows of numbers on one scale, before any are put aside.

    Attributes
    ----------
    table
        (N, D) numbers with weights and independent units, divided by ``scale``; columns are the coordinates.
    particles, vector, components, objects, unit, scale, available
        As of `Events`.
    """

    table: Dataset
    particles: int
    vector: int
    components: tuple[str, ...]
    objects: tuple[str, ...]
    unit: str
    scale: float
    available: int

    @classmethod
    def of(
        cls,
        data: Dataset,
        *,
        acts_on: ActsOn = "auto",
        vectors: int | None = None,
        held_out: float = 0.5,
        max_events: int | None = None,
    ) -> Rows:
        """Scaled events of ``data``, enough of them for both parts of a split.

        Raises `CardError` or `MethodError` as `vectors_of` does, and for too few events.

        >>> data = Dataset.from_array(3 * np.random.default_rng(1).normal(size=(100, 4)), scaling="isotropic")
        >>> rows = Rows.of(data, vectors=2)
        >>> events = rows.split(np.random.default_rng(2), held_out=0.25)
        >>> len(events.train), len(events.held), events.names
        (75, 25, ('x1', 'x2', 'x3', 'x4'))
        """
        taken = vectors_of(data, acts_on, vectors, max_events)
        count, particles, vector = taken.x.shape
        if not taken.x.std(axis=0).any():
            raise MethodError(f"in '{data.name}' all events are identical: nothing can be tested")
        x = taken.x.reshape(count, -1) / taken.scale
        table = Dataset.from_array(
            x, columns=_coordinates(data, taken), weights=taken.weights, scaling="none", name=data.name
        )
        table = replace(table, unit=data.unit[taken.rows])
        require_effective(table, FEWEST / min(held_out, 1 - held_out))
        return cls(
            table, particles, vector, taken.names, _objects(data, taken), taken.unit, taken.scale, len(data)
        )

    def split(self, rng: np.random.Generator, held_out: float = 0.5, device: str = "cpu") -> Events:
        """The events in two parts; ``rng`` draws the share ``held_out`` of the units that training never sees.

        Raises `MethodError` where the weights of a part do not sum to a positive number.
        """
        units = len(np.unique(self.table.unit))
        parts = self.table.split(1 - round(held_out * units) / units, rng)
        for part, use in zip(parts, ("to train on", "to test with"), strict=True):
            if not float(part.weights.sum()) > 0:
                raise MethodError(
                    f"the weights of the events of '{part.name}' {use} sum to {part.weights.sum():.3g}: "
                    "read more events, or use weights of one sign"
                )
        train, held = (
            Sample(
                torch.from_numpy(part.values).to(device), torch.from_numpy(part.weights).to(device), part.unit
            )
            for part in parts
        )
        names = tuple(column.name for column in self.table.columns)
        return Events(
            train,
            held,
            self.particles,
            self.vector,
            names,
            self.components,
            self.objects,
            self.unit,
            self.scale,
            self.available,
        )


def _coordinates(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    """Names of the D coordinates."""
    if taken.momenta:
        return tuple(f"{name}{p + 1}" for p in range(taken.x.shape[1]) for name in taken.names)
    return tuple(c.name for c in data.columns)


def _objects(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    return data.particles if len(data.particles) == taken.x.shape[1] else ()
