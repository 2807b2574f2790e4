"""What the names of an expression mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import numpy as np

from symhep.card.expressions import KINEMATICS, SELF
from symhep.events.axes import EVENTS, MEMBER, Axis, Value
from symhep.events.card_function import CardFunction

__all__ = ["Names", "Scope", "kinematic", "object_scope"]


def kinematic(vectors: ak.Array, variable: str) -> ak.Array:
    """A variable of `KINEMATICS` (GeV, rad) of ``vectors``; stored or derived.

    The invariant mass is that of `vector`: negative for space-like four-vectors.
    """
    return getattr(vectors, {"m": "mass", "energy": "E"}.get(variable, variable))


def object_scope(members: ak.Array, names: Iterable[str]) -> dict[str, ak.Array]:
    """What ``names`` mean inside ``where`` and ``sort`` of an object: stored fields first, then kinematics."""
    stored = set(ak.fields(members))
    return {
        name: members[name] if name in stored else kinematic(members, name)
        for name in names
        if name in stored or name in KINEMATICS
    }


@dataclass(frozen=True)
class Scope:
    """What names mean in N events: objects (lists of four-vectors), numbers per event, ``weight``; and functions.

    >>> scope = Scope({"x": ak.Array([1.0, 2.0, 3.0])})
    >>> scope.take(np.array([True, False, True])).values["x"].to_list()
    [1.0, 3.0]
    """

    values: Mapping[str, Any]
    functions: Mapping[str, CardFunction] = field(default_factory=dict)

    def take(self, events: Any) -> Scope:
        """The same for some of the events: a slice, a mask (N,), or their numbers."""
        values = {
            name: value[events] if isinstance(value, ak.Array | np.ndarray) else value
            for name, value in self.values.items()
        }
        return Scope(values, self.functions)

    def only(self, names: Iterable[str]) -> Scope:
        """Without what an expression of these ``names`` does not need."""
        return Scope({name: self.values[name] for name in names if name in self.values}, self.functions)

    def holding(self, **values: Any) -> Scope:
        """With these names besides, or instead."""
        return Scope({**self.values, **values}, self.functions)


class Names:
    """Looks names up: fields and kinematics of ``members`` and 'self', if there are any, then what the scope has."""

    def __init__(self, scope: Scope, members: ak.Array | None) -> None:
        self.scope, self.members = scope, members
        self._found: dict[str, Value] = {}
        self._axes: list[Axis] = []
        if members is not None:
            self._self = self._axis(SELF, members)
            self._flat = ak.flatten(members, axis=1)

    def __getitem__(self, name: str) -> Value:
        """Raises `KeyError`."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> Value:
        if self.members is not None:
            if name == SELF:
                return Value(self._flat, self._self)
            for found in object_scope(self._flat, [name]).values():
                return Value(found, self._self)
        value = self.scope.values[name]
        if not isinstance(value, ak.Array | np.ndarray):
            return Value(value)
        array = ak.Array(value)
        if array.ndim == 1:
            return Value(array, EVENTS)
        axis = self._axis(name, array)
        if not ak.fields(array):
            # Lists of numbers of the same lengths are fields of one object.
            axis = next((a for a in self._axes if np.array_equal(a.counts, axis.counts)), axis)
        return Value(ak.flatten(array, axis=1), axis)

    def _axis(self, name: str, lists: ak.Array) -> Axis:
        counts = ak.to_numpy(ak.num(lists, axis=1)).astype(np.int64)
        member = ak.to_numpy(ak.flatten(lists[MEMBER], axis=1)) if MEMBER in ak.fields(lists) else None
        self._axes.append(Axis(name, counts, member, len(self._axes)))
        return self._axes[-1]
