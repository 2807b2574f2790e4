"""Which columns a card reads: every name in it is checked against what the file offers, and noted."""

from __future__ import annotations

from collections.abc import Iterable

from symhep.card.expressions import KINEMATICS, Expression, parse_expression
from symhep.card.loader import CardFile
from symhep.card.schema import ObjectCard
from symhep.errors import CardError, nearest
from symhep.events.objects import PAIR_FIELDS, object_order
from symhep.readers.interface import ReadRequest, Schema

__all__ = ["wanted_columns"]


def wanted_columns(card_file: CardFile, schema: Schema) -> ReadRequest:
    """The request for a file with ``schema``: what objects, cuts and features take, and no more.

    Raises `CardError` for a collection, field or weight that the file does not
    have, with the card's line and the nearest name.
    """
    card, found = card_file.card, _Wanted(card_file, schema)
    for name in object_order(card.objects):
        found.add_object(name, card.objects[name])
    for selection, cuts in card.selections.items():
        for index, cut in enumerate(cuts):
            found.add_event(parse_expression(cut.cut, card_file.where("selections", selection, index)))
    for name, feature in card.features.items():
        where = card_file.where("features", name)
        for variable in feature.vars:
            expression = parse_expression(variable, where)
            if feature.object is None:
                found.add_event(expression)
            else:
                found.use(feature.object, expression.names, variable, where)
    branch = card.weights.branch
    if branch not in ("auto", "none", *schema.weights):
        where = card_file.where("weights", "branch")
        raise CardError(f"no weight is called '{branch}'", where=where, hint=nearest(branch, schema.weights))
    fields = {name: frozenset(columns) for name, columns in found.columns.items()}
    return ReadRequest(fields, frozenset(found.event_fields), branch, chunk_events=card.run.chunk_events)


class _Wanted:
    """Grows while the card is walked through."""

    def __init__(self, card_file: CardFile, schema: Schema) -> None:
        self.card_file, self.schema = card_file, schema
        self.columns: dict[str, set[str]] = {}
        self.event_fields: set[str] = set()
        self._known: dict[str, set[str]] = {}  # object -> its fields besides the kinematic ones

    def add_object(self, name: str, card: ObjectCard) -> None:
        """An object, its conditions and its order."""
        where = self.card_file.where("objects", name)
        if card.collection is not None:
            collections = self.schema.collections
            if card.collection not in collections:
                hint = nearest(card.collection, collections)
                raise CardError(f"the file has no collection '{card.collection}'", where=where, hint=hint)
            self._known[name] = set(collections[card.collection].fields)
            # PDG numbers give the particles their names in figures and sentences.
            self.columns.setdefault(card.collection, set()).update(self._known[name] & {"pdgId"})
        else:
            self._known[name] = set(PAIR_FIELDS)
            for part in card.pair or ():
                self.use(part, self._known[part] & {"charge"}, "pair", where)
        for text in (card.where, card.sort.by if card.sort else None):
            if text is not None:
                self.use(name, parse_expression(text, where).names, text, where)

    def add_event(self, expression: Expression) -> None:
        """An expression whose names are objects, numbers per event, or the weight."""
        for name in expression.names - set(self._known) - {"weight"}:
            if name not in self.schema.event_fields:
                hint = nearest(name, [*self._known, *self.schema.event_fields, "weight"])
                raise CardError(
                    f"in \"{expression.text}\": unknown name '{name}'", where=expression.where, hint=hint
                )
            self.event_fields.add(name)
        for name, field in expression.fields:
            if name in self._known:
                self.use(name, [field], expression.text, expression.where)

    def use(self, name: str, fields: Iterable[str], text: str, where: str | None) -> None:
        """Fields of an object. Kinematic ones come with every four-vector."""
        collection = self.card_file.card.objects[name].collection
        for field in set(fields) - set(KINEMATICS):
            if field not in self._known[name]:
                hint = nearest(field, self._known[name] | set(KINEMATICS))
                raise CardError(f"in \"{text}\": '{name}' has no field '{field}'", where=where, hint=hint)
            if collection is not None:
                self.columns[collection].add(field)
