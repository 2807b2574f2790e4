"""Walks the tree of a checked expression, node by node; whatever it does not know is refused."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import awkward as ak
import numpy as np

from symhep.card.expressions import ELEMENTWISE, PAIRWISE
from symhep.errors import CardError
from symhep.events.axes import EVENTS, Pairs, Rows, Value, common_rows, grouped
from symhep.events.functions import PHYSICS_FUNCTIONS, CardFunction, call
from symhep.events.scope import Names, kinematic

__all__ = ["Interpreter"]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: np.true_divide, ast.Mod: np.mod, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_REDUCE = {"any": ak.any, "all": ak.all, "sum": ak.sum, "min": ak.min, "max": ak.max}
#: The least and the largest of no numbers.
_NOTHING = {"min": np.inf, "max": -np.inf}
_ELEMENTWISE_OF_TWO = {"min": np.minimum, "max": np.maximum}


class Interpreter:
    """Gives the value of a tree where ``names`` say what names mean."""

    def __init__(self, names: Names, functions: Mapping[str, CardFunction]) -> None:
        self.names, self.functions = names, functions
        self._pairs: dict[tuple[int, int], Pairs] = {}

    def value(self, node: ast.AST) -> Value:
        """Raises `CardError`, or what numpy and awkward raise for nonsense."""
        match node:
            case ast.Constant():
                return Value(node.value)
            case ast.Name():
                return self.names[node.id]
            case ast.Attribute():
                owner = self.value(node.value)
                stored = node.attr in ak.fields(owner.content)
                found = owner.content[node.attr] if stored else kinematic(owner.content, node.attr)
                return Value(found, owner.rows)
            case ast.Subscript(slice=ast.Constant(value=int(index))):
                return _at(self.value(node.value), index)
            case ast.BinOp(op=ast.Pow()):
                return self._apply(lambda a, b: np.power(_floats(a), b), [node.left, node.right])
            case ast.BinOp():
                return self._apply(_BINARY[type(node.op)], [node.left, node.right])
            case ast.UnaryOp(op=ast.Not()):
                truth = self._truth(node.operand)
                return Value(np.logical_not(truth.content), truth.rows)
            case ast.UnaryOp():
                value = self.value(node.operand)
                return Value(-value.content, value.rows) if isinstance(node.op, ast.USub) else value
            case ast.BoolOp():
                join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
                return self._joined(join, [self._truth(v) for v in node.values])
            case ast.Compare():
                return self._compare(node)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node.args)
        raise TypeError(f"'{ast.unparse(node)}' is not a value")  # the parser lets nothing else through

    def _together(self, values: Sequence[Value]) -> tuple[list[Any], Rows]:
        """The contents of ``values`` for the same rows."""
        rows = common_rows(values, self._pairs)
        return [value.on(rows) for value in values], rows

    def _apply(self, function: Callable[..., Any], nodes: Sequence[ast.AST]) -> Value:
        contents, rows = self._together([self.value(node) for node in nodes])
        return Value(function(*contents), rows)

    def _joined(self, join: Callable[[Any, Any], Any], values: Sequence[Value]) -> Value:
        contents, rows = self._together(values)
        return Value(reduce(join, contents), rows)

    def _compare(self, node: ast.Compare) -> Value:
        """a < b < c, and x in [1, 2]; false where a value is not there."""
        left, verdicts = self.value(node.left), []
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn):
                choices = [self.value(c) for c in getattr(right_node, "elts", [])]
                verdicts.append(self._one_of(left, choices, isinstance(op, ast.NotIn)))
                continue
            right = self.value(right_node)
            (a, b), rows = self._together([left, right])
            found = _BINARY[type(op)](a, b)
            if isinstance(op, ast.NotEq):
                # NaN differs from everything, but is no value.
                found = np.logical_and(found, np.logical_and(a == a, b == b))
            verdicts.append(Value(_present(found), rows))
            left = right
        return self._joined(np.logical_and, verdicts)

    def _one_of(self, left: Value, choices: Sequence[Value], negated: bool) -> Value:
        (content, *others), rows = self._together([left, *choices])
        there = content == content
        found = reduce(np.logical_or, [content == other for other in others], np.logical_not(there))
        found = np.logical_and(there, np.logical_not(found)) if negated else np.logical_and(there, found)
        return Value(_present(found), rows)

    def _truth(self, node: ast.AST) -> Value:
        """An operand of and, or, not: a condition, and False where its object is missing."""
        value = self.value(node)
        content = _present(value.content)
        flat = (
            ak.to_numpy(ak.flatten(content, axis=None))
            if isinstance(content, ak.Array)
            else np.asarray(content)
        )
        if flat.dtype != bool and flat.size:
            raise TypeError(f"'{ast.unparse(node)}' is a number, not a condition; compare it with something")
        return Value(content, value.rows)

    def _call(self, name: str, nodes: Sequence[ast.expr]) -> Value:
        if name == "if":
            return self._choice(nodes)
        if name == "count":
            return _count(self.value(nodes[0]))
        if name in _REDUCE and len(nodes) == 1:
            return _reduced(name, self.value(nodes[0]))
        if name in _ELEMENTWISE_OF_TWO:
            return self._apply(lambda *values: reduce(_ELEMENTWISE_OF_TWO[name], values), nodes)
        if name in ELEMENTWISE:
            return self._apply(getattr(np, name), nodes)
        if name == "mass":
            return self._apply(lambda *vectors: kinematic(reduce(operator.add, vectors), "mass"), nodes)
        if name in PAIRWISE:
            return self._apply(lambda a, b: getattr(a, name)(b), nodes)
        function = PHYSICS_FUNCTIONS.get(name) or self.functions.get(name)
        if function is None:
            raise CardError(f"'{name}' is not available")
        values = [self.value(node) for node in nodes]
        return call(
            name, function, values, common_rows(values, self._pairs) if function.elementwise else EVENTS
        )

    def _choice(self, nodes: Sequence[ast.expr]) -> Value:
        """if(c, a, b): a missing value counts only where it is chosen."""
        values = [self._truth(nodes[0]), self.value(nodes[1]), self.value(nodes[2])]
        if any(ak.fields(v.content) for v in values if not v.constant):
            raise TypeError("if(...) needs numbers, not objects: use fields, as in if(c, a.pt, b.pt)")
        (condition, first, second), rows = self._together(values)
        if values[0].constant:
            chosen = first if condition else second
            # A constant condition must not change how many values there are.
            return values[1 if condition else 2] if not isinstance(chosen, ak.Array) else Value(chosen, rows)
        return Value(ak.where(condition, *_alike(first, second)), rows)


def _alike(first: Any, second: Any) -> tuple[Any, Any]:
    """Both as conditions, or both as floats."""
    kinds = [_is_bool(first), _is_bool(second)]
    if all(kinds):
        return first, second
    if any(kinds):
        raise TypeError("if(...) needs two numbers or two conditions, not one of each")
    return tuple(  # type: ignore[return-value]
        ak.values_astype(v, np.float64) if isinstance(v, ak.Array) else float(v) for v in (first, second)
    )


def _is_bool(value: Any) -> bool:
    if not isinstance(value, ak.Array):
        return isinstance(value, bool | np.bool_)
    return bool(ak.to_numpy(ak.drop_none(value, axis=0)).dtype == np.bool_) if value.ndim == 1 else False


def _floats(value: Any) -> Any:
    """Integers as floats: a power of integers could overflow, or never end."""
    return float(value) if isinstance(value, int) else value


def _present(verdict: Any) -> Any:
    """False for None: what is said of a missing object does not hold, also inside 'or' and under 'not'."""
    flat = isinstance(verdict, ak.Array) and verdict.ndim == 1
    return ak.fill_none(verdict, False, axis=0) if flat else verdict


def _at(value: Value, index: int) -> Value:
    """Member number ``index`` of each innermost list, None where there is none."""
    if value.constant or value.rows is EVENTS:
        # A field may be a list of its own, such as muons[0].hits.
        return Value(ak.pad_none(value.content, index + 1, axis=1)[:, index], EVENTS)
    rows = value.rows
    places = np.where(rows.counts > index, rows.starts + index, -1)
    picked = ak.contents.IndexedOptionArray.simplified(
        ak.index.Index64(places.astype(np.int64)), ak.to_layout(value.content)
    )
    return Value(ak.Array(picked, behavior=value.content.behavior), _outer(rows))


def _outer(rows: Rows) -> Rows:
    return rows.outer if isinstance(rows, Pairs) else EVENTS


def _lists(value: Value) -> tuple[Any, Rows]:
    """The lists that a reducer goes over."""
    if value.constant:
        raise TypeError("it is a single number, not a list of members")
    if value.rows is EVENTS and value.content.ndim > 1:
        return value.content, EVENTS  # a field that is a list of its own
    return grouped(value)


def _count(value: Value) -> Value:
    """How many members there are, or for how many a condition holds."""
    lists, rows = _lists(value)
    conditions = not ak.fields(lists) and lists.ndim == 2 and _is_bool(ak.flatten(lists, axis=1))
    return Value(ak.sum(lists, axis=1) if conditions else ak.num(lists, axis=1), rows)


def _reduced(name: str, value: Value) -> Value:
    lists, rows = _lists(value)
    found = _REDUCE[name](lists, axis=1)
    if name in _NOTHING and found.ndim == 1:
        # Of no members, and of members none of which has a value.
        empty = ak.to_numpy(ak.fill_none(ak.is_none(found) & ~ak.is_none(lists), False))
        if empty.any():
            found = ak.where(empty, _NOTHING[name], ak.values_astype(found, np.float64))
    return Value(found, rows)
