"""The layout of a file from its columns: the card's map, or the guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from symhep.errors import InputError, nearest
from symhep.readers.collection import CollectionLayout, Leaf, event_field_name
from symhep.readers.columns.groups import Group, groups_of, short_name
from symhep.readers.columns.names import Pattern
from symhep.readers.columns.options import ColumnMapOptions
from symhep.readers.columns.roles import role_of
from symhep.readers.columns.spellings import is_missing_momentum, momentum_of, spelled
from symhep.readers.columns.weights import Weights, weights_of
from symhep.readers.coordinates import ENERGIES
from symhep.readers.interface import FieldSchema
from symhep.readers.layout import Layout
from symhep.readers.table import Column
from symhep.readers.units import in_mev

__all__ = ["layout_of"]

_ARRAY = re.compile(r"^(?P<inner>\w+)\[\d+\]$")
_ALONG = frozenset({"pz", "eta", "rapidity", "theta"})
#: Names in a note, before it says 'and so many more'.
_AT_MOST = 20


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
    plain = {name: column for name, column in columns.items() if not _bookkeeping(column, columns)}
    if options.columns is None:
        groups = groups_of(_with_lists(plain.values()))
        for group in groups:
            group.fixed = all(
                columns[c.name].depth == 0 for members in group.momentum.values() for c in members
            )
    else:
        groups = [_mapped(name, fields, find) for name, fields in options.columns.items()]
    collections = {group.name: _collection(group, options, path) for group in groups}
    used = {name for group in groups for name in group.used}
    weights = weights_of(columns, used, options.weight, path)
    if options.event is not None:
        events = {name: find.one(column, "event") for name, column in options.event.items()}
    else:
        events = _event_columns(plain, used, collections)
    said += _notes(groups, collections, options, plain, used, weights)
    return Layout(
        collections,
        {name: _event_leaf(column, path) for name, column in events.items()},
        weights.known,
        weights.auto,
        containers,
        tuple(said),
        weights.lists,
        frozenset(g.name for g in groups if options.units == "auto" and not in_mev(g.used)),
    )


class _Finder:
    """Columns by their full or last name."""

    def __init__(self, columns: Mapping[str, Column], path: str) -> None:
        self.path = path
        self.columns = {**{short_name(c.name): c for c in columns.values()}, **columns}

    def one(self, name: str, where: str) -> Column:
        if name not in self.columns:
            raise InputError(
                f"there is no column '{name}' (options: {where})",
                file=self.path,
                hint=nearest(name, self.columns),
            )
        return self.columns[name]


def _mapped(name: str, fields: Mapping[str, str | Sequence[str]], find: _Finder) -> Group:
    """A collection as the card maps it."""
    given = {
        field: tuple(
            _with_lists(
                find.one(c, f"columns: {name}") for c in ([names] if isinstance(names, str) else names)
            )
        )
        for field, names in fields.items()
    }
    _check_shapes(name, given, find.path)
    leaves = {spelled(field): field for field in given}
    found = momentum_of(leaves, "")
    if found is None:
        raise InputError(
            f"collection '{name}' needs px and py, or pt and phi",
            file=find.path,
            hint=f"options: columns gives {', '.join(sorted(fields))}",
        )
    coordinates = {leaves[leaf] for leaf in found.coordinates}
    return Group(
        name,
        Pattern("", ""),
        next(iter(given.values()))[0].depth,
        {coordinate: given[leaves[leaf]] for coordinate, leaf in found.leaves.items()},
        extras={field: members for field, members in given.items() if field not in coordinates},
        used={column.name for members in given.values() for column in members},
        fixed=all(find.columns[c.name].depth == 0 for members in given.values() for c in members),
    )


def _check_shapes(name: str, given: Mapping[str, tuple[Column, ...]], path: str) -> None:
    counts = {len(members) for members in given.values()}
    if len(counts) > 1 or 0 in counts:
        raise InputError(
            f"collection '{name}' maps different numbers of columns: "
            + ", ".join(f"{field} {len(members)}" for field, members in given.items()),
            file=path,
            hint="give one column for every object, in every field",
        )
    depths = {column.depth for members in given.values() for column in members}
    if len(depths) > 1 or (depths == {1} and counts != {1}):
        raise InputError(
            f"collection '{name}' has both lists and numbers per event",
            file=path,
            hint="map it to two collections",
        )


def _with_lists(columns: Iterable[Column]) -> Iterator[Column]:
    """An array of a fixed number of momenta, ``px[2]``, is a list of so many in every event."""
    for column in columns:
        array = _ARRAY.match(column.type) if column.depth == 0 else None
        yield replace(column, type=array["inner"], depth=1) if array else column


def _bookkeeping(column: Column, columns: Mapping[str, Column]) -> bool:
    """The counter of one list, ``ntau_pt`` of ``tau_pt``, and the two numbers of every TObject say nothing."""
    path, _, short = column.name.rpartition("/")
    if short.rpartition(".")[2] in ("fUniqueID", "fBits"):
        return True
    if column.depth or not column.type.startswith(("int", "uint")):
        return False
    counted = columns.get(f"{path}/{short[1:]}" if path else short[1:])
    return short[:1] in ("n", "N") and counted is not None and counted.depth == 1


def _collection(group: Group, options: ColumnMapOptions, path: str) -> CollectionLayout:
    """The collection; coordinates that the file lacks are 0."""
    momentum: dict[str, Leaf] = {}
    mev = options.units == "MeV" or (options.units == "auto" and in_mev(group.used))
    missing = [] if _ALONG & group.momentum.keys() else ["pz" if "px" in group.momentum else "eta"]
    missing += [] if {"E", "mass"} & group.momentum.keys() else ["mass"]
    order = ("px", "py", "pz", "p", "pt", "eta", "rapidity", "theta", "phi", "E", "mass")
    for field in sorted({*group.momentum, *missing}, key=order.index):
        unit = "GeV" if field in ENERGIES else ""
        members = group.momentum.get(field)
        if members is None:
            momentum[field] = Leaf(None, FieldSchema("float64", unit, "not stored, set to 0"))
            continue
        for column in members:
            if not column.numeric:
                raise InputError(f"column '{column.name}' contains an array, not one number", file=path)
        scale = 1e-3 if mev and field in ENERGIES else 1.0
        momentum[field] = Leaf(_names(members), FieldSchema("float64", unit, _doc(members)), scale=scale)
    extras = {
        event_field_name(field): Leaf(
            _names(members), FieldSchema(members[0].type, "", _doc(members), role_of(field, members[0].type))
        )
        for field, members in group.extras.items()
    }
    kind = "MissingET" if missing and missing[0] != "mass" else group.name
    padding: Literal["lists", "fixed"] = "fixed" if group.fixed else "lists"
    return CollectionLayout(group.name, kind, momentum, extras, group.depth == 0, padding)


def _names(members: tuple[Column, ...]) -> str | tuple[str, ...]:
    return members[0].name if len(members) == 1 else tuple(column.name for column in members)


def _doc(members: tuple[Column, ...]) -> str:
    return members[0].doc if len(members) == 1 else f"{short_name(members[0].name)}, ..."


def _event_columns(
    columns: Mapping[str, Column], used: set[str], collections: Mapping[str, CollectionLayout]
) -> dict[str, Column]:
    """Numbers per event that belong to no collection; of two with one last name the second keeps its whole name."""
    found: dict[str, Column] = {}
    for column in columns.values():
        if column.depth == 0 and column.name not in used:
            name = short_name(column.name)
            name = column.name if name in found else name
            while name in found or name in collections:
                name += "_event"
            found[name] = column
    return found


def _event_leaf(column: Column, path: str) -> Leaf:
    if column.depth:
        raise InputError(
            f"column '{column.name}' contains a list per event and cannot be an event field",
            file=path,
            hint="map it as a field of a collection",
        )
    return Leaf(column.name, FieldSchema(column.type, "", column.doc, role_of(column.name, column.type)))


def _notes(
    groups: Sequence[Group],
    collections: Mapping[str, CollectionLayout],
    options: ColumnMapOptions,
    columns: Mapping[str, Column],
    used: set[str],
    weights: Weights,
) -> Iterator[str]:
    """What a person should know of the guess."""
    mev = [g.name for g in groups if options.units == "auto" and in_mev(g.used)]
    if mev:
        yield (
            f"Columns of ATLAS AuxDyn are in MeV and were divided by 1000: {_some(mev)} (if they are in GeV: "
            f"options: {{units: GeV}})."
        )
    for group in (g for g in groups if len(g.numbers) > 1):
        one = next(iter(group.momentum.values()))
        yield (
            f"{short_name(one[0].name)} to {short_name(one[-1].name)} and similar columns were taken as {len(one)} "
            f"objects of collection '{group.name}'."
        )
    for group in (g for g in groups if g.generic):
        yield f"x, y, z, t of '{group.name}' were taken as px, py, pz, E (to change: options: columns)."
    zeros = "No {what} is stored for {names}: set to 0."
    if options.columns is not None:
        zeros = "The column map has no {what} for {names}: set to 0."
    missing: dict[str, list[str]] = {}
    for name, collection in collections.items():
        for what in (f for f, leaf in collection.momentum.items() if leaf.column is None):
            missing.setdefault(what, []).append(name)
    for what, names in missing.items():
        yield zeros.format(what=what, names=", ".join(names))
    if options.columns is None:
        angled = [g.name for g in groups if is_missing_momentum(g.pattern.family) and _drops_an_angle(g)]
        if angled:
            yield f"The angle along the beam of {_some(angled)} is not used for missing transverse momentum."
    if weights.auto is None:
        yield "No event weight was recognised: all events have weight 1 (to set one: options: weight)."
    elif weights.known[weights.auto].index is not None and options.weight is None:
        yield f"The event weight is {weights.auto}, the first element of the list."
    lists = {w.column for w in weights.lists.values()}
    left = [c.name for c in columns.values() if c.depth == 1 and c.name not in used | lists]
    if left and options.columns is None:
        yield f"Lists without a momentum are ignored (to map them: options: columns): {_some(left)}."


def _drops_an_angle(group: Group) -> bool:
    """Is there a column of eta that no coordinate uses?"""
    taken = {
        column.name for members in (*group.momentum.values(), *group.extras.values()) for column in members
    }
    return any(short_name(name).lower().endswith("eta") for name in group.used - taken)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _AT_MOST} more" if len(names) > _AT_MOST else ""
    return ", ".join(names[:_AT_MOST]) + more
