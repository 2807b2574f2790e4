"""Filesets in all their forms, and refusals of those that are too large, too deep or something else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from symhep.errors import InputError
from symhep.run import fileset as module
from symhep.run.fileset import Entry, fileset


def _write(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "set.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


@pytest.mark.parametrize(
    ("content", "trees"),
    [
        ({"ee": {"files": {"a": "t", "b": None}}}, ["t", None]),
        ({"ee": {"files": {"a": {"object_path": "t"}, "b": {}}}}, ["t", None]),
        ({"ee": {"treename": "t", "files": ["a", "b"]}}, ["t", "t"]),
        ({"ee": ["a"], "more": ["b"]}, [None, None]),
        (["a", "b"], [None, None]),
    ],
)
def test_forms(tmp_path: Path, content: Any, trees: list[str | None]) -> None:
    found = [Entry("a", trees[0]), Entry("b", trees[1])]
    assert fileset(_write(tmp_path, content)) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a JSON fileset: "),
        ("[" * 100_000, "is not a JSON fileset: too deeply nested"),
        ("1" * 5000, "is not a JSON fileset: "),
        ("\x80", "is not a JSON fileset: "),
        ("{}", "lists no files"),
        ({"a": 3}, "'files' of a fileset must be a list, or a mapping"),
        ({"a": {"files": [["x"]]}}, r"names of files and trees in a fileset must be text, not \['x'\]"),
        ({"a": {"files": {"x": ["t"]}}}, r"must be text, not \['t'\]"),
        ({"a": {"files": {"x": {"object_path": 7}}}}, "must be text, not 7"),
    ],
)
def test_what_is_no_fileset(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(InputError, match=rf"set\.json: .*{message}"):
        fileset(_write(tmp_path, content))


def test_size_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path, ["a", "b", "c"])
    monkeypatch.setattr(module, "_FILES", 2)
    with pytest.raises(InputError, match="lists 3 files; 2 at most"):
        fileset(path)
    monkeypatch.setattr(module, "_BYTES", 10)
    with pytest.raises(InputError, match="is longer than 10 bytes, the limit for a fileset"):
        fileset(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match=r"pipe\.json: is a pipe, not a file"):
        fileset(str(tmp_path / "pipe.json"))
