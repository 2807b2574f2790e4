"""Column maps: which columns of a flat file make which collection, given by the card or guessed from names.

Guessing. A name is split at its last '_', '.' or ':' (after any branch path and before
``momentum.x``) into a prefix and a leaf: ``Jet_Px``, ``jet_pt``, ``Jet.PT``, ``mu1_px``,
``AnalysisJetsAuxDyn.pt`` (the collection AnalysisJets), ``MCParticles.momentum.x``. Case does not
matter. A prefix with px and py, or pt and phi, is a collection:

- of lists if the columns hold lists or arrays of a fixed length, of one object per event if they hold numbers;
- along the beam: pz or eta; 0 if there is none, as for MET;
- energy or mass: E with px, py, pz; mass with pt, eta, phi; the other one if only that is
  there; mass 0 if neither is.

What is taken as 0 is said in a note. Other columns of that prefix are its fields, numbers without such
a prefix are event fields, and an event field called weight, EventWeight, genWeight,
mcWeight, ... is the weight. ``units: MeV`` divides the momenta (and nothing else) by 1000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from symhep.errors import InputError, nearest
from symhep.readers.interface import FieldSchema, ReaderOptions
from symhep.readers.layout import CollectionLayout, Layout, Leaf, WeightLeaf, event_field_name
from symhep.readers.table import Column

__all__ = ["ColumnMapOptions", "layout_of"]

#: Spellings of the coordinates, in lower case.
_COORDINATES = {
    "px": "px",
    "py": "py",
    "pz": "pz",
    "pt": "pt",
    "eta": "eta",
    "phi": "phi",
    "e": "E",
    "energy": "E",
    "en": "E",
    "m": "mass",
    "mass": "mass",
    "momentum.x": "px",
    "momentum.y": "py",
    "momentum.z": "pz",
    "p_x": "px",
    "p_y": "py",
    "p_z": "pz",
    "p_t": "pt",
}
_OTHER_NAMES = {"charge": "charge", "pdgid": "pdgId", "pid": "pdgId", "pdg": "pdgId", "status": "status"}
_WEIGHTS = ("weight", "eventweight", "evtweight", "evweight", "genweight", "mcweight", "mceventweight", "wgt")
_SPLIT = re.compile(r"^(?P<prefix>.+?)[._:](?P<leaf>momentum\.[xyz]|p_[xyzt]|[^._:]+)$", re.IGNORECASE)
_ARRAY = re.compile(r"^(?P<inner>\w+)\[\d+\]$")
_ENERGIES = frozenset({"px", "py", "pz", "pt", "E", "mass"})


class ColumnMapOptions(ReaderOptions):
    """``columns: {jets: {px: Jet_Px, ..., btag: Jet_btag}}``, ``event: {HT: ht}``, ``weight: w``, ``units``.

    Without ``columns`` (``event``) collections (event fields) are guessed from the names.
    """

    units: Literal["GeV", "MeV"] = Field("GeV", description="unit of energies in the file")
    columns: dict[str, dict[str, str]] | None = Field(
        None,
        description="collection -> field -> column, e.g. {jets: {px: Jet_Px, ...}}; guessed if not given",
    )
    event: dict[str, str] | None = Field(None, description="number per event -> column; guessed if not given")
    weight: str | None = Field(None, description="column of the event weight; guessed if not given")


def layout_of(
    columns: Mapping[str, Column],
    options: ColumnMapOptions,
    path: str,
    containers: tuple[str, ...] = (),
    notes: Iterable[str] = (),
) -> Layout:
    """What the columns of a file mean. Raises `InputError` for a map that does not fit the file."""
    find = _Finder(columns, path)
    said = list(notes)
    used: set[str] = set()
    if options.columns is None:
        groups, zeros = _guess(_with_lists(columns)), "No {what} is stored for {name}: 0 is used."
    else:
        groups = {
            name: _with_lists(find.all(fields, f"columns: {name}"))
            for name, fields in options.columns.items()
        }
        zeros = "The map gives no {what} for {name}: 0 is used."
    collections: dict[str, CollectionLayout] = {}
    missing: dict[str, list[str]] = {}
    for name, fields in groups.items():
        collection, constants = _collection(name, fields, options.units, path)
        collections[name] = collection
        used.update(column.name for column in fields.values())
        for what in constants:
            missing.setdefault(what, []).append(name)
    said += [zeros.format(what=what, name=", ".join(names)) for what, names in missing.items()]
    if options.event is not None:
        events = find.all(options.event, "event")
    else:
        events = {_short(c.name): c for c in columns.values() if c.depth == 0 and c.name not in used}
    weights, auto = _weights(columns, options, find)
    if auto is None:
        said.append("No column looks like an event weight: every event weighs 1 (options: weight names one).")
    left = [c.name for c in columns.values() if c.depth == 1 and c.name not in used]
    if left and options.columns is None:
        said.append(
            f"Lists without a momentum are not offered (options: columns maps them): {', '.join(left)}."
        )
    fields_by_event = {name: _event_leaf(column, path) for name, column in events.items()}
    return Layout(collections, fields_by_event, weights, auto, containers, tuple(said))


class _Finder:
    """Columns by their full or last name."""

    def __init__(self, columns: Mapping[str, Column], path: str) -> None:
        self.path = path
        self.columns = {**{c.name.rpartition("/")[2]: c for c in columns.values()}, **columns}

    def one(self, name: str, where: str) -> Column:
        if name not in self.columns:
            raise InputError(
                f"there is no column '{name}' (options: {where})",
                file=self.path,
                hint=nearest(name, self.columns),
            )
        return self.columns[name]

    def all(self, names: Mapping[str, str], where: str) -> dict[str, Column]:
        return {_COORDINATES.get(k.lower(), k): self.one(v, where) for k, v in names.items()}


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _with_lists(columns: Mapping[str, Column]) -> dict[str, Column]:
    """An array of a fixed number of momenta, ``px[2]``, is a list of so many in every event."""
    return {
        name: replace(column, type=array["inner"], depth=1)
        if column.depth == 0 and (array := _ARRAY.match(column.type))
        else column
        for name, column in columns.items()
    }


def _guess(columns: Mapping[str, Column]) -> dict[str, dict[str, Column]]:
    """Columns of each collection by field; several columns may claim a coordinate, the first one gets it."""
    groups: dict[tuple[str, int], dict[str, Column]] = {}
    for column in columns.values():
        match = _SPLIT.match(_short(column.name))
        if match and column.numeric and (field := _COORDINATES.get(match["leaf"].lower())):
            groups.setdefault((match["prefix"], column.depth), {}).setdefault(field, column)
    found = {
        key: fields
        for key, fields in groups.items()
        if {"px", "py"} <= fields.keys() or {"pt", "phi"} <= fields.keys()
    }
    # The longest prefix owns a column: Jet_sub_pt belongs to Jet_sub, not to Jet.
    prefixes = sorted(found, key=lambda key: -len(key[0]))
    for column in columns.values():
        short = _short(column.name)
        for prefix, depth in prefixes:
            if (
                depth == column.depth
                and short.startswith(prefix)
                and short[len(prefix) :][:1] in tuple("._:")
            ):
                leaf = short[len(prefix) + 1 :].partition("[")[0]
                if leaf.lower() not in _COORDINATES and leaf:
                    name = _OTHER_NAMES.get(leaf.lower(), re.sub(r"\W", "_", leaf))
                    found[prefix, depth].setdefault(name, column)
                break
    names = {key: key[0].removesuffix("AuxDyn").rstrip("._:") for key in found}
    # Numbers of the same prefix as lists (rare) keep out of the lists' way.
    listed = {names[key] for key in found if key[1] == 1}
    return {
        names[key] + ("_event" if key[1] == 0 and names[key] in listed else ""): fields
        for key, fields in found.items()
    }


def _momentum_set(fields: Mapping[str, Column], name: str, path: str) -> tuple[str, str, str, str]:
    if {"px", "py"} <= fields.keys():
        return ("px", "py", "pz", "E" if "E" in fields else "mass")
    if {"pt", "phi"} <= fields.keys():
        return ("pt", "eta", "phi", "mass" if "mass" in fields or "E" not in fields else "E")
    raise InputError(
        f"collection '{name}' needs px and py, or pt and phi",
        file=path,
        hint=f"options: columns gives {', '.join(sorted(fields))}",
    )


def _collection(
    name: str, fields: Mapping[str, Column], units: str, path: str
) -> tuple[CollectionLayout, tuple[str, ...]]:
    """The collection, and the coordinates that are taken as 0."""
    momentum: dict[str, Leaf] = {}
    coordinates = _momentum_set(fields, name, path)
    depths = {column.depth for column in fields.values()}
    if len(depths) > 1:
        raise InputError(
            f"collection '{name}' mixes lists and numbers per event", file=path, hint="map it in two"
        )
    for field in coordinates:
        unit = "GeV" if field in _ENERGIES else ""
        scale = 1e-3 if units == "MeV" and field in _ENERGIES else 1.0
        if field in fields:
            column = fields[field]
            if not column.numeric:
                raise InputError(f"column '{column.name}' holds an array, not one number", file=path)
            momentum[field] = Leaf(column.name, FieldSchema("float64", unit, column.doc), scale=scale)
        else:
            momentum[field] = Leaf(None, FieldSchema("float64", unit, "not stored: 0"))
    extras = {
        event_field_name(field): Leaf(column.name, FieldSchema(column.type, "", column.doc))
        for field, column in fields.items()
        if field not in coordinates and field not in _COORDINATES.values()
    }
    constants = tuple(field for field, leaf in momentum.items() if leaf.column is None)
    kind = "MissingET" if {"pz", "eta"} & set(constants) else name
    return CollectionLayout(name, kind, momentum, extras, depths == {0}), constants


def _event_leaf(column: Column, path: str) -> Leaf:
    if column.depth:
        raise InputError(
            f"column '{column.name}' holds a list per event and cannot be an event field",
            file=path,
            hint="map it as a field of a collection",
        )
    return Leaf(column.name, FieldSchema(column.type, "", column.doc))


def _weights(
    columns: Mapping[str, Column], options: ColumnMapOptions, find: _Finder
) -> tuple[dict[str, WeightLeaf], str | None]:
    names = list(_weight_names(columns))
    if options.weight is not None:
        column = find.one(options.weight, "weight")
        if column.depth or not column.numeric:
            raise InputError(f"column '{column.name}' is not one number per event", file=find.path)
        names = [column.name, *(n for n in names if n != column.name)]
    weights = {_short(name): WeightLeaf(name) for name in names}
    return weights, next(iter(weights), None)


def _weight_names(columns: Mapping[str, Column]) -> Iterator[str]:
    numbers = [c.name for c in columns.values() if c.depth == 0 and c.numeric]
    plain = {name: re.sub(r"[\W_]", "", _short(name)).lower() for name in numbers}
    for spelling in _WEIGHTS:
        yield from (name for name, short in plain.items() if short == spelling)
