"""Every page describes itself to search engines by its first paragraph."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from markupsafe import escape
from sphinx.application import Sphinx

#: Characters that search engines show.
LENGTH = 160


def _description(doctree: nodes.document) -> str:
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 20 and not isinstance(paragraph.parent, nodes.entry):
            return text if len(text) <= LENGTH else text[:LENGTH].rpartition(" ")[0] + " ..."
    return ""


def _describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    found = _description(doctree) if doctree is not None else ""
    text = found or f"{context.get('title') or pagename}: documentation of symhep"
    context["metatags"] = (
        context.get("metatags", "") + f'<meta name="description" content="{escape(text)}">\n'
    )


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", _describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
