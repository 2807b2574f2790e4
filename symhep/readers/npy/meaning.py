"""What the arrays of a file mean: numbers or lists per event, each with the part of an array that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symhep.errors import InputError, nearest
from symhep.readers.npy.arrays import Member
from symhep.readers.npy.components import components_of, offered
from symhep.readers.table import Column

__all__ = ["Meaning", "Part", "meaning_of"]

#: Names of arrays that hold a momentum's component of every object.
_LEAF = re.compile(r"(?:.*[._])?(?:p_?[xyzt]|eta|phi|e|en|energy|m|mass|y|rap|rapidity)", re.IGNORECASE)
#: More numbers per event than this are no features.
_MANY = 200
_OBJECTS = "particles"


@dataclass(frozen=True)
class Part:
    """Where a column comes from: an array; there a field of its type, a place on its last axis, or a component.

    ``components`` name the last axis of an array of particles, whose entries of zeros are no particles.
    """

    member: Member
    field: str | None = None
    place: int | None = None
    component: str | None = None
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """N events; their columns, the part of the file that each is, and what a person should know."""

    events: int
    columns: Mapping[str, Column]
    parts: Mapping[str, Part]
    notes: tuple[str, ...]


def meaning_of(
    members: Mapping[str, Member], array: str | None, given: Sequence[str] | None, path: str
) -> Meaning:
    """The columns of a file's arrays. Raises `InputError` where the options do not fit the file."""
    if array is not None and array not in members:
        raise InputError(f"there is no array '{array}'", file=path, hint=nearest(array, members))
    main = members[array] if array is not None else _main(members)
    events = main.shape[0]
    if given is not None and len(given) != main.shape[-1]:
        reason = f"{len(given)} components are named, but the last axis of '{main.name}' has {main.shape[-1]}"
        raise InputError(reason, file=path, hint="check 'components' in the options")
    alike = [
        m
        for m in members.values()
        if m.shape[0] == events and 0 not in m.shape[1:] and (m.dtype.names or m.dtype.kind in "biuf")
    ]
    lists = {m.shape[1] for m in alike if len(m.shape) == 2 and m.name and _LEAF.fullmatch(m.name)}
    columns: dict[str, Column] = {}
    parts: dict[str, Part] = {}
    notes: list[str] = []
    for member in alike:
        if member is main and len(member.shape) == 3:
            components, told = components_of(member, given)
            notes.append(told)
            found = _particles(member, components)
        else:
            found = _columns(member, lists, given if member is main else None, alone=len(members) == 1)
        for column, part in found:
            if column.name in columns:
                reason = f"two arrays have the column '{column.name}'"
                raise InputError(reason, file=path, hint="rename one of them, or choose with options: array")
            columns[column.name], parts[column.name] = column, part
    left = sorted({name for name, m in members.items() if m not in {part.member for part in parts.values()}})
    if left:
        notes.append(
            f"Arrays that are not numbers of each of the {events} events are ignored: {', '.join(left)}."
        )
    if not columns:
        reason = f"no array has at most {_MANY} numbers, lists or particles per event"
        raise InputError(reason, file=path, hint="supported are arrays of shape (N,), (N, F) and (N, P, C)")
    return Meaning(events, columns, parts, tuple(notes))


def _main(members: Mapping[str, Member]) -> Member:
    """The array of particles, else the first one."""
    arrays = [m for m in members.values() if len(m.shape) == 3]
    return next((m for m in arrays if m.name == "X"), next(iter(arrays), next(iter(members.values()))))


def _particles(member: Member, components: tuple[str, ...]) -> Iterator[tuple[Column, Part]]:
    """An array (N, P, C): lists of the components."""
    objects = _OBJECTS if member.name in ("", "X", "x") else member.name
    for name in offered(components):
        column = Column(f"{objects}.{name}", "int32" if name == "pdgId" else "float64", 1)
        yield column, Part(member, component=name, components=components)


def _columns(
    member: Member, lists: set[int], given: Sequence[str] | None, alone: bool
) -> Iterator[tuple[Column, Part]]:
    """Any other array: a structured one, numbers, several numbers, or lists of one length."""
    name, shape = member.name or "x", member.shape
    if member.dtype.names is not None:
        for field in member.dtype.names if len(shape) == 1 else ():
            inner = member.dtype[field]
            kind, axes = inner.base, inner.shape
            if kind.kind in "biuf" and len(axes) <= 1:
                called = field if alone else f"{name}.{field}"
                yield Column(called, _kind(kind), len(axes)), Part(member, field=field)
    elif len(shape) == 1:
        label = name == "y" and not alone
        yield (
            Column("label" if label else name, _kind(member.dtype), 0, "class of the event" if label else ""),
            Part(member),
        )
    elif len(shape) == 2 and shape[1] in lists and name != "y":
        prefixed = "_" in name or "." in name
        yield Column(name if prefixed else f"{_OBJECTS}.{name}", _kind(member.dtype), 1), Part(member)
    elif len(shape) == 2 and 0 < shape[1] <= _MANY:
        for i in range(shape[1]):
            called = given[i] if given is not None else f"{name}{i + 1}"
            yield Column(called, _kind(member.dtype), 0), Part(member, place=i)


def _kind(dtype: np.dtype[Any]) -> str:
    return str(dtype.newbyteorder("="))
