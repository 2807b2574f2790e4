"""Links to files of the repository that are no pages: those that a page includes lead to it, folders are named."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

#: File of the repository -> the page that shows it.
SHOWN = {
    "CHANGELOG.md": "project/changelog",
    "CONTRIBUTING.md": "project/contributing",
    "benchmarks/README.md": "project/benchmarks",
    "samples/README.md": "reference/samples",
    "symhep/lie/subgroups/lorentz.md": "reference/lorentz_subgroups",
    "symhep/lie/subgroups/poincare.md": "reference/poincare_subgroups",
}
LINK = re.compile(r"(?<!!)\[([^]\n]+)\]\((?![a-z]+:)([^)#\s]+)(#[^)\s]*)?\)")


def _rewritten(text: str, folder: Path, source: Path) -> str:
    """``text`` of a file of ``folder`` as a page below ``source``."""
    root = source.parent

    def link(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        path = Path(os.path.normpath(folder / target))
        if not path.is_relative_to(root):
            return match[0]
        inside = path.relative_to(root).as_posix()
        if inside in SHOWN:
            return f"[{label}](/{SHOWN[inside]}.md{anchor})"
        if path.is_dir():
            return f"`{inside}/`" if label in {inside, f"`{inside}`"} else f"{label} (`{inside}/`)"
        return f"[{label}](/{os.path.relpath(path, source)}{anchor})" if path.is_file() else match[0]

    return LINK.sub(link, text)


def _read(app: Sphinx, docname: str, content: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".md":
        content[0] = _rewritten(content[0], path.parent, Path(app.srcdir))


def _included(app: Sphinx, relative_path: Path, parent_docname: str, content: list[str]) -> None:
    source = Path(app.srcdir)
    path = Path(os.path.normpath(source / relative_path))
    content[0] = _rewritten(content[0], path.parent, source)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", _read)
    app.connect("include-read", _included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
