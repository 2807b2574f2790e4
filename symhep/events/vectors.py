"""Events as vectors: the four-momenta of their objects, or features that fall into vectors of equal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep.events.kinds import MOMENTUM, VectorKind, present_components

__all__ = ["MOMENTUM", "ActsOn", "Vectors", "acts_on_momenta", "vectors_of"]

FloatArray = npt.NDArray[np.float64]
ActsOn = Literal["auto", "momenta", "features"]


@dataclass(frozen=True)
class Vectors:
    """N events of P vectors each, in the units of the data.

    Attributes
    ----------
    x
        (N, P, d) components, all finite; 0 where ``mask`` or ``kinds`` say that there is none.
    weights
        (N,) signed, finite and not all zero.
    names
        Component names of a vector: ('E', 'px', 'py', 'pz'), ('x1', 'x2').
    unit
        Of the components, '' if they differ.
    rows
        (N,) which events of the dataset these are.
    particles
        P names: those of the particles, or '1', '2', ... of vectors made of features.
    mask
        (N, P) which places hold a member; None: all, in every event.
    kinds
        P kinds of the vectors, 'full' for those made of features.
    objects, sets
        P names of objects, and which of them are sets, as in `Dataset`.
    tags, spectators
        (N, P, L) and (N, S) numbers that are not transformed; L and S may be 0.
    tag_names, spectator_names
        L and S names.
    columns
        P d names of the features, where the vectors have no names of components in common: ``names`` are then those of
        the first vector. () otherwise.

    Examples
    --------
    >>> data = Dataset.from_array(np.arange(8.0).reshape(2, 4), scaling="isotropic")
    >>> found = vectors_of(data, vectors=2)
    >>> found.x.shape, found.momenta, found.called, round(found.scale, 2)
    ((2, 2, 2), False, (), 4.18)
    >>> found.members.tolist(), found.present.all()
    ([[True, True], [True, True]], np.True_)
    """

    x: FloatArray
    weights: FloatArray
    names: tuple[str, ...]
    unit: str
    rows: npt.NDArray[np.int64]
    particles: tuple[str, ...]
    mask: npt.NDArray[np.bool_] | None
    kinds: tuple[VectorKind, ...]
    objects: tuple[str, ...]
    sets: frozenset[str]
    tags: FloatArray
    spectators: FloatArray
    tag_names: tuple[str, ...] = ()
    spectator_names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(P, d) which components a vector has, by its kind."""
        if not self.momenta and set(self.kinds) <= {"full"}:  # features
            return np.ones(self.x.shape[1:], dtype=bool)
        return present_components(self.kinds, self.names)

    @property
    def called(self) -> tuple[str, ...]:
        """P names of the vectors; () where they have none but their numbers."""
        count = self.x.shape[1]
        known = len(self.particles) == count and self.particles != tuple(str(p + 1) for p in range(count))
        return self.particles if known else ()

    @property
    def members(self) -> npt.NDArray[np.bool_]:
        """(N, P) which places hold a member."""
        return np.ones(self.x.shape[:2], dtype=bool) if self.mask is None else self.mask

    @property
    def momenta(self) -> bool:
        """Whether the vectors are four-momenta (E, px, py, pz), or what is known of them."""
        return self.names == MOMENTUM

    @property
    def scale(self) -> float:
        """Root mean square of the components that are there, weighted by abs(w), in ``unit``.

        One for all, so that matrices stay what they are.
        """
        size = np.abs(self.weights)
        if self.mask is None and self.present.all():
            return float(np.sqrt(np.average((self.x**2).mean(axis=(1, 2)), weights=size))) or 1.0
        there = self.members @ self.present.sum(axis=1)
        total = float((size * (self.x**2).sum(axis=(1, 2))).sum())
        return float(np.sqrt(total / max(float((size * there).sum()), 1e-300))) or 1.0

    def __len__(self) -> int:
        return len(self.x)


def vectors_of(
    data: Dataset, acts_on: ActsOn = "auto", vectors: int | None = None, max_events: int | None = None
) -> Vectors:
    """The vectors of a dataset: its four-momenta where it has them, else its features.

    Parameters
    ----------
    data
        The events.
    acts_on
        'momenta', 'features', or 'auto' for momenta where there are any.
    vectors
        P, into how many vectors the features fall, in their order; None: one, or as many as there are momenta.
    max_events
        At most so many events, evenly spaced; None: all.

    Returns
    -------
    Vectors
        (N, P, d) in the units of the data, before any scaling.

    Raises
    ------
    CardError
        Four-momenta that are not there, or of another number; features that do not fall into so many vectors, or
        that are scaled each by its own spread.
    MethodError
        No events, NaN or infinity, weights that are not finite or all zero.

    Examples
    --------
    >>> data = Dataset.from_array(np.arange(8.0).reshape(2, 4), scaling="isotropic")
    >>> vectors_of(data, vectors=2).x.shape
    (2, 2, 2)
    """
    momenta, columns = acts_on_momenta(data, acts_on, vectors), tuple[str, ...]()
    keep = len(data) if max_events is None else min(max_events, len(data))
    if keep == 0:
        raise MethodError(f"no events in '{data.name}' have all features finite and enough objects")
    rows = np.linspace(0, len(data) - 1, keep).astype(np.int64)
    mask = None if data.mask is None else data.mask[rows]
    if momenta:
        assert data.momenta is not None
        there = present_components(data.kinds)
        # A component that no vector has is none of the space's.
        some = [i for i in range(len(MOMENTUM)) if there[:, i].any()]
        # What stands where nothing is may be anything, NaN as well.
        x, unit = np.where(there, data.momenta[rows], 0.0)[:, :, some], "GeV"
        names = tuple(MOMENTUM[i] for i in some)
        if mask is not None:
            x = np.where(mask[:, :, None], x, 0.0)
        particles, kinds, objects, sets = data.particles, data.kinds, data.objects, data.sets
    else:
        length = _length(data, vectors or 1)
        x = data.values[rows].reshape(keep, -1, length)
        names = _component_names(data, length)
        if x.shape[1] > 1 and names == tuple(c.name for c in data.columns[:length]):
            columns = tuple(c.name for c in data.columns)
        units = {c.unit for c in data.columns}
        unit = units.pop() if len(units) == 1 else ""
        slots = _slots(data, length)
        mask = None if mask is None else mask[:, slots]
        if mask is not None:
            x = np.where(mask[:, :, None], x, 0.0)
        known = len(data.particles) == x.shape[1]
        particles = data.particles if known else tuple(str(i + 1) for i in range(x.shape[1]))
        kinds = ("full",) * x.shape[1]
        objects, sets = (data.objects, data.sets) if known and data.objects else (particles, frozenset())
    if not np.isfinite(x).all():
        raise MethodError(
            f"'{data.name}' contains NaN or infinity; remove such events with a cut in a selection"
        )
    weights = data.weights[rows]
    if not np.isfinite(weights).all() or not weights.any():
        raise MethodError(f"the event weights of '{data.name}' are not finite, or all zero")
    tags, told = np.zeros((keep, x.shape[1], 0)), tuple[str, ...]()
    if data.tags is not None and data.tags.shape[1] == x.shape[1]:
        tags, told = data.tags[rows], data.tag_names
    return Vectors(
        np.ascontiguousarray(x, dtype=np.float64), weights, names, unit, rows, particles, mask, kinds, objects, sets,
        tags, data.spectators[rows], told, tuple(c.name for c in data.spectator_columns),
        columns,
    )  # fmt: skip


def acts_on_momenta(data: Dataset, acts_on: ActsOn = "auto", vectors: int | None = None) -> bool:
    """Is it the objects' four-momenta that generators act on? Raises `CardError` where that cannot be."""
    if acts_on == "momenta" and data.momenta is None:
        raise CardError(
            f"'{data.name}' has no objects, hence no four-momenta",
            hint="set acts_on: features, or give an object",
        )
    if data.momenta is not None and acts_on != "features":
        if vectors not in (None, data.momenta.shape[1]):
            raise CardError(f"there are {data.momenta.shape[1]} four-momenta", hint="remove 'vectors'")
        return True
    if data.scaler.kind == "standard":
        raise CardError(
            f"the features '{data.name}' are scaled one by one, which breaks rotations and boosts",
            hint="use 'scaling: isotropic' or 'scaling: none'",
        )
    return False


def _length(data: Dataset, vectors: int) -> int:
    features = data.values.shape[1]
    if features == 0 or features % vectors:
        raise CardError(
            f"{features} features cannot be split into {vectors} vectors of equal length",
            hint="check 'vars' and 'vectors'",
        )
    return features // vectors


def _slots(data: Dataset, length: int) -> list[int]:
    """The place that each vector of ``length`` features belongs to; 0 where every event has all of them."""
    if data.mask is None:
        return [0] * (len(data.columns) // length)
    found = []
    for first in range(0, len(data.columns), length):
        slots = {c.slot for c in data.columns[first : first + length]}
        if len(slots) > 1 or None in slots:
            raise CardError(
                f"'{data.name}' has a number of objects that varies between events, and a vector of "
                f"{length} features would combine several of them",
                hint="remove 'acts_on' and 'vectors', or set 'vectors' to the number of objects",
            )
        found.append(next(iter(slots)) or 0)
    return found


def _component_names(data: Dataset, length: int) -> tuple[str, ...]:
    """From the variables of the first vector; ('px', 'py', 'pz') of px1, py1, pz1, px2, py2, pz2."""
    columns = data.columns[:length]
    if length < len(data.columns):
        if all(c.variable for c in columns):
            return tuple(c.variable for c in columns)
        names = [c.name for c in data.columns]
        short = {_without_suffix(names[i : i + length]) for i in range(0, len(names), length)}
        if len(short) == 1 and len(set(first := short.pop())) == length:
            return first
    elif len({c.slot for c in columns}) == 1 and columns[0].slot is not None:
        return tuple(c.variable for c in columns)
    return tuple(c.name for c in columns)


def _without_suffix(names: list[str]) -> tuple[str, ...]:
    """Names without the end that they share.

    >>> _without_suffix(["pxj1", "pyj1", "pzj1"])
    ('px', 'py', 'pz')
    """
    shared = 0
    least = min(len(name) for name in names)
    while len(names) > 1 and shared < least - 1 and len({name[-1 - shared :] for name in names}) == 1:
        shared += 1
    return tuple(name[: len(name) - shared] for name in names)
