"""Patterns of names against the standard library's glob, and an end to those that have none."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhep.errors import CardError
from symhep.run import globs
from symhep.run.globs import matching

FILES = (
    "a.root",
    "b1.root",
    "b2.lhe",
    "x/a.root",
    "x/y/a.root",
    "x/y/z/b[1].root",
    ".hidden/a.root",
    "x/.b.root",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@given(
    st.lists(
        st.sampled_from(
            ["*", "**", "?", "x", "y", "a.root", "b*", "*.root", "[ab]*", ".*", "b[[]1].root", "no"]
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_the_standard_library(tree: Path, parts: list[str]) -> None:
    pattern = "/".join([str(tree), *parts])
    expected = {str(Path(found)) for found in glob.glob(pattern, recursive=True)}
    assert matching(pattern) == sorted(expected)


def test_relative_names_stay_relative(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert matching("*.root") == ["a.root", "b1.root"]
    assert matching("x/y/z/b[1].root") == ["x/y/z/b[1].root"], "a name with brackets in it"
    assert matching("none") == []


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.root").touch()
    (tmp_path / "loop").symlink_to("loop")
    assert matching(str(tmp_path / "**/*.root")) == [str(tmp_path / "deep/a.root")]


def test_so_many_names_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(11):
        (tmp_path / f"{number}.txt").touch()
    monkeypatch.setattr(globs, "NAMES", 11)
    assert len(matching(str(tmp_path / "*.txt"))) == 11
    monkeypatch.setattr(globs, "NAMES", 10)
    with pytest.raises(CardError, match=r"^here: '.*\*\.root' matches more than 10 names; use a longer path"):
        matching(str(tmp_path / "**/*.root"), "here")
