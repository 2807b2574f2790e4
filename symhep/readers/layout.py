"""How the columns of a file make up collections, event fields and weights.

A reader of a columnar format describes a file by a `Layout`; which columns a
`ReadRequest` needs, and how they become an `EventBatch`, is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError, nearest
from symhep.events.batch import EventBatch, event_records, momentum_records
from symhep.readers.interface import CollectionSchema, FieldSchema, ReadRequest, Schema

__all__ = ["RESERVED", "CollectionLayout", "Layout", "Leaf", "WeightLeaf", "event_field_name"]

FloatArray = npt.NDArray[np.float64]

#: FieldSchema names that `vector` takes for coordinates: a momentum record may have four of them and no more.
RESERVED = frozenset(
    (
        "x",
        "px",
        "y",
        "py",
        "rho",
        "pt",
        "phi",
        "z",
        "pz",
        "theta",
        "eta",
        "t",
        "E",
        "e",
        "energy",
        "tau",
        "M",
        "m",
        "mass",
    )
)


def event_field_name(name: str) -> str:
    """A name for an extra field that `vector` does not mistake for a coordinate.

    >>> event_field_name("x"), event_field_name("btag")
    ('x_', 'btag')
    """
    return f"{name}_" if name in RESERVED else name


@dataclass(frozen=True)
class Leaf:
    """Where a field comes from.

    ``column`` is its name in the file; None where the file has no such column and
    ``constant`` stands for it. ``scale`` brings the number to symhep's unit.
    ``limit`` bounds its absolute value. ``first`` takes the first element of a
    list of one, so that the field is a number per event.
    """

    column: str | None
    field: FieldSchema = field(default_factory=lambda: FieldSchema("float64"))
    constant: float = 0.0
    scale: float = 1.0
    limit: float | None = None
    first: bool = False


@dataclass(frozen=True)
class WeightLeaf:
    """A weight: a column, the element ``index`` of a list column, or that times the column ``times``."""

    column: str
    index: int | None = None
    times: str | None = None


@dataclass(frozen=True)
class CollectionLayout:
    """A collection: four momentum leaves in the order of one of `MOMENTUM_SETS`, and the other leaves.

    ``singleton`` says that the columns hold a number per event, not a list: the
    collection then has one object in every event.
    """

    name: str
    kind: str
    momentum: Mapping[str, Leaf]
    extras: Mapping[str, Leaf] = field(default_factory=dict)
    singleton: bool = False

    @property
    def leaves(self) -> dict[str, Leaf]:
        """All fields, momentum first."""
        return {**self.momentum, **self.extras}

    def build(self, columns: Mapping[str, ak.Array], extras: Iterable[str]) -> ak.Array:
        """The collection of N events as lists of ``Momentum4D`` records.

        Raises ValueError when the columns' lists differ in length.
        """
        given = {
            name: _momentum(leaf, columns[leaf.column], self.singleton)
            for name, leaf in self.momentum.items()
            if leaf.column is not None
        }
        template = next(iter(given.values()))
        fields = {
            name: given[name] if name in given else ak.full_like(template, leaf.constant)
            for name, leaf in self.momentum.items()
        }
        for name in extras:
            leaf = self.extras[name]
            values = (
                columns[leaf.column] if leaf.column is not None else ak.full_like(template, leaf.constant)
            )
            fields[name] = _listed(values) if self.singleton and leaf.column is not None else values
        return momentum_records(fields)


@dataclass(frozen=True)
class Layout:
    """All that a file offers, by the names of its columns.

    ``auto_weight`` is the weight that "auto" stands for; None means that all events weigh 1.
    """

    collections: Mapping[str, CollectionLayout] = field(default_factory=dict)
    event_fields: Mapping[str, Leaf] = field(default_factory=dict)
    weights: Mapping[str, WeightLeaf] = field(default_factory=dict)
    auto_weight: str | None = None
    containers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def schema(self) -> Schema:
        """What a reader's ``schema`` returns."""
        collections = {
            c.name: CollectionSchema(c.name, c.kind, _fields(c.leaves), c.singleton)
            for c in self.collections.values()
        }
        return Schema(
            collections, _fields(self.event_fields), tuple(self.weights), self.containers, notes=self.notes,
            auto_weight=self.auto_weight,
        )  # fmt: skip

    def select(self, request: ReadRequest, file: str) -> Selection:
        """Resolve the names in ``request``. Raises `InputError` that names the nearest valid one."""
        if request.fields is None:
            wanted = {name: tuple(c.extras) for name, c in self.collections.items()}
        else:
            wanted = {name: self._extras(name, asked, file) for name, asked in request.fields.items()}
        fields = tuple(self.event_fields if request.event_fields is None else sorted(request.event_fields))
        for name in fields:
            if name not in self.event_fields:
                raise _unknown(f"no event field '{name}'", name, self.event_fields, file)
        weight: str | None = request.weight
        if weight in {"auto", "none"}:
            weight = self.auto_weight if weight == "auto" else None
        if weight is not None and weight not in self.weights:
            raise _unknown(f"no weight '{weight}'", weight, self.weights, file)
        variations = tuple(name for name in self.weights if name != weight) if request.variations else ()
        return Selection(self, wanted, fields, weight, variations)

    def _extras(self, name: str, asked: Iterable[str], file: str) -> tuple[str, ...]:
        if name not in self.collections:
            raise _unknown(f"no collection '{name}'", name, self.collections, file)
        collection = self.collections[name]
        for extra in asked:
            if extra not in collection.leaves:
                raise _unknown(f"collection '{name}' has no field '{extra}'", extra, collection.leaves, file)
        return tuple(sorted(set(asked) & set(collection.extras)))


@dataclass(frozen=True)
class Selection:
    """The part of a `Layout` that a request asks for."""

    layout: Layout
    collections: Mapping[str, tuple[str, ...]]
    event_fields: tuple[str, ...]
    weight: str | None
    variations: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read, each once."""
        found: dict[str, None] = {}
        for name, extras in self.collections.items():
            collection = self.layout.collections[name]
            for leaf in (*collection.momentum.values(), *(collection.extras[e] for e in extras)):
                if leaf.column is not None:
                    found[leaf.column] = None
        for name in self.event_fields:
            column = self.layout.event_fields[name].column
            if column is not None:
                found[column] = None
        weights = (*((self.weight,) if self.weight is not None else ()), *self.variations)
        for weight in (self.layout.weights[name] for name in weights):
            found[weight.column] = None
            if weight.times is not None:
                found[weight.times] = None
        return tuple(found)

    def batch(self, columns: Mapping[str, ak.Array], count: int, file: str, first: int) -> EventBatch:
        """``count`` events, the first of which is number ``first`` of the file, as a batch."""
        fields: dict[str, ak.Array] = {}
        for name, extras in self.collections.items():
            try:
                fields[name] = self.layout.collections[name].build(columns, extras)
            except ValueError:
                raise InputError(
                    f"the columns of collection '{name}' have lists of different lengths",
                    file=file,
                    event=first,
                    hint="map it with 'columns' to columns that belong together",
                ) from None
        for name in self.event_fields:
            fields[name] = _event_field(self.layout.event_fields[name], columns)
        weights = np.ones(count)
        if self.weight is not None:
            weights = _weight(self.layout.weights[self.weight], columns)
            missing = np.flatnonzero(np.isnan(weights))
            if len(missing):
                raise InputError(
                    f"the weight '{self.weight}' is missing or not a number",
                    file=file,
                    event=first + int(missing[0]),
                    hint="choose another weight, or 'none'",
                )
        variations = {name: _weight(self.layout.weights[name], columns) for name in self.variations}
        return EventBatch(event_records(fields, count), weights, file, first, variations)


def _fields(leaves: Mapping[str, Leaf]) -> dict[str, FieldSchema]:
    return {name: replace(leaf.field, stored=leaf.column is not None) for name, leaf in leaves.items()}


def _unknown(message: str, name: str, valid: Iterable[str], file: str) -> InputError:
    return InputError(message, file=file, hint=nearest(name, valid))


def _listed(values: ak.Array) -> ak.Array:
    """A number (or a fixed-size array) per event as a list of one per event."""
    return ak.from_regular(values[:, np.newaxis], axis=1)


def _momentum(leaf: Leaf, values: ak.Array, singleton: bool) -> ak.Array:
    """The column in GeV and double precision: masses of pairs cancel badly in single precision."""
    lists = None if singleton else values.layout.to_ListOffsetArray64(True)
    flat = np.asarray(values if lists is None else ak.Array(lists.content))
    # The limit is looked at before the conversion, when the numbers are half as long.
    limit = np.inf if leaf.limit is None else leaf.limit
    beyond = limit < np.inf and bool(flat.size) and (flat.max() > limit or flat.min() < -limit)
    numbers = flat.astype(np.float64, copy=False)
    if beyond:
        numbers = np.clip(numbers, -limit, limit)
    if leaf.scale != 1.0:
        numbers = numbers * leaf.scale
    if lists is None:
        return _listed(ak.Array(numbers))
    return ak.Array(ak.contents.ListOffsetArray(lists.offsets, ak.contents.NumpyArray(numbers)))


def _event_field(leaf: Leaf, columns: Mapping[str, ak.Array]) -> ak.Array:
    if leaf.column is None:
        raise ValueError("an event field needs a column")
    values = columns[leaf.column]
    if leaf.first:
        values = ak.Array(_element(values, 0))
    return values * leaf.scale if leaf.scale != 1.0 else values


def _weight(weight: WeightLeaf, columns: Mapping[str, ak.Array]) -> FloatArray:
    values = columns[weight.column]
    found = np.asarray(values if weight.index is None else _element(values, weight.index), dtype=np.float64)
    if weight.times is not None:
        found = found * np.asarray(columns[weight.times], dtype=np.float64)
    return found


def _element(values: ak.Array, index: int) -> npt.NDArray[np.generic]:
    """Element ``index`` of each list; NaN where a list is too short."""
    lists = ak.to_packed(values).layout.to_ListOffsetArray64(True)
    offsets, flat = np.asarray(lists.offsets.data), ak.to_numpy(ak.Array(lists.content))
    long_enough = np.diff(offsets) > index
    if long_enough.all():
        return flat[offsets[:-1] + index]
    found = np.full(len(values), np.nan)
    found[long_enough] = flat[offsets[:-1][long_enough] + index]
    return found
