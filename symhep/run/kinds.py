"""What is known of the momenta of each object of a card."""

from __future__ import annotations

from collections.abc import Mapping

from symhep.card.schema import ObjectCard
from symhep.events.kinds import VectorKind, kind_of_sum
from symhep.events.objects import object_order
from symhep.readers.interface import Schema

__all__ = ["object_kinds"]


def object_kinds(cards: Mapping[str, ObjectCard], schema: Schema) -> dict[str, VectorKind]:
    """Object -> the kind of its vectors: as the card says, or else as the file has the collection; of pairs and jets
    what is known of all that is added up. Systems have no kind of their own.
    """
    found: dict[str, VectorKind] = {}
    for name in object_order(cards):
        card = cards[name]
        if card.system is not None:
            continue
        if card.kind is not None:
            found[name] = card.kind
        elif card.collection is not None:
            found[name] = _stored(card.collection, schema)
        elif card.pair is not None:
            found[name] = kind_of_sum([found[part] for part in card.pair] * 2)
        elif card.cluster is not None:
            found[name] = kind_of_sum([_source(card.cluster, found, schema)] * 2)
        elif card.constituents is not None:
            clustered = cards[card.constituents].cluster or ""
            found[name] = _source(clustered, found, schema)
    return found


def _source(name: str, known: Mapping[str, VectorKind], schema: Schema) -> VectorKind:
    return known[name] if name in known else _stored(name, schema)


def _stored(collection: str, schema: Schema) -> VectorKind:
    there = schema.collections.get(collection)
    return "full" if there is None else there.vector
