"""Files of one dataset must agree: a column that one of them lacks would otherwise be a constant there, unseen.

What is compared is what the run takes from the files, and no more: collections and whether they hold lists, the
components of their momenta, the other fields, numbers per event, units, and the weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal

from symhep.card.variations import VariationCard
from symhep.errors import InputError
from symhep.events.functions import CardFunction
from symhep.events.identity import event_numbers
from symhep.events.kinds import VectorKind
from symhep.readers.interface import CollectionSchema, FieldSchema, ReadRequest, Schema

__all__ = ["Agreement", "Lacking", "check_agreement", "everything", "lacking", "merged", "taken"]

_SHOWN = 3
_ABSENT = "absent"
_WEIGHT = "the event weight"
_OTHER_WEIGHT = "alternative weight"
#: What happens where a file lacks something, by the first word of its name.
_INSTEAD = {
    _WEIGHT: "all events have weight 1",
    "collection": "the object has no members",
    "component": "it is 0",
    "field": "every comparison with it is false",
    "number": "every comparison with it is false",
    "alternative": "the nominal weight is used",
}
#: What a file may leave out of its momenta, in words, and the columns any of which gives it.
_COMPONENTS = {"pz or eta": ("pz", "eta"), "mass or energy": ("mass", "E")}
_MOMENTUM = frozenset(("px", "py", "pz", "E", "mass", "pt", "eta", "phi"))


@dataclass(frozen=True)
class Lacking:
    """What a file lacks of a request: collections, fields of collections, numbers per event, and the weight."""

    collections: frozenset[str]
    fields: Mapping[str, frozenset[str]]
    event_fields: frozenset[str]
    weight: bool
    variations: frozenset[str] = frozenset()

    def reduced(self, request: ReadRequest) -> ReadRequest:
        """The request without what the file lacks."""
        fields = request.fields and {
            name: asked - self.fields.get(name, frozenset())
            for name, asked in request.fields.items()
            if name not in self.collections
        }
        events = request.event_fields and request.event_fields - self.event_fields
        weight = "none" if self.weight else request.weight
        others = request.variations if request.variations is True else request.variations - self.variations
        return replace(request, fields=fields, event_fields=events, weight=weight, variations=others)


@dataclass(frozen=True)
class Agreement:
    """What the run takes from the files of a dataset, and how a file of it has that.

    Attributes
    ----------
    path, taken
        A file that others are compared with as they are opened, and what `taken` says of it.
    fill
        Whether a file may lack columns.
    kinds
        What is known of the momenta of each object of the card.
    functions
        Those of plugins and named folders that the card's expressions call, by 'module:function'.
    unit
        As the card says which numbers of an event tell its rows from those of others.
    variations
        Systematic variations of the dataset, with weights by their names in the files.
    """

    dataset: str
    request: ReadRequest
    path: str
    taken: Mapping[str, str]
    fill: bool = False
    kinds: Mapping[str, VectorKind] = field(default_factory=dict)
    functions: Mapping[str, CardFunction] = field(default_factory=dict)
    unit: tuple[str, ...] | Literal["auto", "none"] = "none"
    variations: Mapping[str, VariationCard] = field(default_factory=dict)

    @property
    def nominal(self) -> Agreement:
        """The same without systematic variations."""
        taken = {what: way for what, way in self.taken.items() if not what.startswith(_OTHER_WEIGHT)}
        return replace(
            self, variations={}, request=replace(self.request, variations=frozenset()), taken=taken
        )

    def numbered(self, schema: Schema) -> tuple[str, ...]:
        """The numbers of a file with this schema that say which event a row is of."""
        if self.unit == "none":
            return ()
        return event_numbers(schema.event_fields) if self.unit == "auto" else tuple(self.unit)

    def check(self, path: str, other: Mapping[str, str]) -> None:
        """Raise `InputError` if another file of the dataset differs."""
        check_agreement(self.dataset, {self.path: self.taken, path: other}, fill=self.fill)


def lacking(schema: Schema, request: ReadRequest) -> Lacking:
    """What of ``request`` a file with this schema does not have."""
    asked = request.fields or {}
    return Lacking(
        frozenset(asked) - frozenset(schema.collections),
        {
            name: fields - frozenset(schema.collections[name].fields)
            for name, fields in asked.items()
            if name in schema.collections
        },
        (request.event_fields or frozenset()) - frozenset(schema.event_fields),
        request.weight not in ("auto", "none", *schema.weights),
        frozenset() if request.variations is True else request.variations - frozenset(schema.weights),
    )


def merged(schemas: Iterable[Schema]) -> Schema:
    """All that any of the files offers; the first one that has something says how."""
    whole: Schema | None = None
    for schema in schemas:
        whole = schema if whole is None else _joined(whole, schema)
    assert whole is not None
    return whole


def _joined(a: Schema, b: Schema) -> Schema:
    collections = dict(b.collections) | {
        name: _both(c, b.collections[name]) if name in b.collections else c
        for name, c in a.collections.items()
    }
    return replace(
        a,
        collections=collections,
        event_fields={**b.event_fields, **a.event_fields},
        weights=tuple(dict.fromkeys((*a.weights, *b.weights))),
        auto_weight=a.auto_weight if a.auto_weight is not None else b.auto_weight,
        weight_groups={**b.weight_groups, **a.weight_groups},
    )


def _both(a: CollectionSchema, b: CollectionSchema) -> CollectionSchema:
    """All fields of a collection in two files; `check_agreement` reports what only one of them has."""
    vector = a.vector if a.vector == b.vector else "full"
    return replace(a, fields={**b.fields, **a.fields}, vector=vector)


def check_agreement(
    dataset: str, files: Mapping[str, Mapping[str, str]], *, fill: bool = False, total: int | None = None
) -> tuple[str, ...]:
    """Raise `InputError` where files of a dataset differ.

    Parameters
    ----------
    files
        Path -> what `taken` says of it.
    fill
        Allow files that lack a column; the sentences that are returned say what stands in its place.
    total
        How many files the dataset has, where not all of them are compared.

    >>> request = ReadRequest({}, frozenset())
    >>> a, b = Schema(weights=("weight",), auto_weight="weight"), Schema()
    >>> check_agreement("ee", {"a.root": taken(a, request), "b.root": taken(b, request)})
    Traceback (most recent call last):
    ...
    symhep.errors.InputError: dataset 'ee': the event weight 'weight' is in 1 of 2 files: b.root lacks it; without it \
all events have weight 1: split them into two datasets, or set 'missing: fill'
    """
    of = f" (of {total})" if total not in (None, len(files)) else ""
    notes = []
    others: dict[str, list[str]] = {}  # which files lack a weight -> the weights, for one note on all of them
    for what in dict.fromkeys(key for has in files.values() for key in has):
        ways: dict[str, list[str]] = {}
        whole = what.rpartition(" of ")[2]
        for path, has in files.items():
            if whole in has or whole == what:  # a file without a collection is told once, not for each field
                ways.setdefault(has.get(what, _ABSENT), []).append(path)
        if len(ways.keys() - {_ABSENT}) > 1:
            told = "; ".join(f"{way} in {_names(paths)}" for way, paths in ways.items())
            hint = "name one with weights.branch" if what == _WEIGHT else "split them into two datasets"
            raise InputError(f"dataset '{dataset}': {what} is {told}", hint=hint)
        if without := ways.pop(_ABSENT, []):
            way, having = next(iter(ways.items()))
            known = f"{what} {way}" if what == _WEIGHT else what
            sentence = (
                f"{known} is in {len(having)} of {len(having) + len(without)}{of} files: "
                f"{_names(without)} lack{'s' * (len(without) == 1)} it"
            )
            instead = _INSTEAD[_WEIGHT] if what == _WEIGHT else _INSTEAD[what.partition(" ")[0]]
            if not fill:
                raise InputError(
                    f"dataset '{dataset}': {sentence}",
                    hint=f"without it {instead}: split them into two datasets, or set 'missing: fill'",
                )
            if what.startswith(_OTHER_WEIGHT):
                others.setdefault(sentence.removeprefix(what), []).append(
                    what.removeprefix(_OTHER_WEIGHT).strip()
                )
            else:
                notes.append(f"{sentence[0].upper()}{sentence[1:]}; there {instead}.")
    for where, weights in others.items():
        first = min(weights, key=lambda weight: (len(weight), weight))
        many = f"s {first} and {len(weights) - 1} others" if len(weights) > 1 else f" {first}"
        verb = where.replace(" is in ", " are in ", 1).replace(" it", " them") if len(weights) > 1 else where
        notes.append(f"{_OTHER_WEIGHT.capitalize()}{many}{verb}; there {_INSTEAD['alternative']}.")
    return tuple(notes)


def everything(schema: Schema, request: ReadRequest) -> ReadRequest:
    """The request with 'everything' as the names of all that ``schema`` has."""
    fields, events = request.fields, request.event_fields
    return replace(
        request,
        fields={n: frozenset(c.fields) - _MOMENTUM for n, c in schema.collections.items()}
        if fields is None
        else fields,
        event_fields=frozenset(schema.event_fields) if events is None else events,
    )


def taken(schema: Schema, request: ReadRequest) -> dict[str, str]:
    """What a run takes from a file: its name in words -> how the file has it. What the file lacks is left out."""
    found: dict[str, str] = {}
    for name, fields in (request.fields or {}).items():
        if (collection := schema.collections.get(name)) is not None:
            found |= _of_collection(collection, fields)
    for name in sorted(request.event_fields or ()):
        if name in schema.event_fields:
            found[f"number '{name}'"] = _kind(schema.event_fields[name])
    weight = schema.auto_weight if request.weight == "auto" else request.weight
    if weight in schema.weights:
        found[_WEIGHT] = f"'{weight}'"
    if request.variations is not True:
        known = request.variations & frozenset(schema.weights)
        found |= {f"{_OTHER_WEIGHT} '{name}'": "a number per event" for name in sorted(known)}
    return found


def _of_collection(collection: CollectionSchema, fields: frozenset[str]) -> dict[str, str]:
    whole = f"collection '{collection.name}'"
    found = {whole: "one object per event" if collection.singleton else "a list per event"}
    for words, columns in _COMPONENTS.items():
        if any(collection.fields[c].stored for c in columns if c in collection.fields):
            found[f"component {words} of {whole}"] = "stored"
    for name in sorted(fields - _MOMENTUM):
        if name in collection.fields and collection.fields[name].stored:
            found[f"field '{name}' of {whole}"] = _kind(collection.fields[name])
    return found


def _kind(field: FieldSchema) -> str:
    return f"in {field.unit}" if field.unit else "without a unit"


def _names(paths: list[str]) -> str:
    """The first few files, by their last name where that tells them apart."""
    shown = [PurePath(p).name for p in paths[:_SHOWN]]
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(shown if len(set(shown)) == len(shown) else paths[:_SHOWN]) + more
