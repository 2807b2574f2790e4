"""Names in a card that stand for other keys of it: each must lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable

from symhep.card.expressions import parse_expression
from symhep.card.loader import CardFile
from symhep.card.schema import FeatureCard
from symhep.errors import CardError, nearest
from symhep.events.assemble import check_cross_sections
from symhep.events.canonical import check_canonical
from symhep.events.objects import object_order
from symhep.run.regions import check_regions
from symhep.run.roles import datasets_of
from symhep.run.variations import check_variations

__all__ = ["check_links", "must_be"]


def must_be(kind: str, name: str, known: Iterable[str], where: str) -> None:
    """Raise `CardError` unless ``name`` is one of ``known``."""
    names = list(known)
    if name not in names:
        raise CardError(f"unknown {kind} '{name}'", where=where, hint=nearest(name, names))


def check_links(card_file: CardFile) -> None:
    """Names inside the card that point at other keys of the card."""
    card = card_file.card
    for name, item in card.objects.items():
        for key in ("pair", "system"):
            for part in getattr(item, key) or ():
                must_be("object", part, card.objects, card_file.where("objects", name, key))
        for part in item.parts:
            _check_part(card_file, name, part)
    try:
        object_order(card.objects)
    except CardError as error:
        raise CardError(str(error), where=card_file.where("objects")) from error
    for name, feature in card.features.items():
        where = card_file.where("features", name)
        if feature.selection is not None:
            must_be("selection", feature.selection, card.selections, where)
        if feature.object is not None:
            must_be("object", feature.object, card.objects, where)
            _check_taken(card_file, name, feature)
    for selection, cuts in card.selections.items():
        names = [c.name for c in cuts]
        where = card_file.where("selections", selection)
        for index, name in enumerate(names):
            if name in names[:index]:
                raise CardError(f"two cuts of '{selection}' have the name '{name}'", where=where)
            if name in ("all", "weights") or name.startswith("features "):
                raise CardError(f"'{name}' is reserved for the cutflow; rename the cut", where=where)
    check_regions(card_file)
    check_variations(card_file)
    for name, method in card.methods.items():
        where = card_file.where("methods", name)
        must_be("feature set", method.features, card.features, where)
        for dataset in (*(method.datasets or ()), *(method.reference or ())):
            must_be("dataset", dataset, card.datasets, where)
        for group in datasets_of(card_file, name):
            check_cross_sections(card, group)


def _check_part(card_file: CardFile, name: str, part: str) -> None:
    """Raise `CardError` for an object that cannot be a part of the object ``name``."""
    card, item = card_file.card, card_file.card.objects[name]
    if item.constituents is not None:
        where = card_file.where("objects", name, "constituents")
        must_be("object", part, card.objects, where)
        if card.objects[part].cluster is None:
            raise CardError(f"'{part}' is not clustered, so it has no constituents", where=where)
    if part in card.objects and card.objects[part].system is not None:
        raise CardError(
            f"'{part}' is a system and cannot be part of '{name}'",
            where=card_file.where("objects", name), hint="list the objects that it is made of",
        )  # fmt: skip


def _check_taken(card_file: CardFile, name: str, feature: FeatureCard) -> None:
    """Raise `CardError` for an object that the features ``name`` cannot be made of."""
    card, where = card_file.card, card_file.where("features", name)
    assert feature.object is not None
    parts = card.objects[feature.object].system or (feature.object,)
    for part in parts:
        if card.objects[part].take is None:
            raise CardError(
                f"features of '{part}' need the number of objects to use",
                where=card_file.where("objects", part), hint="add 'take: 2', 'take: {up_to: 8}' or 'take: "
                                                             "all'",
            )  # fmt: skip
    if feature.canonicalise is not None:
        take = card.objects[feature.object].take
        if len(parts) > 1 or not isinstance(take, int):
            raise CardError(
                f"'canonicalise' needs one object with a fixed number of members, which '{feature.object}' "
                f"is not",
                where=where, hint="give its objects 'take' with a number, and a feature set for each object",
            )  # fmt: skip
        named = [name for v in feature.vars for name in parse_expression(v, where).names]
        check_canonical(feature.canonicalise, take, named, where)
