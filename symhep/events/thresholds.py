"""Thresholds that every member of an object has passed, read from the card's conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from symhep.card.expressions import parse_expression
from symhep.card.schema import ObjectCard

__all__ = ["Threshold", "thresholds"]

#: Variables of a member by the way a condition writes them: plain, and inside abs().
_PLAIN = {"pt": "pt", "eta": "eta", "E": "energy", "energy": "energy", "p": "p", "pz": "pz"}
_SIZES = {"eta": "abs_eta", "pz": "abs_pz"}


@dataclass(frozen=True)
class Threshold:
    """The members of ``object`` have ``variable`` (pt, eta, abs_eta, energy, p, pz, abs_pz; GeV) ``above`` or ``below``
    a number.

    >>> Threshold("jets", "pt", above=30.0).text
    'pt > 30 of jets'
    """

    object: str
    variable: str
    above: float | None = None
    below: float | None = None

    @property
    def text(self) -> str:
        """In words."""
        sign, place = (">", self.above) if self.above is not None else ("<", self.below)
        return f"{self.variable} {sign} {place:g} of {self.object}"


def thresholds(name: str, card: ObjectCard) -> tuple[Threshold, ...]:
    """Those of the object ``name`` that its conditions state outright, joined by 'and'.

    >>> found = thresholds("jets", ObjectCard(collection="Jet", where="pt > 30 and abs(eta) < 2.5 and btag > 0"))
    >>> [t.text for t in found]
    ['pt > 30 of jets', 'abs_eta < 2.5 of jets']
    """
    texts = [card.keep] if card.cluster is not None else [card.where]
    found = [t for text in texts if text is not None for t in _read(name, parse_expression(text).tree)]
    if card.pt_min:
        found.append(Threshold(name, "pt", above=card.pt_min))
    return tuple(found)


def _read(name: str, node: ast.expr) -> Iterator[Threshold]:
    match node:
        case ast.BoolOp(op=ast.And(), values=conditions):
            for condition in conditions:
                yield from _read(name, condition)
        case ast.Compare():
            sides = [node.left, *node.comparators]
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
                yield from _one(name, left, op, right)


def _one(name: str, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Iterator[Threshold]:
    if isinstance(op, ast.Lt | ast.LtE):
        left, right = right, left  # a < b is b > a
    elif not isinstance(op, ast.Gt | ast.GtE):
        return
    if (variable := _variable(left)) is not None and (number := _number(right)) is not None:
        yield Threshold(name, variable, above=number)
    elif (variable := _variable(right)) is not None and (number := _number(left)) is not None:
        yield Threshold(name, variable, below=number)


def _variable(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=field):
            return _PLAIN.get(field)
        case ast.Attribute(value=ast.Name(id="self"), attr=field):
            return _PLAIN.get(field)
        case ast.Call(func=ast.Name(id="abs"), args=[inner]):
            name = _variable(inner)
            return None if name is None else _SIZES.get(name)
    return None


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            number = _number(inner)
            return None if number is None else -number
    return None
