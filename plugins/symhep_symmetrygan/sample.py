"""What enters: events as rows of numbers on one scale, and the held-out part of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Column, Dataset
from symhep.events.effective import FEWEST, effective_events, require_effective
from symhep.events.stream import EventStream
from symhep.events.subsample import subsample, subsampled
from symhep.events.varied_stream import planned_of
from symhep.events.vectors import ActsOn, Vectors, vectors_of
from symhep_symmetrygan.members import Members, canonical_order

__all__ = ["Events", "Rows", "Sample", "standard"]


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of events: ``x`` (n, D) float64 and signed ``weights`` (n,), on the device.

    Attributes
    ----------
    x, weights
        What transformations act on, and how much each event counts.
    unit
        (n,): the independent source event of each; None: each is its own.
    beside
        (n, S) numbers that no transformation changes, and that every comparison sees: spectators; of `members` their
        masks and tags too. None: there are none.
    members
        How x falls into members whose number differs from event to event; None: x is one row of D numbers.
    """

    x: Tensor
    weights: Tensor
    unit: npt.NDArray[np.int64] | None = None
    beside: Tensor | None = None
    members: Members | None = None

    @property
    def rows(self) -> Tensor:
        """(n, D + S) all that is known of the events: what a transformation changes, then what it does not."""
        return self.x if self.beside is None else torch.cat([self.x, self.beside], 1)

    @property
    def width(self) -> int:
        """D + S."""
        return self.x.shape[1] + (0 if self.beside is None else self.beside.shape[1])

    def every(self, step: int) -> Sample:
        """Every ``step``-th event."""
        beside = None if self.beside is None else self.beside[::step]
        unit = None if self.unit is None else self.unit[::step]
        return Sample(self.x[::step], self.weights[::step], unit, beside, self.members)

    @cached_property
    def index(self) -> npt.NDArray[np.int64]:
        """(n,) number of the independent unit of each event, 0 .. `units` - 1."""
        if self.unit is None:
            return np.arange(len(self))
        return np.asarray(np.unique(self.unit, return_inverse=True)[1])

    @property
    def units(self) -> int:
        """Independent units: events read twice are one."""
        return int(self.index.max(initial=-1)) + 1

    def by_unit(self, rows: Tensor) -> Tensor:
        """(units, ..) sums of ``rows`` (n, ..) over the events of each unit."""
        if self.units == len(self):
            return rows
        total = torch.zeros(self.units, *rows.shape[1:], dtype=rows.dtype, device=rows.device)
        return total.index_add_(0, torch.from_numpy(self.index).to(rows.device), rows)

    @cached_property
    def unit_weights(self) -> npt.NDArray[np.float64]:
        """(units,) sums of the weights."""
        return np.asarray(self.by_unit(self.weights.double()).cpu().numpy())

    @property
    def effective(self) -> float:
        """Effective number of independent units, (sum W)^2 / sum W^2."""
        return effective_events(self.unit_weights)

    @property
    def repeated(self) -> float:
        """What copies do to variances: sum of W^2 over units, over that of w^2 over events; 1 without copies."""
        return float((self.unit_weights**2).sum() / (self.weights.double() ** 2).sum())

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
        The events to train on, and the held-out events.
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
    spectators
        Names of the numbers of events that every comparison sees and no transformation changes.
    tags
        Names of such numbers of each vector.
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
    spectators: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def members(self) -> Members | None:
        """How rows fall into members of sets, or into vectors of several kinds; None: all numbers are always there."""
        return self.train.members

    @property
    def each(self) -> Events:
        """With ``members``: the same events, described as the one vector that transformations act on."""
        if self.members is None:
            return self
        return replace(self, particles=1, names=self.components, objects=())

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
    tag_units, spectator_units
        (2, L) and (2, S) means and spreads that tags and spectators were shifted and divided by.
    left_out
        Units of events that were not taken.
    stream
        All events, of which these are a uniform subsample; None: these are all that are looked at.
    planned
        Names of variations and alternatives that its blocks hold.
    """

    table: Dataset
    particles: int
    vector: int
    components: tuple[str, ...]
    objects: tuple[str, ...]
    unit: str
    scale: float
    available: int
    spectators: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    members: Members | None = None
    tag_units: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0)))
    spectator_units: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0)))
    left_out: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    stream: EventStream | None = None
    planned: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(
        cls,
        data: Dataset,
        *,
        acts_on: ActsOn = "auto",
        vectors: int | None = None,
        held_out: float = 0.5,
        max_events: int | None = None,
        like: Rows | None = None,
    ) -> Rows:
        """Scaled events of ``data``, enough of them for both parts of a split; in the units of ``like``, if given.

        Raises `CardError` or `MethodError` as `vectors_of` does, and for too few events.

        >>> data = Dataset.from_array(3 * np.random.default_rng(1).normal(size=(100, 4)), scaling="isotropic")
        >>> rows = Rows.of(data, vectors=2)
        >>> events = rows.split(np.random.default_rng(2), held_out=0.25)
        >>> len(events.train), len(events.held), events.names
        (75, 25, ('x1', 'x2', 'x3', 'x4'))
        """
        data = data if max_events is not None else subsampled(data)
        found = cls.some(data, acts_on, vectors, max_events, like)
        require_effective(found.table, FEWEST / min(held_out, 1 - held_out))
        return found

    @classmethod
    def some(
        cls,
        data: Dataset,
        acts_on: ActsOn = "auto",
        vectors: int | None = None,
        max_events: int | None = None,
        like: Rows | None = None,
    ) -> Rows:
        """`of`, of events that may be too few for a split, such as those of a block."""
        taken = vectors_of(data, acts_on, vectors, max_events)
        count, particles, vector = taken.x.shape
        scale = taken.scale if like is None else like.scale
        tag_units = units_of(taken.tags, taken.weights, taken.members) if like is None else like.tag_units
        own = units_of(taken.spectators, taken.weights) if like is None else like.spectator_units
        scaled, tags = taken.x / scale, standard(taken.tags, taken.weights, taken.members, tag_units)
        names = tuple(column.name for column in data.spectator_columns)
        static, members = standard(taken.spectators, taken.weights, units=own), None
        if taken.mask is not None or not taken.present.all():
            order = canonical_order(taken, tags)[:, :, None]
            # 0.0: no sign of what stood in an empty place
            scaled, tags = (np.take_along_axis(part, order, 1) + 0.0 for part in (scaled, tags))
            taken = replace(taken, mask=np.take_along_axis(taken.members, order[:, :, 0], 1))
            members = Members.of(taken, scaled)
            static = members.static(taken, tags, static)
        elif tags.shape[2]:
            static = np.concatenate([tags.reshape(count, -1), static], 1)
        table = Dataset.from_array(
            scaled.reshape(count, -1), columns=_coordinates(data, taken), weights=taken.weights, scaling="none",
            name=data.name,
        )  # fmt: skip
        table = replace(
            table, unit=data.unit[taken.rows], spectators=static,
            block=data.block[taken.rows] if len(data.block) else data.block,
            spectator_columns=tuple(Column(str(k)) for k in range(static.shape[1])),
        )  # fmt: skip
        return cls(
            table, particles, vector, taken.names, _objects(data, taken), taken.unit, scale, data.events,
            names, data.tag_names if tags.shape[2] else (), members, tag_units, own,
            np.setdiff1d(data.unit, data.unit[taken.rows]), data.stream if max_events is None else None,
            planned_of(data),
        )  # fmt: skip

    def parts(
        self, rng: np.random.Generator, held_out: float = 0.5, train_events: int | None = None
    ) -> tuple[Dataset, Dataset]:
        """Rows to train on, at most ``train_events``, and to test with: ``rng`` draws ``held_out`` of the units."""
        units = len(np.unique(self.table.unit))
        train, held = self.table.split(1 - round(held_out * units) / units, rng)
        if train_events is None or len(train) <= train_events:
            return train, held
        train = subsample(train, train_events, "training")
        return train, self.table.take(np.flatnonzero(~np.isin(self.table.unit, train.unit)))

    def split(
        self,
        rng: np.random.Generator,
        held_out: float = 0.5,
        device: str = "cpu",
        train_events: int | None = None,
    ) -> Events:
        """The events in the two `parts`, on the device.

        Raises `MethodError` where the weights of a part do not sum to a positive number.
        """
        parts = self.parts(rng, held_out, train_events)
        for part, use in zip(parts, ("for training", "held out for tests"), strict=True):
            if not float(part.weights.sum()) > 0:
                raise MethodError(
                    f"the sum of weights of the events of '{part.name}' {use} is {part.weights.sum():.3g}; "
                    "it must be positive: read more events, or use weights of one sign"
                )
        train, held = (self.sample(part, device) for part in parts)
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
            self.spectators,
            self.tags,
        )

    def sample(self, part: Dataset, device: str = "cpu") -> Sample:
        """Rows of a table like these, on the device."""
        return Sample(
            torch.from_numpy(part.values).to(device),
            torch.from_numpy(part.weights).to(device),
            part.unit,
            torch.from_numpy(part.spectators).to(device) if part.spectator_columns else None,
            self.members,
        )


def _coordinates(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    """Names of the D coordinates."""
    if taken.momenta:
        return tuple(f"{name}{p + 1}" for p in range(taken.x.shape[1]) for name in taken.names)
    return tuple(c.name for c in data.columns)


def _objects(data: Dataset, taken: Vectors) -> tuple[str, ...]:
    return data.particles if len(data.particles) == taken.x.shape[1] else ()


def units_of(
    values: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    there: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.float64]:
    """(2, L) mean and spread of numbers (N, ..., L), of those that are ``there`` (N, ...).

    The spread of what never varies is 0.
    """
    counted = np.ones(values.shape[:-1], dtype=bool) if there is None else there
    size = counted * np.abs(weights).reshape(-1, *[1] * (values.ndim - 2))
    total, axes = max(float(size.sum()), 1e-300), tuple(range(values.ndim - 1))
    mean = (size[..., None] * values).sum(axis=axes) / total
    spread = np.sqrt((size[..., None] * (values - mean) ** 2).sum(axis=axes) / total)
    flat = spread <= 1e-9 * np.abs(values).max(axis=axes, initial=0.0)
    return np.stack([mean, np.where(flat, 0.0, spread)])


def standard(
    values: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    there: npt.NDArray[np.bool_] | None = None,
    units: npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.float64]:
    """Numbers (N, ..., L), each of the L shifted and divided so that those that are there have mean 0 and spread 1.

    What never varies becomes 0. ``there`` (N, ...): which count; the others become 0. ``units`` (2, L): those of other
    events, instead of `units_of` these.
    """
    mean, spread = units_of(values, weights, there) if units is None else units
    counted = np.ones(values.shape[:-1], dtype=bool) if there is None else there
    whole = np.where(spread > 0, (values - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    return np.asarray(whole * counted[..., None])
