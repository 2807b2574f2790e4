"""Objects of an event: members of a collection, or pairs, after where and sort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak

from symhep.card.expressions import parse_expression
from symhep.card.schema import ObjectCard
from symhep.errors import CardError
from symhep.events.evaluate import per_member

__all__ = ["PAIR_FIELDS", "build_objects", "object_order", "pairs"]

#: What a pair knows besides its four-vector.
PAIR_FIELDS = ("charge", "deltaR", "deltaphi", "deltaeta")


def object_order(cards: Mapping[str, ObjectCard]) -> list[str]:
    """Names such that a pair comes after the objects it is made of.

    >>> cards = {"z": ObjectCard(pair=("mu",)), "mu": ObjectCard(collection="Muon")}
    >>> object_order(cards)
    ['mu', 'z']
    """
    ordered: list[str] = []

    def visit(name: str, chain: tuple[str, ...]) -> None:
        if name in chain:
            raise CardError(f"objects are made of each other: {' -> '.join((*chain, name))}")
        for part in cards[name].parts:
            if part in cards:  # a collection of the file is clustered, too
                visit(part, (*chain, name))
        if name not in ordered:
            ordered.append(name)

    for name in cards:
        visit(name, ())
    return ordered


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


def build_objects(cards: Mapping[str, ObjectCard], events: ak.Array) -> dict[str, ak.Array]:
    """Every object of the card, before ``take``: list of four-vectors per event, sorted."""
    objects: dict[str, ak.Array] = {}
    for name in object_order(cards):
        card = cards[name]
        if card.system is not None:
            continue  # its parts are taken as they are
        # An object named twice is paired as if named once: nothing is its own partner.
        parts = dict.fromkeys(card.pair or ())
        members = pairs(*(objects[part] for part in parts)) if parts else events[card.collection]
        if card.where is not None:
            members = members[per_member(parse_expression(card.where), members, condition=True)]
        if card.sort:
            values = per_member(parse_expression(card.sort.by), members)
            order = ak.argsort(values, axis=1, ascending=card.sort.order == "ascending", stable=True)
            members = members[order]
        objects[name] = members
    return objects
