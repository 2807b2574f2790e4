"""A collection of a file: the columns of its four-vectors and other fields, and how they become awkward records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.events.kinds import VectorKind
from symhep.readers.coordinates import momentum_set, to_momentum_set
from symhep.readers.interface import FieldSchema
from symhep.readers.padding import real_particles

__all__ = ["RESERVED", "CollectionLayout", "Leaf", "UnequalLists", "event_field_name"]

FloatArray = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]

#: Field names that `vector` takes for coordinates: a momentum record may have four of them and no more.
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

    ``column`` is its name in the file; several columns with a number per event each, ``("px1", "px2")``, are the
    fields of as many objects; None where the file has no such column and ``constant`` stands for it. ``scale``
    brings the number to symhep's unit. ``limit`` bounds its absolute value. ``first`` takes the first element of a
    list of one, so that the field is a number per event.
    """

    column: str | tuple[str, ...] | None
    field: FieldSchema = field(default_factory=lambda: FieldSchema("float64"))
    constant: float = 0.0
    scale: float = 1.0
    limit: float | None = None
    first: bool = False

    @property
    def schema(self) -> FieldSchema:
        """The field, with whether the file stores it."""
        return replace(self.field, stored=self.column is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, none, one or several.

        >>> Leaf(None).columns, Leaf("pt").columns, Leaf(("px1", "px2")).columns
        ((), ('pt',), ('px1', 'px2'))
        """
        if self.column is None:
            return ()
        return (self.column,) if isinstance(self.column, str) else self.column


class UnequalLists(ValueError):
    """The columns of a collection have lists of different lengths; ``event`` is the first, counted from the chunk's."""

    def __init__(self, column: str, event: int) -> None:
        super().__init__(f"column '{column}', event {event}")
        self.column, self.event = column, event


@dataclass(frozen=True)
class CollectionLayout:
    """A collection: four momentum leaves by their coordinates (`symhep.readers.coordinates`), and the other leaves.

    ``singleton`` says that the columns hold a number per event, not a list: the collection then has one object in
    every event, or as many as a leaf has columns. ``padding`` says that entries may stand for no particle
    (`symhep.readers.padding`): in lists of any length, or in 'fixed' numbers of entries per event.
    """

    name: str
    kind: str
    momentum: Mapping[str, Leaf]
    extras: Mapping[str, Leaf] = field(default_factory=dict)
    singleton: bool = False
    padding: Literal["never", "lists", "fixed"] = "never"

    @property
    def fields(self) -> dict[str, FieldSchema]:
        """All fields as they are handed on, momentum first."""
        handed_on = momentum_set(self.momentum)
        if set(handed_on) == set(self.momentum):
            momenta = {name: leaf.schema for name, leaf in self.momentum.items()}
        else:
            origin = ", ".join(column for leaf in self.momentum.values() for column in leaf.columns)
            momenta = {name: FieldSchema("float64", "GeV", f"computed from {origin}") for name in handed_on}
        return {**momenta, **{name: leaf.schema for name, leaf in self.extras.items()}}

    @property
    def vector(self) -> VectorKind:
        """What is known of the momenta; a mass that is given as an option is known."""
        if self.transverse or self.kind == "MissingET":
            return "transverse"
        unknown = [leaf for name, leaf in self.momentum.items() if name in ("mass", "E") and not leaf.columns]
        return "massless" if unknown and not any(leaf.constant for leaf in unknown) else "full"

    @property
    def transverse(self) -> bool:
        """Does the file store nothing along the beam?"""
        along = {"pz", "eta", "rapidity", "theta"} & self.momentum.keys()
        return all(not self.momentum[name].columns for name in along)

    def build(self, columns: Mapping[str, ak.Array], extras: Iterable[str]) -> tuple[ak.Array, int]:
        """The collection of N events as lists of ``Momentum4D`` records, and how many entries were no particles.

        Raises `UnequalLists` when the columns' lists differ in length.
        """
        raw = {name: self._flat(leaf, columns) for name, leaf in self.momentum.items() if leaf.columns}
        first = next(iter(raw.values()))
        offsets = first.offsets
        for found in raw.values():
            found.require(offsets)
        real = None
        if self.padding != "never":
            values = {n: f.content for n, f in raw.items()}
            real = real_particles(values, transverse=self.transverse, fixed=self.padding == "fixed")
        stored = {
            name: _in_symheps_units(leaf, raw[name].content if real is None else raw[name].content[real])
            if name in raw
            else np.full(len(first.content) if real is None else int(real.sum()), leaf.constant)
            for name, leaf in self.momentum.items()
        }
        contents = {n: ak.contents.NumpyArray(v) for n, v in to_momentum_set(stored).items()}
        for name in extras:
            leaf = self.extras[name]
            if leaf.columns:
                other = self._flat(leaf, columns)
                other.require(offsets)
                values = other.content if real is None else other.content[real]
                contents[name] = ak.to_layout(values)
            else:
                contents[name] = ak.contents.NumpyArray(
                    np.full_like(next(iter(stored.values())), leaf.constant)
                )
        removed = 0
        if real is not None:
            kept = np.concatenate([[0], np.cumsum(real)])
            removed, offsets = len(real) - int(kept[-1]), kept[offsets]
        length = int(offsets[-1])
        records = ak.contents.RecordArray(
            list(contents.values()), list(contents), length=length, parameters={"__record__": "Momentum4D"}
        )
        return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), records)), removed

    def odd_lists(self, columns: Mapping[str, ak.Array], extras: Iterable[str]) -> tuple[str, ...]:
        """Those of ``extras`` whose lists differ in length from those of the momenta in these events."""
        offsets = next(self._flat(leaf, columns).offsets for leaf in self.momentum.values() if leaf.columns)
        flat = {name: self._flat(self.extras[name], columns) for name in extras if self.extras[name].columns}
        return tuple(name for name, found in flat.items() if not np.array_equal(found.offsets, offsets))

    def _flat(self, leaf: Leaf, columns: Mapping[str, ak.Array]) -> _Flat:
        """The values of all objects of the chunk in one array, with the offsets of the events in it."""
        names = leaf.columns
        if len(names) > 1:
            table = np.stack([np.asarray(columns[name]) for name in names], axis=1)
            return _Flat(names[0], np.arange(len(table) + 1) * len(names), table.reshape(-1))
        values = columns[names[0]]
        if values.layout.is_option:  # no object there, or a number that is missing
            values = ak.fill_none(values, np.nan if self.singleton else [], axis=0)
        if self.singleton:
            numbers = ak.to_numpy(values) if values.ndim == 1 else values
            return _Flat(names[0], np.arange(len(values) + 1), numbers)
        layout = values.layout.to_RegularArray() if values.layout.is_numpy else values.layout
        lists = layout.to_ListOffsetArray64(True)
        content = lists.content[: lists.offsets[-1]]
        if content.is_option:
            content = ak.fill_none(content, np.nan, highlevel=False)
        numbers = np.asarray(content.data) if content.is_numpy else ak.Array(content)
        return _Flat(names[0], np.asarray(lists.offsets.data), numbers)


@dataclass(frozen=True)
class _Flat:
    column: str
    offsets: Offsets
    #: One value for each object; for an extra field possibly an array.
    content: Any

    def require(self, offsets: Offsets) -> None:
        """Raise `UnequalLists` unless the events have as many objects here as there."""
        if len(self.offsets) == len(offsets) and np.array_equal(self.offsets, offsets):
            return
        event = int(np.argmax(np.diff(self.offsets) != np.diff(offsets)))
        raise UnequalLists(self.column, event)


def _in_symheps_units(leaf: Leaf, values: Any) -> FloatArray:
    """In GeV and double precision: masses of pairs cancel badly in single precision."""
    # The limit is looked at before the conversion, when the numbers are half as long.
    limit = np.inf if leaf.limit is None else leaf.limit
    beyond = limit < np.inf and bool(values.size) and (values.max() > limit or values.min() < -limit)
    numbers: FloatArray = np.asarray(values).astype(np.float64, copy=False)
    if beyond:
        numbers = np.clip(numbers, -limit, limit)
    return numbers * leaf.scale if leaf.scale != 1.0 else numbers
