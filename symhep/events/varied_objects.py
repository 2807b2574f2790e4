"""Objects whose members' four-momenta are changed, and what follows of them: missing momentum, pairs, clusters.

A change acts on the members of the object's own collection, before its ``where``. With f the factor and s the relative
width, a member's four-momentum p becomes f (1 + s g) p; g is a standard normal number, which depends on the seed, the
content of the file, the collection, and the numbers of event and member alone. Missing transverse momentum, which
balances what was measured, changes by the negative sum of the transverse changes of the members that pass the object's
``where`` before the change or after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from copy import copy

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import parse_expression
from symhep.card.objects import ObjectCard
from symhep.card.variations import ObjectChange
from symhep.errors import InputError
from symhep.events.axes import MEMBER
from symhep.events.evaluate import per_member
from symhep.events.identity import hashes
from symhep.events.kinds import VectorKind
from symhep.events.objects import ObjectBuilder, needed_objects, object_order

__all__ = ["LEAST_FACTOR", "VariedBuilder", "carried_over", "changed_order", "normal_numbers"]

FloatArray = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Coordinates of a four-momentum that a factor multiplies; angles stay.
_SCALED = ("px", "py", "pz", "E", "pt", "mass")
#: No momentum is turned round, or lost, by a large fluctuation.
LEAST_FACTOR = 1e-3


def carried_over(
    cards: Mapping[str, ObjectCard], kinds: Mapping[str, VectorKind], changed: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the ``changed`` objects those whose recoil moves missing momentum, and the objects that it moves: those of a
    collection with vectors of kind transverse.

    >>> cards = {"met": ObjectCard(collection="MET"), "jets": ObjectCard(collection="Jet")}
    >>> carried_over(cards, {"met": "transverse"}, ["jets"]), carried_over(cards, {"met": "transverse"}, ["met"])
    ((('jets',), ('met',)), ((), ()))
    """
    visible = tuple(name for name in changed if kinds.get(name) != "transverse")
    missing = tuple(n for n, c in cards.items() if c.collection is not None and kinds.get(n) == "transverse")
    return visible, missing if visible else ()


def changed_order(
    cards: Mapping[str, ObjectCard], kinds: Mapping[str, VectorKind], changed: Iterable[str]
) -> list[str]:
    """The objects that depend on ``changed`` ones, these included, each after those that it needs.

    Raises `CardError` where an object chooses its members by the missing momentum that its change is carried over to.

    >>> cards = {
    ...     "met": ObjectCard(collection="MET"),
    ...     "jets": ObjectCard(collection="Jet"),
    ...     "muons": ObjectCard(collection="Muon"),
    ...     "far": ObjectCard(collection="Photon", where="all(deltaR(self, jets) > 0.4)"),
    ... }
    >>> changed_order(cards, {"met": "transverse"}, ["jets"])
    ['jets', 'met', 'far']
    """
    visible, missing = carried_over(cards, kinds, changed)
    order = object_order(cards, dict.fromkeys(missing, visible))
    touched = {*changed, *missing}
    for name in order:
        if touched & set(needed_objects(name, cards)):
            touched.add(name)
    return [name for name in order if name in touched]


class VariedBuilder(ObjectBuilder):
    """The objects of some of the events of ``nominal`` with changed members.

    Parameters
    ----------
    nominal
        With all its objects.
    rows
        (n,) which of its events.
    inputs
        Names of objects and collections, numbers per event included, that the changed objects are made of.
    changes
        Object -> its change.
    carried
        As `carried_over` has it.
    numbers
        (n,) of the events in the file.
    key
        Seed and content of the file, see `normal_numbers`.
    """

    def __init__(
        self,
        nominal: ObjectBuilder,
        rows: Integers,
        inputs: frozenset[str],
        changes: Mapping[str, ObjectChange],
        carried: tuple[tuple[str, ...], tuple[str, ...]],
        numbers: Integers,
        key: tuple[int, str],
        file: str = "",
    ) -> None:
        super().__init__(nominal.events[rows], nominal.scope.only(inputs).take(rows))
        self.objects = _some(nominal.objects, inputs, rows)
        self.numbered = _some(nominal.numbered, inputs, rows)
        self.clustered = _some(nominal.clustered, inputs, rows)
        self.sources = nominal.sources
        self._visible, self._missing = carried
        self._before = _some(nominal.objects, frozenset(self._visible if self._missing else ()), rows)
        self._changes, self._numbers, self._key, self._file = changes, numbers, key, file
        self._factors: dict[str, FloatArray] = {}
        self._counted: dict[str, Integers] = {}  # collection -> numbers of members in the recoil
        self._recoil = np.zeros((len(rows), 2))

    def some(self, rows: Integers) -> VariedBuilder:
        """What there is so far, of these events."""
        found = copy(self)
        found.events, found.scope = self.events[rows], self.scope.take(rows)
        for name in ("objects", "numbered", "clustered", "_before"):
            setattr(found, name, {key: array[rows] for key, array in getattr(self, name).items()})
        found._numbers, found._recoil = self._numbers[rows], self._recoil[rows]
        found._factors, found._counted = {}, dict(self._counted)
        return found

    def collection_of(self, name: str, card: ObjectCard) -> ak.Array:
        """All members that the object chooses from, changed."""
        members = super().collection_of(name, card)
        if name in self._changes:
            self._factors[name] = self._factor(name, str(card.collection), members)
            lists = ak.unflatten(self._factors[name], ak.num(members, axis=1))
            members = _with(members, {n: members[n] * lists for n in ak.fields(members) if n in _SCALED})
        return self._balanced(members) if name in self._missing else members

    def build(self, name: str, card: ObjectCard) -> ak.Array:
        """As of the nominal events."""
        built = super().build(name, card)
        if name in self._before:
            self._recoil_of(name, str(card.collection), built)
        return built

    def _factor(self, name: str, collection: str, members: ak.Array) -> FloatArray:
        """(M,) of all members of all events."""
        change, counts = self._changes[name], ak.to_numpy(ak.num(members, axis=1))
        events, factor = np.repeat(self._numbers, counts), np.ones(int(counts.sum()))

        def worked_out(text: str) -> FloatArray:
            found = per_member(parse_expression(text), members, self.scope)
            return np.asarray(ak.to_numpy(ak.flatten(found, axis=1)), dtype=np.float64)

        if change.factor is not None:
            factor = factor * worked_out(change.factor)
        if change.smear is not None:
            place = ak.to_numpy(ak.flatten(ak.local_index(members, axis=1), axis=1)).astype(np.int64)
            normal = normal_numbers(*self._key, collection, events, place)
            factor = factor * (1 + worked_out(change.smear) * normal)
        if not np.isfinite(factor).all():
            raise InputError(
                f"the change of '{name}' is not a finite number for one of its members",
                file=self._file, event=int(events[~np.isfinite(factor)][0]),
                hint="give a value for missing members, as in if(pt > 0, 1.02, 1)",
            )  # fmt: skip
        return np.maximum(factor, LEAST_FACTOR)

    def _recoil_of(self, name: str, collection: str, built: ak.Array) -> None:
        """Add the changes of members that pass before or after; each counts once, though several objects have it."""
        members = self.numbered[collection]
        counts, flat = ak.to_numpy(ak.num(members, axis=1)), ak.flatten(members, axis=1)
        passing = [ak.to_numpy(ak.flatten(a[MEMBER], axis=1)) for a in (built, self._before[name])]
        before = self._counted.get(collection, np.zeros(0, dtype=np.int64))
        added = np.setdiff1d(np.concatenate(passing), before)
        new = np.isin(ak.to_numpy(flat[MEMBER]), added)
        self._counted[collection] = np.concatenate([before, added])
        event = np.repeat(np.arange(len(counts)), counts)[new]
        gain = self._factors[name][new] - 1
        for component, p in enumerate((flat.px, flat.py)):
            change = gain * ak.to_numpy(p).astype(np.float64)[new]
            self._recoil[:, component] -= np.bincount(event, change, minlength=len(counts))

    def _balanced(self, members: ak.Array) -> ak.Array:
        """Missing momentum with the recoil of what was changed."""
        px, py = members.px + self._recoil[:, 0], members.py + self._recoil[:, 1]
        changed = {"px": px, "py": py, "pt": np.sqrt(px**2 + py**2), "phi": np.arctan2(py, px)}
        return _with(members, {name: v for name, v in changed.items() if name in ak.fields(members)})


def _some(arrays: Mapping[str, ak.Array], names: frozenset[str], rows: Integers) -> dict[str, ak.Array]:
    return {name: array[rows] for name, array in arrays.items() if name in names}


def normal_numbers(seed: int, content: str, collection: str, events: Integers, place: Integers) -> FloatArray:
    """(M,) standard normal numbers of members, from a hash of the seed, the content of the file, the collection, and
    the numbers of event and member (Box and Muller, Ann. Math. Stat. 29 (1958) 610).

    >>> events, place = np.repeat(np.arange(50_000), 2), np.tile([0, 1], 50_000)
    >>> g = normal_numbers(1, "file", "Jet", events, place)
    >>> bool(abs(g.mean()) < 0.02), bool(abs(g.std() - 1) < 0.02), len(np.unique(g)) == len(g)
    (True, True, True)
    >>> bool(g[7] == normal_numbers(1, "file", "Jet", events[7:8], place[7:8])[0])
    True
    """
    digest = hashlib.blake2b(f"{seed}\0{content}\0{collection}".encode(), digest_size=8).digest()
    purpose = np.full(len(events), int.from_bytes(digest, "little", signed=True), dtype=np.int64)
    mixed = [hashes([purpose, events, place, np.full(len(events), i)], len(events)) for i in (0, 1)]
    u, v = ((m.view(np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53 for m in mixed)
    return np.asarray(np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v))


def _with(members: ak.Array, fields: Mapping[str, ak.Array]) -> ak.Array:
    for name, values in fields.items():
        members = ak.with_field(members, values, name)
    return members
