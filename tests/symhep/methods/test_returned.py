"""What a method returns, of the wrong type: one clear sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symhep.errors import PluginError
from symhep.methods.record import Record
from symhep.methods.result import Part, Result, Statement
from symhep.methods.returned import (
    require_part,
    require_result,
    require_statements,
    require_tables,
    require_verdicts,
)
from symhep.methods.table import Table
from symhep.methods.verdict import Verdict


class Found(Record):
    n: int = 0
    d: dict[str, Any] = {}


class Other(Record):
    pass


OBJECTS = np.array([None, {}], dtype=object)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (None, "fit must return a Part, not NoneType"),
        ({"a": 1}, "fit must return a Part, not dict"),
        (Part({}, {"a": OBJECTS}), "the arrays of a Part must be numpy arrays of numbers or text"),
        (Part({}, {"a": [1.0]}), "the arrays of a Part must be numpy arrays"),  # type: ignore[dict-item]
        (Part({"a": 1j}), "the values of a Part must be plain JSON"),
        (Part({"a": object()}), "the values of a Part must be plain JSON"),
        (Part([1]), "the values of a Part must be a mapping, not list"),  # type: ignore[arg-type]
    ],
)
def test_parts(part: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"m: {message}"):
        require_part("m", part)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "combine must return a Result, not NoneType"),
        (Result({"n": 1}), "the record must be a Found, not dict"),  # type: ignore[type-var]
        (Result(Other()), "the record must be a Found, not Other"),
        (Result(Found(), {"a": OBJECTS}), "the arrays of a Result must be numpy arrays"),
        (Result(Found(), checkpoint={"net": {"w": OBJECTS}}), "the arrays of the checkpoint 'net' must be"),
    ],
)
def test_results(result: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"m: {message}"):
        require_result("m", Found, result)


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (None, "statements must be Statement objects, not NoneType"),
        ("a sentence", "statements must be Statement objects, not str"),
        ([3], "statements must be Statement objects, not int"),
        ([Statement(3)], "the text of a statement must be text, not int"),  # type: ignore[arg-type]
        (
            [Statement("a", kind="error")],
            "a statement is of the kind 'error'; expected 'finding' or 'warning'",
        ),
    ],
)
def test_statements(statements: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"m: {message}"):
        require_statements("m", statements)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([Table.of(("x",), [(1,)])], "tables must be a mapping of names to Table, not list"),
        ({"a": [1]}, "table 'a' must be a Table, not list"),
    ],
)
def test_tables(tables: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"m: {message}"):
        require_tables("m", tables)


def test_what_is_right_passes() -> None:
    part, table = (
        Part({"a": float("nan")}, {"x": np.ones(2), "names": np.array(["a"])}),
        Table.of(("x",), [(1,)]),
    )
    assert require_part("m", part) is part
    assert require_statements("m", iter([Statement("a", kind="warning")])) == [Statement("a", kind="warning")]
    assert require_tables("m", {"a": table}) == {"a": table}


@pytest.mark.parametrize(
    ("verdicts", "message"),
    [
        (None, "verdicts must be Verdict objects, not NoneType"),
        (["yes"], "verdicts must be Verdict objects, not str"),
        ([Verdict("", "yes")], "a verdict needs a question and an answer"),
        ([Verdict("Is it?", " ")], "a verdict needs a question and an answer"),
        ([Verdict(1, "yes")], "a verdict's question must not be of type int"),  # type: ignore[arg-type]
        ([Verdict("Is it?", "yes", size=0.3)], "a verdict's size must not be of type float"),  # type: ignore[arg-type]
        ([Verdict("Is it?", "yes", p=0.3)], "a verdict's p must not be of type float"),  # type: ignore[arg-type]
        (
            [Verdict("Is it?", "yes", "true")],  # type: ignore[arg-type]
            "a verdict's conclusion is 'true'; expected one of compatible, violated",
        ),
    ],
)
def test_verdicts(verdicts: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"m: {message}"):
        require_verdicts("m", verdicts)
