"""Columns that belong together: the four-vectors of a collection, numbered objects, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symhep.readers.columns.names import Pattern, readings
from symhep.readers.columns.roles import role_of
from symhep.readers.columns.spellings import Momentum, momentum_of, spelled
from symhep.readers.table import Column

__all__ = ["Group", "groups_of", "short_name"]

#: (pattern, depth) -> number of the object, if there is one -> leaf as spelled -> column.
_Read = dict[tuple[Pattern, int], dict[int | None, dict[str, Column]]]

_KNOWN = {
    "charge": "charge",
    "q": "charge",
    "pdgid": "pdgId",
    "pid": "pdgId",
    "pdg": "pdgId",
    "status": "status",
}
#: Names of families whose own name says little.
_FAMILIES = {"": "particles", "j": "jets", "l": "leptons"}


@dataclass
class Group:
    """The columns of a collection by its fields, one for each numbered object.

    ``momentum`` maps coordinates, ``extras`` other fields; ``used`` are the names of all columns that are spoken for;
    ``fixed``: every event has the same number of entries.
    """

    name: str
    pattern: Pattern
    depth: int
    momentum: dict[str, tuple[Column, ...]]
    generic: bool = False
    extras: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    numbers: tuple[int, ...] = ()
    fixed: bool = False


def short_name(name: str) -> str:
    """A column without the path of its branch."""
    return name.rpartition("/")[2]


def groups_of(columns: Iterable[Column]) -> list[Group]:
    """The collections that the names of the columns speak of, each column in one of them at most.

    Numbered objects come first: 'lep1_pt' and 'lep2_pt' are two objects of the collection 'lep', and no collections
    lep1 and lep2. An extra field belongs to the collection with the longest pattern that it fits.
    """
    columns = list(columns)
    read: _Read = {}
    for column in (c for c in columns if c.numeric):
        for way in readings(short_name(column.name)):
            if way.number is None or column.depth == 0:
                numbers = read.setdefault((way.pattern, column.depth), {})
                numbers.setdefault(way.number, {}).setdefault(spelled(way.leaf), column)
    taken: set[str] = set()
    found = list(_numbered(_completed(read, columns, taken, numbered=True), taken))
    found += _unnumbered(_completed(read, columns, taken, numbered=False), taken)
    _add_extras(found, [c for c in columns if c.name not in taken])
    _name(found)
    return found


def _completed(read: _Read, columns: Iterable[Column], taken: set[str], *, numbered: bool) -> _Read:
    """The patterns with momenta among the columns not taken, with the leaves that only such a pattern shows.

    Single letters are no words: 'mj1' is seen once 'pxj1' has told of the pattern.
    """
    free = [c for c in columns if c.numeric and c.name not in taken]
    found: _Read = {}
    for (pattern, depth), by_number in read.items():
        if pattern.numbered != numbered:
            continue
        left = {
            n: {leaf: c for leaf, c in leaves.items() if c.name not in taken}
            for n, leaves in by_number.items()
        }
        if not any(momentum_of(leaves, pattern.family) for leaves in left.values()):
            continue
        for column in (c for c in free if c.depth == depth):
            fits = pattern.leaf(short_name(column.name))
            if fits and fits[1] in left:
                left[fits[1]].setdefault(spelled(fits[0]), column)
        found[pattern, depth] = left
    return found


def _numbered(read: _Read, taken: set[str]) -> Iterator[Group]:
    """Objects 1, 2, ... or 0, 1, ... with the same coordinates, the largest families first."""
    families = []
    for (pattern, depth), by_number in read.items():
        objects = {
            n: m
            for n, leaves in by_number.items()
            if n is not None and (m := momentum_of(leaves, pattern.family))
        }
        first = min(objects, default=0)
        run: list[int] = []
        while first in (0, 1) and (number := first + len(run)) in objects:
            if objects[number].leaves.keys() != objects[first].leaves.keys():
                break
            run.append(number)
        if len(run) > 1:
            families.append((pattern, depth, tuple(run), objects, by_number))
    for pattern, depth, numbers, objects, by_number in sorted(families, key=lambda f: -len(f[2])):
        members = [(objects[n], by_number[n]) for n in numbers]
        used = {leaves[leaf].name for m, leaves in members for leaf in m.coordinates}
        if used & taken:
            continue
        taken |= used
        momentum = {c: tuple(leaves[m.leaves[c]] for m, leaves in members) for c in members[0][0].leaves}
        yield Group("", pattern, depth, momentum, members[0][0].generic, used=used, numbers=numbers)


def _unnumbered(read: _Read, taken: set[str]) -> Iterator[Group]:
    for (pattern, depth), by_number in read.items():
        leaves = {leaf: c for leaf, c in by_number.get(None, {}).items() if c.name not in taken}
        found = momentum_of(leaves, pattern.family)
        if found is None or not _trusted(pattern, found):
            continue
        used = {leaves[leaf].name for leaf in found.coordinates}
        taken |= used
        momentum: dict[str, tuple[Column, ...]] = {c: (leaves[leaf],) for c, leaf in found.leaves.items()}
        yield Group("", pattern, depth, momentum, found.generic, used=used)


def _trusted(pattern: Pattern, found: Momentum) -> bool:
    """Bare columns px, py, ... without a name of an object are one only if they are a whole four-vector."""
    return bool(pattern.before or pattern.after) or (found.complete and not found.generic)


def _add_extras(groups: list[Group], columns: Iterable[Column]) -> None:
    """Other fields of the collections: 'Jet_btag' of 'Jet_', 'charge_mu' of '_mu', Q1 and Q2 of px1, px2, ..."""
    by_length = sorted(groups, key=lambda g: -len(g.pattern.before + g.pattern.after))
    numbered: dict[int, dict[str, dict[int, Column]]] = {}
    for column in columns:
        for group in by_length:
            fits = group.pattern.leaf(short_name(column.name)) if column.depth == group.depth else None
            if fits is None:
                continue
            leaf, number = _field_name(fits[0]), fits[1]
            if number is None:
                if leaf not in group.extras:
                    group.extras[leaf] = (column,)
                    group.used.add(column.name)
                break
            if number in group.numbers and _describes(leaf, column, group):
                numbered.setdefault(id(group), {}).setdefault(leaf, {})[number] = column
                break
    _add_beside_p4(groups, columns)
    _add_bare(groups, columns)
    for group in groups:
        for leaf, members in numbered.get(id(group), {}).items():
            if len(members) == len(group.numbers):
                group.extras[leaf] = tuple(members[n] for n in group.numbers)
                group.used |= {c.name for c in group.extras[leaf]}


def _add_beside_p4(groups: Iterable[Group], columns: Iterable[Column]) -> None:
    """'muonq' and 'muoniso' are fields of the vectors 'muonp4'."""
    stems = {g.pattern.stem: g for g in groups if g.pattern.stem is not None}
    used = {name for group in groups for name in group.used}
    for column in (c for c in columns if c.name not in used):
        short = short_name(column.name)
        fitting = [stem for stem, g in stems.items() if short.startswith(stem) and g.depth == column.depth]
        stem = max(fitting, key=len, default=None)
        if stem is not None and (leaf := _field_name(short[len(stem) :].strip("._:"))):
            stems[stem].extras.setdefault(leaf, (column,))
            stems[stem].used.add(column.name)


def _add_bare(groups: Iterable[Group], columns: Iterable[Column]) -> None:
    """Charge, PDG number and status beside lists that are called px, py, pz, E and no more."""
    for group in (g for g in groups if g.depth and not g.pattern.before + g.pattern.after):
        for column in (c for c in columns if c.depth == group.depth):
            short = short_name(column.name)
            leaf = "pdgId" if short.lower() == "id" else _KNOWN.get(short.lower())
            if leaf is not None:
                group.extras.setdefault(leaf, (column,))
                group.used.add(column.name)


def _describes(leaf: str, column: Column, group: Group) -> bool:
    """A weight is the event's, and x1, x2 beside px1, px2 are the momentum fractions of partons."""
    fraction = group.pattern.family == "" and leaf.lower() in {"x", "xf", "xpdf"}
    return not fraction and role_of(column.name, column.type) != "weight"


def _field_name(leaf: str) -> str:
    """'Charge' and 'Q' are `charge`, 'pid' is `pdgId`, as in cards for any file."""
    return _KNOWN.get(leaf.lower()) or re.sub(r"\W", "_", leaf.partition("[")[0])


def _name(groups: list[Group]) -> None:
    """The family's name; where lists and numbers per event have the same one, the latter get another."""
    names: set[str] = set()
    for group in sorted(groups, key=lambda g: -g.depth):
        name = _FAMILIES.get(group.pattern.family, group.pattern.family)
        if name in names:
            name += "_event" if group.depth == 0 else "_lists"
        while name in names:
            name += "_"
        group.name = name
        names.add(name)
