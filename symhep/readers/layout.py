"""How the columns of a file make up collections, event fields and weights.

A reader of a columnar format describes a file by a `Layout`; which columns a
`ReadRequest` needs, and how they become an `EventBatch`, is the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError, nearest
from symhep.events.batch import EventBatch, event_records
from symhep.readers.collection import RESERVED, CollectionLayout, Leaf, UnequalLists, event_field_name
from symhep.readers.interface import CollectionSchema, LossLog, ReadRequest, Schema

__all__ = ["RESERVED", "CollectionLayout", "Layout", "Leaf", "WeightLeaf", "event_field_name"]

FloatArray = npt.NDArray[np.float64]

_ELEMENT = re.compile(r"^(?P<list>.+)\[(?P<index>\d+)\]$")


@dataclass(frozen=True)
class WeightLeaf:
    """A weight: a column, the element ``index`` of a list column, or that times the column ``times``."""

    column: str
    index: int | None = None
    times: str | None = None


@dataclass(frozen=True)
class Layout:
    """All that a file offers, by the names of its columns.

    ``auto_weight`` is the weight that "auto" stands for; None means that all events weigh 1. ``weight_lists``: columns
    with a list of weights per event, of which `Layout.weights` need not name every one (``index`` None stands for
    any). ``unit_unknown``: collections whose momenta are taken to be in GeV although nothing says so.
    """

    collections: Mapping[str, CollectionLayout] = field(default_factory=dict)
    event_fields: Mapping[str, Leaf] = field(default_factory=dict)
    weights: Mapping[str, WeightLeaf] = field(default_factory=dict)
    auto_weight: str | None = None
    containers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    weight_lists: Mapping[str, WeightLeaf] = field(default_factory=dict)
    unit_unknown: frozenset[str] = frozenset()
    #: Columns that the file has and that cannot be read, with the reason.
    refused: Mapping[str, str] = field(default_factory=dict)

    def refusing(self, refused: Mapping[str, str]) -> Layout:
        """The same, knowing why some columns cannot be had."""
        return replace(self, refused=refused)

    def schema(self) -> Schema:
        """What a reader's ``schema`` returns."""
        collections = {
            c.name: CollectionSchema(c.name, c.kind, c.fields, c.singleton, c.vector)
            for c in self.collections.values()
        }
        fields = {name: leaf.schema for name, leaf in self.event_fields.items()}
        return Schema(
            collections, fields, tuple(self.weights), self.containers, notes=self.notes,
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
                raise self._unknown(f"unknown event field '{name}'", name, self.event_fields, file)
        weight, leaf = self._weight(request.weight, file)
        if request.variations is True:
            variations = {n: w for n, w in self.weights.items() if n != weight}
        else:
            variations = {n: self._weight(n, file)[1] or WeightLeaf(n) for n in sorted(request.variations)}
        return Selection(self, wanted, fields, weight, leaf, variations, request.fields is None)

    def _weight(self, asked: str, file: str) -> tuple[str | None, WeightLeaf | None]:
        """The weight of this name, which may leave out what stands before its last '.' or ':'."""
        if asked == "none" or (asked == "auto" and self.auto_weight is None):
            return None, None
        name = str(self.auto_weight) if asked == "auto" else asked
        if name in self.weights:
            return name, self.weights[name]
        element = _ELEMENT.match(name)
        known = {n: WeightLeaf(w.column, w.index, w.times) for n, w in self.weights.items()}
        if element:
            index = int(element["index"])
            known |= {
                f"{n}[{index}]": WeightLeaf(w.column, index, w.times) for n, w in self.weight_lists.items()
            }
        meant = [n for n in known if n == name or n.endswith((f".{name}", f":{name}"))]
        if len(meant) != 1:
            raise self._unknown(f"unknown weight '{name}'", name, known, file)
        return meant[0], known[meant[0]]

    def _extras(self, name: str, asked: Iterable[str], file: str) -> tuple[str, ...]:
        if name not in self.collections:
            raise self._unknown(f"unknown collection '{name}'", name, self.collections, file)
        collection = self.collections[name]
        for extra in asked:
            if extra not in collection.fields:
                message = f"collection '{name}' has no field '{extra}'"
                raise self._unknown(message, extra, collection.fields, file, within=name)
        return tuple(sorted(set(asked) & set(collection.extras)))

    def _unknown(
        self, message: str, name: str, valid: Iterable[str], file: str, within: str = ""
    ) -> InputError:
        """The error for a name that is not offered; where its column is there but cannot be read, why."""
        for column, why in self.refused.items():
            parts = [part for part in re.split(r"[^A-Za-z0-9]+", f"{column}") if part]
            if within in ("", *parts) and name in (column.rpartition("/")[2], *parts):
                return InputError(
                    f"{message}: '{column}' is in the file but cannot be used ({why})", file=file
                )
        return InputError(message, file=file, hint=nearest(name, valid))


@dataclass(frozen=True)
class Selection:
    """The part of a `Layout` that a request asks for."""

    layout: Layout
    collections: Mapping[str, tuple[str, ...]]
    event_fields: tuple[str, ...]
    weight: str | None
    weight_leaf: WeightLeaf | None
    variations: Mapping[str, WeightLeaf]
    #: Nobody asked for a field by its name.
    everything: bool = False

    def without_odd_lists(self, columns: Mapping[str, ak.Array], file: str, losses: LossLog) -> Selection:
        """The selection without fields that only their name attributes to a collection, seen by the first events.

        'part_track_d0' begins like 'part_px', and may still be a list of tracks. What was asked for by name stays.
        """
        if not self.everything:
            return self
        kept: dict[str, tuple[str, ...]] = {}
        for name, extras in self.collections.items():
            odd = self.layout.collections[name].odd_lists(columns, extras)
            kept[name] = tuple(extra for extra in extras if extra not in odd)
            if odd:
                said = (
                    f"Lists with names starting with '{name}' but with different lengths are ignored: "
                    f"{', '.join(odd)}."
                )
                losses.note(file, said)
        return replace(self, collections=kept)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read, each once."""
        found: list[str] = []
        for name, extras in self.collections.items():
            collection = self.layout.collections[name]
            for leaf in (*collection.momentum.values(), *(collection.extras[e] for e in extras)):
                found += leaf.columns
        for name in self.event_fields:
            found += self.layout.event_fields[name].columns
        nominal = () if self.weight_leaf is None else (self.weight_leaf,)
        for weight in (*nominal, *self.variations.values()):
            found += (weight.column,) if weight.times is None else (weight.column, weight.times)
        return tuple(dict.fromkeys(found))

    def batch(
        self,
        columns: Mapping[str, ak.Array],
        count: int,
        file: str,
        first: int,
        losses: LossLog | None = None,
    ) -> EventBatch:
        """``count`` events, the first of which is number ``first`` of the file, as a batch.

        ``losses`` is told how many entries of a collection were no particles. Raises `InputError`.
        """
        fields: dict[str, ak.Array] = {}
        removed: dict[str, int] = {}
        for name, extras in self.collections.items():
            try:
                fields[name], removed[name] = self.layout.collections[name].build(columns, extras)
            except UnequalLists as unequal:
                raise InputError(
                    f"the columns of collection '{name}' have lists of different lengths ('{unequal.column}')",
                    file=file,
                    event=first + unequal.event,
                    hint="map it with 'columns' to columns that belong together",
                ) from None
        for name in self.event_fields:
            fields[name] = _event_field(self.layout.event_fields[name], columns)
        weights = np.ones(count)
        if self.weight_leaf is not None:
            (weights,) = _weights([self.weight_leaf], columns)
            missing = np.flatnonzero(np.isnan(weights))
            if len(missing):
                raise InputError(
                    f"the weight '{self.weight}' is missing or not a number",
                    file=file,
                    event=first + int(missing[0]),
                    hint="choose another weight, or 'none'",
                )
        variations = dict(zip(self.variations, _weights(self.variations.values(), columns), strict=True))
        for name, entries in removed.items():
            if entries and losses is not None:
                losses.note(file, f"Padding entries of '{name}' are ignored", entries)
        return EventBatch(event_records(fields, count), weights, file, first, variations)


def _event_field(leaf: Leaf, columns: Mapping[str, ak.Array]) -> ak.Array:
    (column,) = leaf.columns
    values = columns[column]
    if leaf.first:
        values = ak.Array(_Lists(values).element(0))
    return values * leaf.scale if leaf.scale != 1.0 else values


def _weights(weights: Iterable[WeightLeaf], columns: Mapping[str, ak.Array]) -> Iterator[FloatArray]:
    """One array for each; a list of a hundred weights per event is unpacked once."""
    lists: dict[str, _Lists] = {}
    for weight in weights:
        values = columns[weight.column]
        if weight.index is None:
            found = ak.fill_none(values, np.nan, axis=0) if values.layout.is_option else values
        else:
            if weight.column not in lists:
                lists[weight.column] = _Lists(values)
            found = lists[weight.column].element(weight.index)
        numbers = np.asarray(found, dtype=np.float64)
        if weight.times is not None:
            numbers = numbers * np.asarray(columns[weight.times], dtype=np.float64)
        yield numbers


class _Lists:
    """A list of numbers per event, none where the file has no list."""

    def __init__(self, values: ak.Array) -> None:
        values = ak.fill_none(values, [], axis=0) if values.layout.is_option else values
        lists = ak.to_packed(values).layout.to_ListOffsetArray64(True)
        self.offsets, self.flat = np.asarray(lists.offsets.data), ak.to_numpy(ak.Array(lists.content))
        lengths = np.diff(self.offsets)
        self.shortest = int(lengths.min(initial=np.iinfo(np.int64).max))
        self.table = (
            self.flat.reshape(len(lengths), -1) if len(lengths) and (lengths == self.shortest).all() else None
        )

    def element(self, index: int) -> npt.NDArray[np.generic]:
        """Element ``index`` of each list; NaN where a list is too short."""
        begin = self.offsets[:-1]
        if self.table is not None and index < self.shortest:
            return self.table[:, index]
        if self.shortest > index:
            return self.flat[begin + index]
        found = np.full(len(begin), np.nan)
        long_enough = np.diff(self.offsets) > index
        found[long_enough] = self.flat[begin[long_enough] + index]
        return found
