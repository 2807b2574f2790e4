"""Every promise of docs/reference/security.md stands beside a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest


def promises(root: Path) -> list[tuple[str, str]]:
    """(promise, tests) of each row of the page's tables of promises."""
    text = (root / "docs/reference/security.md").read_text(encoding="utf-8")
    tables = re.findall(r"\| symhep promises \| test \|\n\|---\|---\|\n((?:\|.*\|\n)+)", text)
    rows = [line.strip("|").rpartition(" | ") for table in tables for line in table.splitlines()]
    return [(promise.strip(), tests) for promise, _, tests in rows]


def test_every_promise_names_a_test(root: Path) -> None:
    rows = promises(root)
    assert len(rows) > 30
    assert [
        promise
        for promise, tests in rows
        if not re.fullmatch(r"(`tests/\S+\.py::test_\w+`(<br>| *$))+", tests)
    ] == []


def test_every_test_that_is_named_is_there(root: Path) -> None:
    text = (root / "docs/reference/security.md").read_text(encoding="utf-8")
    named = sorted(set(re.findall(r"`(tests/\S+?\.py)::(\w+)`", text)))
    missing = [f"{path}::{name}" for path, name in named if name not in functions(root / path)]
    assert missing == []


def functions(path: Path) -> set[str]:
    """Names of the functions of a file, those of its classes included; none where there is no file."""
    if not path.is_file():
        return set()
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("path", ["tests/test_security.py", "tests/no_such_file.py"])
def test_a_name_that_is_not_there_is_missed(root: Path, path: str) -> None:
    assert "test_no_such_name" not in functions(root / path)
    assert ("functions" in functions(root / path)) == (path == "tests/test_security.py")
