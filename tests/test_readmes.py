"""File tables of READMEs list the modules that there are, each once, and no others."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    *(f"plugins/symhep_{name}" for name in ("moments", "oracle", "symmetrygan", "vae")),
    "samples/third_party_method",
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_file_table_lists_every_module_once(folder: str) -> None:
    root = ROOT / folder
    text = (root / "README.md").read_text(encoding="utf-8")
    table = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
    listed = Counter(re.findall(r"`([\w/.]+\.py)`", table))
    there = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if path.name != "__init__.py" and "build" not in path.parts
    }
    assert sorted(there - set(listed)) == [], "not in the table"
    assert sorted(set(listed) - there) == [], "in the table, and not there"
    assert [name for name, number in listed.items() if number > 1] == [], "listed twice"


def test_the_benchmarks_page_names_every_benchmark() -> None:
    text = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    there = {p.name for p in (ROOT / "benchmarks").glob("*.py") if not p.name.startswith("__")}
    assert sorted(name for name in there if name not in text and name.removesuffix(".py") not in text) == []


def test_the_folders_of_the_core_are_those_of_contributing() -> None:
    """The tree is the architecture: every folder of symhep stands in the table of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    there = {p.parent.name for p in (ROOT / "symhep").glob("*/__init__.py")}
    assert sorted(name for name in there if f"`{name}/`" not in text) == []
