"""Objects of an event: members of a collection, pairs, jets, constituents, or several objects; after where and sort."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import KINEMATICS, SELF, parse_expression
from symhep.card.schema import ObjectCard, RunCard
from symhep.errors import CardError, nearest
from symhep.events.axes import MEMBER
from symhep.events.batch import MOMENTUM_SETS
from symhep.events.evaluate import Scope, per_member
from symhep.events.functions import CardFunction

__all__ = [
    "CONSTITUENTS",
    "PAIR_FIELDS",
    "ObjectBuilder",
    "build_objects",
    "needed_objects",
    "needed_order",
    "object_order",
    "pairs",
    "together",
]

#: What a pair knows besides its four-vector.
PAIR_FIELDS = ("charge", "deltaR", "deltaphi", "deltaeta")
#: Hidden field of a clustered jet: the numbers of its particles among those of the event that were clustered.
CONSTITUENTS = "_constituents"
#: Collections and other sources of members have their numbers apart by this.
_APART = 1 << 40
NOTHING_MORE: Mapping[str, Collection[str]] = {}


def object_order(
    cards: Mapping[str, ObjectCard], after: Mapping[str, Collection[str]] = NOTHING_MORE
) -> list[str]:
    """Names such that an object comes after those that it is made of, that its where, keep and sort name, and that
    ``after`` has for it.

    Raises `CardError` for objects that need each other, and for parts that are no objects.

    >>> cards = {"z": ObjectCard(pair=("mu",)), "mu": ObjectCard(collection="Muon")}
    >>> object_order(cards)
    ['mu', 'z']
    >>> far = ObjectCard(collection="Jet", where="all(deltaR(self, mu) > 0.4)")
    >>> object_order({"jets": far, "mu": ObjectCard(collection="Muon")})
    ['mu', 'jets']
    """
    ordered: list[str] = []

    def visit(name: str, chain: tuple[str, ...]) -> None:
        if name in chain:
            circle = (*chain[chain.index(name) :], name)
            raise CardError(
                f"circular definition of objects: {' -> '.join(circle)}",
                hint="'where' of an object may use other objects only after their own 'where'; define one "
                "of them twice, once without 'where'",
            )
        if name in ordered:
            return
        for needed in (*needed_objects(name, cards), *after.get(name, ())):
            visit(needed, (*chain, name))
        ordered.append(name)

    if SELF in cards:
        raise CardError("'self' is reserved for the member itself; rename the object")
    for name in cards:
        visit(name, ())
    return ordered


def needed_order(card: RunCard) -> list[str]:
    """The objects of a card in the order in which they are made, without systems of which only the parts are needed:
    those that no expression names."""
    texts = [t for c in card.objects.values() for t in (c.where, c.keep, c.sort.by if c.sort else None)]
    texts += [cut.cut for cuts in card.selections.values() for cut in cuts]
    texts += [t for f in card.features.values() for t in (*f.vars, *f.tags, *f.spectators)]
    named = {name for t in texts if t is not None for name in parse_expression(t).names}
    return [n for n in object_order(card.objects) if n in named or card.objects[n].system is None]


def needed_objects(name: str, cards: Mapping[str, ObjectCard]) -> Iterator[str]:
    """Other objects of which ``name`` is made, or which its expressions name."""
    card = cards[name]
    for part in (*(card.pair or ()), *(card.system or ()), card.constituents):
        if part is not None and part not in cards:
            raise CardError(f"object '{name}': unknown object '{part}'", hint=nearest(part, cards))
        if part is not None:
            yield part
    if card.cluster in cards and card.cluster != name:
        yield str(card.cluster)
    if card.constituents is not None and cards[card.constituents].cluster is None:
        clustered = [other for other, c in cards.items() if c.cluster is not None]
        raise CardError(
            f"object '{name}': '{card.constituents}' is not a clustered object, so it has no constituents",
            hint=nearest(card.constituents, clustered)
            if clustered
            else "define it with 'cluster', see docs/reference/card.md",
        )
    for text in (card.where, card.keep, card.sort.by if card.sort else None):
        if text is not None:
            # A kinematic variable is that of the member, whatever else is called so.
            named = parse_expression(text).names - set(KINEMATICS) - {name}
            yield from sorted(named & set(cards))


def pairs(first: ak.Array, second: ak.Array | None = None) -> ak.Array:
    """All pairs i < j of one object, or every combination of two: summed four-vectors.

    Adds ``deltaR``, ``deltaphi``, ``deltaeta`` between the two and, where both
    know it, the summed ``charge``.
    """
    a, b = ak.unzip(ak.combinations(first, 2) if second is None else ak.cartesian([first, second]))
    total = a + b
    fields: dict[str, Any] = {"px": total.px, "py": total.py, "pz": total.pz, "E": total.E}
    if "charge" in ak.fields(a) and "charge" in ak.fields(b):
        fields["charge"] = a.charge + b.charge
    fields |= {"deltaR": a.deltaR(b), "deltaphi": a.deltaphi(b), "deltaeta": a.deltaeta(b)}
    return ak.zip(fields, with_name="Momentum4D", depth_limit=2)


def together(parts: list[ak.Array]) -> ak.Array:
    """The members of several objects in one list per event, one object after the other, with the fields all have."""
    shared = [name for name in ak.fields(parts[0]) if all(name in ak.fields(part) for part in parts)]
    momentum = next((names for names in MOMENTUM_SETS if set(names) <= set(shared)), MOMENTUM_SETS[0])
    coordinates = {name for names in MOMENTUM_SETS for name in names}
    names = [*momentum, *(name for name in shared if name not in coordinates and name != CONSTITUENTS)]
    return ak.zip(
        {n: ak.concatenate([getattr(part, n) for part in parts], axis=1, mergebool=True) for n in names},
        with_name="Momentum4D", depth_limit=2,
    )  # fmt: skip


def build_objects(
    cards: Mapping[str, ObjectCard],
    events: ak.Array,
    weights: npt.NDArray[np.float64] | None = None,
    functions: Mapping[str, CardFunction] | None = None,
) -> dict[str, ak.Array]:
    """Every object of the card, before ``take``: list of four-vectors per event, sorted.

    ``functions`` are those of plugins and named folders that expressions call, by 'module:function'.
    """
    building = ObjectBuilder.of_events(events, weights, functions)
    building.build_all(cards, object_order(cards))
    return building.objects


class ObjectBuilder:
    """The objects of some events that are there so far."""

    def __init__(self, events: ak.Array, scope: Scope) -> None:
        self.events, self.scope = events, scope
        self.objects: dict[str, ak.Array] = {}
        self.clustered: dict[str, ak.Array] = {}  # object -> the particles that its jets are made of
        self.numbered: dict[str, ak.Array] = {}  # collection -> its members with their numbers
        self.sources = 0

    @classmethod
    def of_events(
        cls,
        events: ak.Array,
        weights: npt.NDArray[np.float64] | None = None,
        functions: Mapping[str, CardFunction] | None = None,
    ) -> ObjectBuilder:
        """Without any object yet; for the arguments see `build_objects`."""
        names = [name for name in ak.fields(events) if not ak.fields(events[name])]
        values: dict[str, Any] = {name: events[name] for name in names}
        if weights is not None:
            values["weight"] = ak.Array(weights)
        return cls(events, Scope(values, functions or {}))

    def build_all(self, cards: Mapping[str, ObjectCard], order: Iterable[str]) -> None:
        """Make the objects named in ``order``, each after those that it needs."""
        for name in order:
            self.objects[name] = self.build(name, cards[name])

    def collection_of(self, name: str, card: ObjectCard) -> ak.Array:
        """All members that the object ``name`` chooses from, with their numbers."""
        return self._collection(str(card.collection))

    def build(self, name: str, card: ObjectCard) -> ak.Array:
        """The members of one object, after where, keep and sort."""
        if card.system is not None:
            return together([self.objects[part] for part in card.system])
        if card.cluster is not None:
            return self._jets(name, card)
        if card.pair is not None:
            # An object named twice is paired as if named once: nothing is its own partner.
            members = self._with_numbers(pairs(*(self.objects[part] for part in dict.fromkeys(card.pair))))
        elif card.constituents is not None:
            members = self._constituents(card.constituents)
        else:
            members = self.collection_of(name, card)
        return self._sorted(name, card, self._kept(name, card.where, members))

    def _jets(self, name: str, card: ObjectCard) -> ak.Array:
        from symhep.events.cluster import cluster_jets  # fastjet is an extra

        source = str(card.cluster)
        particles = self._collection(source) if self._is_collection(name, source) else self.objects[source]
        self.clustered[name] = self._kept(name, card.where, particles)
        jets = self._with_numbers(cluster_jets(card, self.clustered[name]))
        return self._sorted(name, card, self._kept(name, card.keep, jets))

    def _is_collection(self, name: str, source: str) -> bool:
        return source == name or source not in self.objects

    def _kept(self, name: str, condition: str | None, members: ak.Array) -> ak.Array:
        """The members for which ``condition`` holds; in it the object's own name means all of them."""
        if condition is None:
            return members
        keep = per_member(parse_expression(condition), members, self._names(name, members), condition=True)
        return members[keep]

    def _sorted(self, name: str, card: ObjectCard, members: ak.Array) -> ak.Array:
        if not card.sort:
            return members
        values = per_member(parse_expression(card.sort.by), members, self._names(name, members))
        ascending = card.sort.order == "ascending"
        # awkward puts what is not there first.
        values = ak.nan_to_num(values, nan=np.inf if ascending else -np.inf, posinf=np.inf, neginf=-np.inf)
        return members[ak.argsort(values, axis=1, ascending=ascending, stable=True)]

    def _names(self, name: str, members: ak.Array) -> Scope:
        return self.scope.holding(**{**self.objects, name: members})

    def _constituents(self, source: str) -> ak.Array:
        """The particles of all jets of ``source``, jet after jet, with the number of the jet."""
        jets = self.objects[source]
        numbers = jets[CONSTITUENTS]
        jet, _ = ak.broadcast_arrays(ak.local_index(numbers, axis=1), numbers)
        particles = self.clustered[source][ak.flatten(numbers, axis=2)]
        return ak.with_field(particles, ak.flatten(jet, axis=2), "jet")

    def _collection(self, name: str) -> ak.Array:
        if name not in self.numbered:
            self.numbered[name] = self._with_numbers(self.events[name])
        return self.numbered[name]

    def _with_numbers(self, members: ak.Array) -> ak.Array:
        """Members that are known again wherever they turn up: nothing is compared with itself."""
        counts = ak.to_numpy(ak.num(members, axis=1))
        numbers = np.arange(self.sources * _APART, self.sources * _APART + int(counts.sum()))
        self.sources += 1
        return ak.with_field(members, ak.unflatten(numbers, counts), MEMBER)
