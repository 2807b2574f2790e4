"""What a method returns, checked where it enters symhep: one clear sentence for each thing of a wrong type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symhep.errors import PluginError
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record, jsonable
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.methods.verdict import CONCLUSIONS, Verdict

__all__ = ["require_part", "require_result", "require_statements", "require_tables", "require_verdicts"]

#: Kinds of numpy arrays that can be stored without pickle: numbers and text.
STORABLE = "biufcUS"
KINDS = ("finding", "warning")
#: Types of the fields of a verdict.
_VERDICT: dict[str, tuple[type, ...]] = {
    "question": (str,), "answer": (str,), "conclusion": (str,), "p": (PValue, type(None)),
    "size": (Number, type(None)), "size_of": (str,), "figure": (str, type(None)),
}  # fmt: skip


def require_part(name: str, part: object) -> Part:
    """What ``fit`` gave.

    >>> require_part("mean", [1.0])
    Traceback (most recent call last):
    ...
    symhep.errors.PluginError: mean: fit must return a Part, not list
    """
    if not isinstance(part, Part):
        raise PluginError(f"{name}: fit must return a Part, not {type(part).__name__}")
    _require_arrays(name, "a Part", part.arrays)
    if not isinstance(part.values, Mapping):
        raise PluginError(f"{name}: the values of a Part must be a mapping, not {type(part.values).__name__}")
    try:
        json.dumps(jsonable(part.values))
    except (TypeError, ValueError, RecursionError) as error:
        raise PluginError(
            f"{name}: the values of a Part must be plain JSON ({error}); arrays go into its arrays"
        ) from error
    return part


def require_result(name: str, record: type[Record], result: object) -> Result[Any]:
    """What ``combine`` gave, whose record must be a ``record``."""
    if not isinstance(result, Result):
        raise PluginError(f"{name}: combine must return a Result, not {type(result).__name__}")
    if not isinstance(result.record, record):
        raise PluginError(
            f"{name}: the record must be a {record.__name__}, not {type(result.record).__name__}"
        )
    _require_arrays(name, "a Result", result.arrays)
    for stem, arrays in result.checkpoint.items():
        _require_arrays(name, f"the checkpoint '{stem}'", arrays)
    return result


def require_statements(name: str, statements: object) -> list[Statement]:
    """What ``statements`` gave."""
    found = []
    for one in statements if isinstance(statements, Iterable) else [statements]:
        if not isinstance(one, Statement):
            raise PluginError(f"{name}: statements must be Statement objects, not {type(one).__name__}")
        if not isinstance(one.text, str):
            raise PluginError(f"{name}: the text of a statement must be text, not {type(one.text).__name__}")
        if one.kind not in KINDS:
            raise PluginError(
                f"{name}: a statement is of the kind {one.kind!r}; expected {' or '.join(map(repr, KINDS))}"
            )
        found.append(one)
    return found


def require_verdicts(name: str, verdicts: object) -> list[Verdict]:
    """What ``verdicts`` gave."""
    found = []
    for one in verdicts if isinstance(verdicts, Iterable) else [verdicts]:
        if not isinstance(one, Verdict):
            raise PluginError(f"{name}: verdicts must be Verdict objects, not {type(one).__name__}")
        for field, wanted in _VERDICT.items():
            if not isinstance(value := getattr(one, field), wanted):
                raise PluginError(f"{name}: a verdict's {field} must not be of type {type(value).__name__}")
        if not (one.question.strip() and one.answer.strip()):
            raise PluginError(f"{name}: a verdict needs a question and an answer")
        if one.conclusion not in CONCLUSIONS:
            raise PluginError(
                f"{name}: a verdict's conclusion is {one.conclusion!r}; expected one of {', '.join(CONCLUSIONS)}"
            )
        found.append(one)
    return found


def require_tables(name: str, tables: object) -> dict[str, Table]:
    """What ``tables`` gave."""
    if not isinstance(tables, Mapping):
        raise PluginError(f"{name}: tables must be a mapping of names to Table, not {type(tables).__name__}")
    for key, table in tables.items():
        if not isinstance(table, Table):
            raise PluginError(f"{name}: table '{key}' must be a Table, not {type(table).__name__}")
    return dict(tables)


def _require_arrays(name: str, of: str, arrays: Mapping[str, Any]) -> None:
    if not all(isinstance(a, np.ndarray) and a.dtype.kind in STORABLE for a in arrays.values()):
        raise PluginError(f"{name}: the arrays of {of} must be numpy arrays of numbers or text")
