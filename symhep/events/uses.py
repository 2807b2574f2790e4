"""What an expression asks of each object that it names: variables of its vectors, and functions that take them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symhep.card.expressions import FUNCTIONS, KINEMATICS, SELF, Expression
from symhep.events.functions import PHYSICS_FUNCTIONS
from symhep.events.kinds import VectorKind, known_variables

__all__ = ["Use", "lacking_variables", "uses"]

#: Of functions of vectors, what they look at.
_LOOKS_AT: Mapping[str, tuple[str, ...]] = {
    "mass": ("mass",),
    "deltaR": ("eta", "phi"),
    "deltaphi": ("phi",),
    "deltaeta": ("eta",),
}


@dataclass(frozen=True)
class Use:
    """A variable or field of the vectors of an object, or a function that takes them as argument ``position``.

    ``summed``: of a sum of vectors, which has no other fields than the kinematic ones.
    """

    object: str
    variable: str = ""
    function: str = ""
    position: int = 0
    summed: bool = False


def uses(expression: Expression) -> Iterator[Use]:
    """All that ``expression`` asks of the names in it.

    >>> from symhep.card.expressions import parse_expression
    >>> [(u.object, u.variable) for u in uses(parse_expression("(met[0] + jets[0]).pt > jets[0].btag"))]
    [('met', 'pt'), ('jets', 'pt'), ('jets', 'btag')]
    >>> [(u.object, u.variable) for u in uses(parse_expression("deltaphi(self, met[0])"))]
    [('self', 'phi'), ('met', 'phi')]
    """
    for node in ast.walk(expression.tree):
        match node:
            case ast.Attribute():
                summed = _is_sum(node.value)
                yield from (Use(name, node.attr, summed=summed) for name in _vectors(node.value))
            case ast.Call(func=ast.Name(id=name)) if name in _LOOKS_AT:
                for argument in node.args:
                    for owner in _vectors(argument):
                        yield from (Use(owner, variable, name) for variable in _LOOKS_AT[name])
            case ast.Call(func=ast.Name(id=name)) if name in PHYSICS_FUNCTIONS or name not in FUNCTIONS:
                for position, argument in enumerate(node.args):
                    summed = _is_sum(argument)
                    yield from (Use(owner, "", name, position, summed) for owner in _vectors(argument))


def lacking_variables(expression: Expression, kind: VectorKind) -> frozenset[str]:
    """What a vector of this kind lacks of what ``expression`` asks of the member itself: variables, or functions
    that do not take it.

    >>> from symhep.card.expressions import parse_expression
    >>> sorted(lacking_variables(parse_expression("pz + deltaR(self, jets[0])"), "transverse"))
    ['eta', 'pz']
    """
    missing = frozenset(KINEMATICS) - known_variables(kind)
    lacking = set(expression.names & missing)
    for use in uses(expression):
        if use.object == SELF and use.variable:
            lacking |= {use.variable} & missing
        elif use.object == SELF and use.function in PHYSICS_FUNCTIONS:
            lacking |= (
                set() if PHYSICS_FUNCTIONS[use.function].accepts(use.position, kind) else {use.function}
            )
    return frozenset(lacking)


def _vectors(node: ast.expr) -> tuple[str, ...]:
    """Names of the objects whose vectors ``node`` is made of; () for numbers."""
    match node:
        case ast.Name():
            return (node.id,)
        case ast.Subscript():
            return _vectors(node.value)
        case ast.UnaryOp(operand=operand) if not isinstance(node.op, ast.Not):
            return _vectors(operand)
        case ast.BinOp():
            return tuple(dict.fromkeys((*_vectors(node.left), *_vectors(node.right))))
    return ()


def _is_sum(node: ast.expr) -> bool:
    match node:
        case ast.Subscript():
            return _is_sum(node.value)
        case ast.BinOp() | ast.UnaryOp():
            return True
    return False
