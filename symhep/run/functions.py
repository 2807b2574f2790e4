"""The functions of plugins and named folders that the expressions of a card call."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.card.expressions import Expression, parse_expression
from symhep.card.loader import CardFile
from symhep.errors import CardError
from symhep.events.functions import CardFunction
from symhep.plugin.card_functions import card_function
from symhep.plugin.manager import Registry

__all__ = ["expressions", "functions_of", "with_line"]


def functions_of(card_file: CardFile, registry: Registry) -> dict[str, CardFunction]:
    """'module:function' -> the function, for all that the card's expressions name.

    Raises `CardError` for an expression that cannot be read and for a function that is not allowed, with the line.
    """
    found: dict[str, CardFunction] = {}
    for expression in expressions(card_file):
        for name in sorted(expression.functions - found.keys()):
            found[name] = card_function(name, registry, expression.where)
    return found


def expressions(card_file: CardFile) -> Iterator[Expression]:
    """Every expression of a card, each with its line."""
    card = card_file.card
    for name, item in card.objects.items():
        where = card_file.where("objects", name)
        for text in (item.where, item.keep, item.sort.by if item.sort else None):
            if text is not None:
                yield parse_expression(text, where)
    for name, cuts in card.selections.items():
        for index, cut in enumerate(cuts):
            yield parse_expression(cut.cut, card_file.where("selections", name, index))
    for name, feature in card.features.items():
        where = card_file.where("features", name)
        for text in (*feature.vars, *feature.tags, *feature.spectators):
            yield parse_expression(text, where)


def with_line(error: CardError, card_file: CardFile) -> CardError:
    """An error of an expression evaluated without its card, with the line of the card that has the expression."""
    if error.where is None:
        for expression in expressions(card_file):
            if f'"{expression.text}"' in error.message:
                placed = CardError(error.message, where=expression.where, hint=error.hint)
                placed.third_party_traceback = error.third_party_traceback
                return placed
    return error
