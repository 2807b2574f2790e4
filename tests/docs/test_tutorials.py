"""Tutorials run without a warning (the site's build runs them as well), and are kept without what they gave."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TUTORIALS = Path(__file__).resolve().parents[2] / "docs/tutorials"
NOTEBOOKS = sorted(TUTORIALS.glob("*.ipynb"))
#: Runs before the first cell.
STRICT = "import warnings\nwarnings.simplefilter('error')"


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
# Of the libraries that start the kernel, and not of the notebook.
@pytest.mark.filterwarnings("default")
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = path.parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'plugins'}")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel has its own
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    client = NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [o for o in shown if o.output_type == "error" or o.get("name") == "stderr"] == []
    assert any("image/png" in o.get("data", {}) for o in shown), "a figure is shown"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_kept_without_output(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells if cell.outputs or cell.execution_count is not None] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_begins_with_its_question_and_ends_with_links(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert re.match(r"# .+\n\n\*\*Question\.\*\* .*\n\n\*\*What you need\.\*\* ", cells[0].source, re.DOTALL)
    last = cells[-1].source
    assert "## Where to go next\n\n- " in last
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_all_are_on_the_page_of_tutorials() -> None:
    page = (TUTORIALS / "index.md").read_text(encoding="utf-8")
    named = [path.stem for path in NOTEBOOKS]
    assert sorted(re.findall(r"\]\((\w+)\.ipynb\)", page)) == named
    assert sorted(page.split(":hidden:")[1].strip("`\n").split()) == named


def test_every_method_has_one() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in NOTEBOOKS)
    for method in ("moments", "oracle", "symmetrygan", "vae"):
        assert f"symhep.{method}(" in code or f"use: {method}" in code
