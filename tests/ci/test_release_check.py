"""The checks before a release see what is wrong; and what is built now holds what it is to hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

CHANGES = "# Changelog\n\n## 0.3.0 - 2027-01-31\n\n## 0.2.0 - 2026-12-24\n"
CITED = "title: symhep\nversion: 0.3.0\ndate-released: 2027-01-31\nlicense: BSD-3-Clause\n"


@pytest.fixture(scope="module")
def check(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_check", root / ".ci" / "release_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_release_on_which_all_agree(check: ModuleType) -> None:
    assert list(check.disagreements("v0.3.0", CHANGES, CITED, "0.3.0")) == []


@pytest.mark.parametrize(
    ("tag", "changes", "cited", "version", "told"),
    [
        ("v0.3.1", CHANGES, CITED, "0.3.1", "the tag is v0.3.1, the topmost release of CHANGELOG.md 0.3.0"),
        ("v0.3.0", CHANGES, CITED, "0.3.1.dev0+g1.dirty", "uncommitted changes, or another commit"),
        ("v0.3.0", CHANGES.replace("2027-01-31", "unreleased", 1), CITED, "0.3.0", "gives no date of 0.3.0"),
        ("v0.3.0", CHANGES, CITED.replace("01-31", "01-30"), "0.3.0", "has no 'date-released: 2027-01-31'"),
        (
            None,
            CHANGES,
            CITED.replace("0.3.0", "0.2.0"),
            "0.3.0",
            "CITATION.cff has version 0.2.0, CHANGELOG.md 0.3.0",
        ),
        (None, "# Changelog\n", CITED, "0.3.0", "CHANGELOG.md has no heading"),
    ],
)
def test_a_disagreement_is_told(
    check: ModuleType, tag: str | None, changes: str, cited: str, version: str, told: str
) -> None:
    assert told in "\n".join(check.disagreements(tag, changes, cited, version))


def test_the_present_tree_agrees_with_itself(check: ModuleType, root: Path) -> None:
    changes, cited = ((root / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CITATION.cff"))
    assert list(check.disagreements(None, changes, cited, "")) == []


def test_too_few_files_and_too_many_are_told(check: ModuleType) -> None:
    assert list(check.differences("the wheel", {"a", "b"}, {"b", "c"})) == [
        "the wheel lacks a",
        "the wheel holds what does not belong there: c",
    ]
    assert list(check.differences("the wheel", {"a"}, {"a"})) == []


def test_what_is_built_holds_every_file_and_no_other(check: ModuleType, root: Path, tmp_path: Path) -> None:
    """Schemas, templates, py.typed, samples: all that git has or would add."""
    if not (root / ".git").exists():
        pytest.skip("not a clone: git knows no files")
    (archive,) = SdistBuilder(str(root)).build(directory=str(tmp_path))
    (wheel,) = WheelBuilder(str(root)).build(directory=str(tmp_path))
    assert list(check.contents(Path(archive), Path(wheel))) == []
