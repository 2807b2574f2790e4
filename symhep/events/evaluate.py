"""Evaluates a checked expression on awkward arrays: as it comes, per event, or per member of an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import Expression
from symhep.errors import CardError
from symhep.events.axes import EVENTS, TooManyPairs, Value
from symhep.events.interpreter import Interpreter
from symhep.events.scope import Names, Scope, kinematic, object_scope

__all__ = ["Scope", "evaluate", "kinematic", "object_scope", "per_event", "per_member"]

#: What numpy, awkward and vector raise when asked for nonsense; never a defect of the machine.
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def evaluate(expression: Expression, scope: Mapping[str, Any] | Scope) -> Any:
    """The value of ``expression`` where names mean ``scope``.

    Arrays keep their nesting: a number per event, or a list per event. ``muons[0]``
    is None in events without muons.

    >>> from symhep.card.expressions import parse_expression
    >>> evaluate(parse_expression("x > 1 and x < 3"), {"x": ak.Array([1.0, 2.0])}).to_list()
    [False, True]
    """
    return _evaluated(expression, _scope(scope), None).nested()


def per_event(
    expression: Expression, scope: Mapping[str, Any] | Scope, events: int, *, condition: bool = False
) -> npt.NDArray[Any]:
    """(N,) value of ``expression`` in each of N ``events``; a constant holds for all of them.

    Bools for a ``condition``, which no missing object fulfils; else floats, NaN for a missing object.
    Raises `CardError` for anything else than one number or one condition per event.

    >>> from symhep.card.expressions import parse_expression
    >>> per_event(parse_expression("x > 1"), {"x": ak.Array([1.0, None, 2.0])}, 3, condition=True).tolist()
    [False, False, True]
    """

    def few(scope: Scope, first: int, last: int) -> npt.NDArray[Any]:
        value = _evaluated(expression, scope, None)
        content = _array(value.content, last - first)
        if content.ndim != 1 or value.rows is not EVENTS:
            raise CardError(
                f'"{expression.text}" gives several values per event',
                where=expression.where,
                hint="reduce them with any(...), all(...), count(...), sum(...) or an index as in muons[0]",
            )
        return _filled(content, last - first, expression, condition)

    return _in_groups(few, _scope(scope).only(expression.names), 0, events)


def per_member(
    expression: Expression, members: ak.Array, scope: Scope | None = None, *, condition: bool = False
) -> ak.Array:
    """One value of ``expression`` for each member of each event: bools and floats as in `per_event`.

    Names are fields and kinematics of the ``members``, ``self`` the member, then what ``scope`` has: other objects,
    numbers per event. What has one value per event, or one at all, holds for every member.

    >>> from symhep.card.expressions import parse_expression
    >>> members = ak.zip({"x": ak.Array([[1.0, 4.0], [3.0]])})
    >>> per_member(parse_expression("x > 2"), members, condition=True).to_list()
    [[False, True], [True]]
    >>> per_member(parse_expression("max(x)"), members).to_list()
    [[4.0, 4.0], [3.0]]
    >>> others = Scope({"y": ak.zip({"x": ak.Array([[2.0], []])})})
    >>> per_member(parse_expression("all(self.x > y.x)"), members, others, condition=True).to_list()
    [[False, True], [True]]
    """
    counts = ak.to_numpy(ak.num(members, axis=1))
    scope = scope or Scope({})

    def few(scope: Scope, first: int, last: int) -> npt.NDArray[Any]:
        value = _evaluated(expression, scope, members[first:last])
        content = _array(value.content, last - first)
        # Of members that are compared with others a reduction must be left, and 'self' has the only lists.
        own = value.rows is not EVENTS and value.rows.name == "self"
        if content.ndim > 1 or (value.rows is not EVENTS and not own):
            raise CardError(
                f'"{expression.text}" gives several values per member of the object',
                where=expression.where,
                hint="reduce them with any(...), all(...), min(...), sum(...) or an index as in muons[0]",
            )
        if own:
            return _filled(content, int(counts[first:last].sum()), expression, condition)
        return np.repeat(_filled(content, last - first, expression, condition), counts[first:last])

    return ak.unflatten(_in_groups(few, scope.only(expression.names), 0, len(members)), counts)


def _scope(given: Mapping[str, Any] | Scope) -> Scope:
    return given if isinstance(given, Scope) else Scope(given)


def _in_groups(
    few: Callable[[Scope, int, int], npt.NDArray[Any]], scope: Scope, first: int, last: int
) -> npt.NDArray[Any]:
    """``few`` of all events, or, where these have too many pairs of members, of one half and then the other."""
    try:
        return few(scope, first, last)
    except TooManyPairs:
        half = (last - first) // 2
        parts = (slice(None, half), first, first + half), (slice(half, None), first + half, last)
        return np.concatenate([_in_groups(few, scope.take(part), a, b) for part, a, b in parts])


def _evaluated(expression: Expression, scope: Scope, members: ak.Array | None) -> Value:
    try:
        with np.errstate(all="ignore"):
            value = Interpreter(Names(scope, members), scope.functions).value(expression.tree)
            # Python's integers may be too long for arrays.
            return Value(float(value.content)) if type(value.content) is int else value
    except CardError as error:  # one that knows what is wrong, though it is a ValueError as well
        told = CardError(f'in "{expression.text}": {error}', where=expression.where)
        told.third_party_traceback = error.third_party_traceback
        raise told from error
    except _NONSENSE as error:
        reason = str(error).strip().split("\n")[0]
        raise CardError(
            f'"{expression.text}" cannot be evaluated: {reason}',
            where=expression.where,
            hint="the objects may have different numbers of members; count(...), any(...) or muons[0] give "
            "one value per event",
        ) from error


def _array(value: Any, events: int) -> ak.Array:
    """``value`` as an array; a constant once per event."""
    return ak.Array(value if isinstance(value, ak.Array | np.ndarray) else np.full(events, value))


def _filled(values: ak.Array, size: int, expression: Expression, condition: bool) -> npt.NDArray[Any]:
    """A flat array as (size,) bools or floats, with False or NaN for None."""
    problem, hint = None, None
    if len(values) != size:
        problem, hint = f"gives {len(values)} values where {size} are needed", None
    elif ak.fields(values):
        problem, hint = "is an object, not a number", "add a field, as in muons[0].pt"
    else:
        there = ~ak.to_numpy(ak.is_none(values))
        present = ak.to_numpy(ak.drop_none(values, axis=0))
        if condition and present.dtype != bool and len(present):
            problem, hint = "is a number, not a condition", "compare it with something, as in pt > 20"
        elif present.dtype.kind not in "biuf":
            problem = "does not give numbers"
    if problem:
        raise CardError(f'"{expression.text}" {problem}', where=expression.where, hint=hint)
    filled = np.full(size, False if condition else np.nan)
    filled[there] = present
    return filled
