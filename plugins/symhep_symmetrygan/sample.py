"""Events on the device: one row of numbers each, scaled by one constant, split into two parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.vectors import ActsOn, Vectors, vectors_of

__all__ = ["Events", "Sample", "prepare"]

#: Fewer effective events than this in either part tell nothing about a density.
FEWEST = 20.0


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of events: ``x`` (n, D) float64 and signed ``weights`` (n,), on the device."""

    x: Tensor
    weights: Tensor

    @property
    def effective(self) -> float:
        """(sum w)^2 / sum w^2: as many unweighted events have the same relative error."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

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


def prepare(
    data: Dataset,
    rng: np.random.Generator,
    *,
    acts_on: ActsOn = "auto",
    vectors: int | None = None,
    held_out: float = 0.5,
    max_events: int | None = None,
    device: str = "cpu",
) -> Events:
    """Scaled events of ``data``; ``rng`` draws the share ``held_out`` that training never sees.

    Raises `CardError` or `MethodError` as `vectors_of` does, and for parts with too few events.

    >>> rng = np.random.default_rng(1)
    >>> data = Dataset.from_array(3 * rng.normal(size=(100, 4)), scaling="isotropic")
    >>> events = prepare(data, rng, vectors=2, held_out=0.25)
    >>> len(events.train), len(events.held), events.names
    (75, 25, ('x1', 'x2', 'x3', 'x4'))
    """
    taken = vectors_of(data, acts_on, vectors, max_events)
    count, particles, d = taken.x.shape
    order = rng.permutation(count)
    split = count - round(held_out * count)
    if not taken.x.std(axis=0).any():
        raise MethodError(f"in '{data.name}' all events are the same: they describe no density")
    x = torch.from_numpy(taken.x.reshape(count, -1) / taken.scale).to(device)
    weights = torch.from_numpy(taken.weights).to(device)
    parts = [Sample(x[rows], weights[rows]) for rows in (np.sort(order[:split]), np.sort(order[split:]))]
    for part, use in zip(parts, ("train on", "test with"), strict=True):
        if not len(part) or float(part.weights.sum()) <= 0 or part.effective < FEWEST:
            raise MethodError(
                f"'{data.name}' leaves too little to {use}: {len(part)} of {count} events"
                f"{' with these weights' if part.weights.unique().numel() > 1 else ''}; "
                f"at least {FEWEST:g} effective events are needed"
            )
    return Events(
        *parts,
        particles,
        d,
        _coordinates(data, taken),
        taken.names,
        _objects(data, taken),
        taken.unit,
        taken.scale,
    )


def _coordinates(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    """Names of the D coordinates."""
    if taken.momenta:
        return tuple(f"{name}{p + 1}" for p in range(taken.x.shape[1]) for name in taken.names)
    return tuple(c.name for c in data.columns)


def _objects(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    return data.particles if len(data.particles) == taken.x.shape[1] else ()
