"""The directive `rest-of-pages`: a toctree of those pages that no toctree above it on the page names."""

from __future__ import annotations

from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.application import Sphinx
from sphinx.directives.other import TocTree


class RestOfPages(TocTree):
    """A page that is added to a folder appears without being named anywhere."""

    def run(self) -> list[nodes.Node]:
        self.options["glob"] = None
        found = super().run()
        named = {name for node in self.state.document.findall(toctree) for name in node["includefiles"]}
        for wrapper in found:
            for node in wrapper.findall(toctree):
                node["entries"] = [entry for entry in node["entries"] if entry[1] not in named]
                node["includefiles"] = [name for name in node["includefiles"] if name not in named]
        return found


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("rest-of-pages", RestOfPages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
