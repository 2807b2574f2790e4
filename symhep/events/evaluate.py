"""Evaluates a checked expression on awkward arrays, node by node."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import awkward as ak
import numpy as np

from symhep.card.expressions import KINEMATICS, Expression
from symhep.errors import CardError

__all__ = ["evaluate", "kinematic", "object_scope"]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: np.true_divide, ast.Mod: np.mod, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_REDUCE = {"any": ak.any, "all": ak.all, "sum": ak.sum, "min": ak.min, "max": ak.max}


def kinematic(vectors: ak.Array, variable: str) -> ak.Array:
    """A variable of `KINEMATICS` (GeV, rad) of ``vectors``; stored or derived.

    The invariant mass is that of `vector`: negative for space-like four-vectors.
    """
    return getattr(vectors, {"m": "mass", "energy": "E"}.get(variable, variable))


def evaluate(expression: Expression, scope: Mapping[str, Any]) -> Any:
    """The value of ``expression`` where names mean ``scope``.

    Arrays keep their nesting: a number per event, or a list per event. ``muons[0]``
    is None in events without muons.

    >>> from symhep.card.expressions import parse_expression
    >>> evaluate(parse_expression("x > 1 and x < 3"), {"x": ak.Array([1.0, 2.0])}).to_list()
    [False, True]
    """
    try:
        with np.errstate(all="ignore"):
            return _value(expression.tree, scope)
    except (ValueError, TypeError, AttributeError) as error:
        reason = str(error).strip().split("\n")[0]
        raise CardError(
            f'"{expression.text}" cannot be evaluated: {reason}',
            where=expression.where,
            hint="do the objects have as many members each? count(...), any(...), muons[0] give one value per event",
        ) from error


def _value(node: ast.AST, scope: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return scope[node.id]
        case ast.Attribute():
            owner = _value(node.value, scope)
            stored = node.attr in ak.fields(owner)
            return owner[node.attr] if stored else kinematic(owner, node.attr)
        case ast.Subscript(slice=ast.Constant(value=int(index))):
            return ak.pad_none(_value(node.value, scope), index + 1, axis=1)[:, index]
        case ast.BinOp(op=ast.Pow()):
            return np.power(_floats(_value(node.left, scope)), _value(node.right, scope))
        case ast.BinOp():
            return _BINARY[type(node.op)](_value(node.left, scope), _value(node.right, scope))
        case ast.UnaryOp(op=ast.Not()):
            return np.logical_not(_value(node.operand, scope))
        case ast.UnaryOp():
            value = _value(node.operand, scope)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.BoolOp():
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return reduce(join, (_value(v, scope) for v in node.values))
        case ast.Compare():
            return _compare(node, scope)
        case ast.Call(func=ast.Name(id=name)):
            return _call(name, [_value(a, scope) for a in node.args])
    raise TypeError(f"'{ast.unparse(node)}' is not a value")  # the parser lets nothing else through


def _floats(value: Any) -> Any:
    """Integers as floats: a power of integers could overflow, or never end."""
    return float(value) if isinstance(value, int) else value


def _compare(node: ast.Compare, scope: Mapping[str, Any]) -> Any:
    """a < b < c, and x in [1, 2]."""
    left, verdicts = _value(node.left, scope), []
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(op, ast.In | ast.NotIn):
            choices = [left == _value(c, scope) for c in getattr(right_node, "elts", [])]
            found = reduce(np.logical_or, choices) if choices else left != left
            verdicts.append(np.logical_not(found) if isinstance(op, ast.NotIn) else found)
        else:
            right = _value(right_node, scope)
            verdicts.append(_BINARY[type(op)](left, right))
            left = right
    return reduce(np.logical_and, verdicts)


def _call(name: str, arguments: list[Any]) -> Any:
    if name == "count":
        _arity(name, arguments, 1)
        return ak.num(arguments[0], axis=1)
    if name in _REDUCE:
        _arity(name, arguments, 1)
        return _REDUCE[name](arguments[0], axis=1)
    if name == "mass":
        return kinematic(reduce(operator.add, arguments), "mass")
    if name in ("deltaR", "deltaphi", "deltaeta"):
        _arity(name, arguments, 2)
        return getattr(arguments[0], name)(arguments[1])
    _arity(name, arguments, 2 if name == "arctan2" else 1)
    return getattr(np, name)(*arguments)


def _arity(name: str, arguments: list[Any], wanted: int) -> None:
    if len(arguments) != wanted:
        raise TypeError(f"{name} takes {wanted} argument{'s' if wanted > 1 else ''}, got {len(arguments)}")


def object_scope(members: ak.Array, names: frozenset[str]) -> dict[str, ak.Array]:
    """What ``names`` mean inside ``where`` and ``sort`` of an object: stored fields first, then kinematics."""
    stored = set(ak.fields(members))
    return {
        name: members[name] if name in stored else kinematic(members, name)
        for name in names
        if name in stored or name in KINEMATICS
    }
