"""Evaluates a checked expression on awkward arrays, node by node: as it comes, per event, or per member."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import KINEMATICS, Expression
from symhep.errors import CardError

__all__ = ["evaluate", "kinematic", "object_scope", "per_event", "per_member"]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: np.true_divide, ast.Mod: np.mod, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_REDUCE = {"any": ak.any, "all": ak.all, "sum": ak.sum, "min": ak.min, "max": ak.max}
#: What numpy, awkward and vector raise when asked for nonsense; never a defect of the machine.
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


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
            value = _value(expression.tree, scope)
            return (
                float(value) if type(value) is int else value
            )  # Python's integers may be too long for arrays
    except _NONSENSE as error:
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
            return np.logical_not(_truth(node.operand, scope))
        case ast.UnaryOp():
            value = _value(node.operand, scope)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.BoolOp():
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return reduce(join, (_truth(v, scope) for v in node.values))
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
    return _present(reduce(np.logical_and, verdicts))


def _truth(node: ast.AST, scope: Mapping[str, Any]) -> Any:
    """An operand of and, or, not: a condition, and False where its object is missing."""
    value = _present(_value(node, scope))
    flat = ak.to_numpy(ak.flatten(value, axis=None)) if isinstance(value, ak.Array) else np.asarray(value)
    if flat.dtype != bool and flat.size:
        raise TypeError(f"'{ast.unparse(node)}' is a number, not a condition; compare it with something")
    return value


def _present(verdict: Any) -> Any:
    """False for None: what is said of a missing object does not hold, also inside 'or' and under 'not'."""
    per_event = isinstance(verdict, ak.Array) and verdict.ndim == 1
    return ak.fill_none(verdict, False, axis=0) if per_event else verdict


def _call(name: str, arguments: list[Any]) -> Any:
    if name == "count":
        return ak.num(arguments[0], axis=1)
    if name in _REDUCE:
        return _REDUCE[name](arguments[0], axis=1)
    if name == "mass":
        return kinematic(reduce(operator.add, arguments), "mass")
    if name in ("deltaR", "deltaphi", "deltaeta"):
        return getattr(arguments[0], name)(arguments[1])
    return getattr(np, name)(*arguments)


def object_scope(members: ak.Array, names: frozenset[str]) -> dict[str, ak.Array]:
    """What ``names`` mean inside ``where`` and ``sort`` of an object: stored fields first, then kinematics."""
    stored = set(ak.fields(members))
    return {
        name: members[name] if name in stored else kinematic(members, name)
        for name in names
        if name in stored or name in KINEMATICS
    }


def per_event(
    expression: Expression, scope: Mapping[str, Any], events: int, *, condition: bool = False
) -> npt.NDArray[Any]:
    """(N,) value of ``expression`` in each of N ``events``; a constant holds for all of them.

    Bools for a ``condition``, which no missing object fulfils; else floats, NaN for a missing object.
    Raises `CardError` for anything else than one number or one condition per event.

    >>> from symhep.card.expressions import parse_expression
    >>> per_event(parse_expression("x > 1"), {"x": ak.Array([1.0, None, 2.0])}, 3, condition=True).tolist()
    [False, False, True]
    """
    value = _array(evaluate(expression, scope), events)
    if value.ndim != 1:
        raise CardError(
            f'"{expression.text}" gives several values per event',
            where=expression.where,
            hint="say which: any(...), all(...), count(...), sum(...) or an index as in muons[0]",
        )
    return _filled(value, events, expression, condition)


def per_member(expression: Expression, members: ak.Array, *, condition: bool = False) -> ak.Array:
    """One value of ``expression``, in the fields of ``members``, for each member of each event.

    What has one value per event, or one at all, holds for every member. Bools and floats as in `per_event`.

    >>> from symhep.card.expressions import parse_expression
    >>> members = ak.zip({"x": ak.Array([[1.0, 4.0], [3.0]])})
    >>> per_member(parse_expression("x > 2"), members, condition=True).to_list()
    [[False, True], [True]]
    >>> per_member(parse_expression("max(x)"), members).to_list()
    [[4.0, 4.0], [3.0]]
    """
    value = _array(evaluate(expression, object_scope(members, expression.names)), len(members))
    counts = ak.to_numpy(ak.num(members, axis=1))
    if value.ndim > 2:
        raise CardError(
            f'"{expression.text}" gives several values per member of the object', where=expression.where
        )
    if value.ndim == 2:
        flat = _filled(ak.flatten(value, axis=1), int(counts.sum()), expression, condition)
    else:
        flat = np.repeat(_filled(value, len(members), expression, condition), counts)
    return ak.unflatten(flat, counts)


def _array(value: Any, events: int) -> ak.Array:
    """``value`` as an array; a constant once per event."""
    return ak.Array(value if isinstance(value, ak.Array | np.ndarray) else np.full(events, value))


def _filled(values: ak.Array, size: int, expression: Expression, condition: bool) -> npt.NDArray[Any]:
    """A flat array as (size,) bools or floats, with False or NaN for None."""
    problem, hint = None, None
    if len(values) != size:
        problem, hint = f"gives {len(values)} values where {size} are needed", None
    elif ak.fields(values):
        problem, hint = "gives objects, not numbers", "say which of their fields, as in muons[0].pt"
    else:
        there = ~ak.to_numpy(ak.is_none(values))
        present = ak.to_numpy(ak.drop_none(values, axis=0))
        if condition and present.dtype != bool and len(present):
            problem, hint = "is a number, not a condition", "compare it with something, as in pt > 20"
        elif present.dtype.kind not in "biuf":
            problem = "gives no numbers"
    if problem:
        raise CardError(f'"{expression.text}" {problem}', where=expression.where, hint=hint)
    filled = np.full(size, False if condition else np.nan)
    filled[there] = present
    return filled
