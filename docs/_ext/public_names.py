"""The names of symhep in docstrings and signatures lead to the page of the public name, wherever it is defined."""

from __future__ import annotations

import inspect
import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from pydantic import BaseModel
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.inspect import stringify_signature

import symhep

#: Module and name of the definition -> the name under which users find it.
DEFINED = {f"{module}.{name}": f"symhep.{name}" for name, module in symhep._PUBLIC.items()}


def _documented(env: BuildEnvironment, target: str) -> str | None:
    """The documented object that ``target`` means: itself, a public name, or a member of one."""
    objects = env.domains["py"].objects  # type: ignore[attr-defined]
    stem, _, member = target.rpartition(".")
    for name in (target, DEFINED.get(target), f"symhep.{target}", f"{DEFINED.get(stem)}.{member}"):
        if name in objects:
            return name
    ends = [name for name in objects if name.endswith(f".{target}") and "." not in target]
    return ends[0] if len(ends) == 1 else None


def _missing(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: Any) -> Any:
    if node.get("refdomain") != "py":
        return None
    target = str(node["reftarget"])
    name = _documented(env, target)
    if name is not None:
        entry = env.domains["py"].objects[name]  # type: ignore[attr-defined]
        uri = app.builder.get_relative_uri(node["refdoc"], entry.docname) + "#" + entry.node_id
        return nodes.reference("", "", content, internal=True, refuri=uri, reftitle=name)
    if node.get("symhep-try"):  # words in back-ticks that are no public names: values, keys, file names
        return content
    return None


def _backticks(
    name: str, raw: str, text: str, line: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """The default role: a link if it is a name of symhep's interface, else code."""
    env = inliner.document.settings.env
    target = text.removesuffix("()").lstrip("~.")
    node = addnodes.pending_xref(
        raw, nodes.literal(raw, text), refdomain="py", reftype="obj", reftarget=target, refdoc=env.docname
    )
    node["symhep-try"] = True
    for key in ("py:module", "py:class"):
        node[key] = env.ref_context.get(key)
    return [node], []


def _fields(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Fields of records and options, from their descriptions."""
    if what != "class" or not issubclass(obj, BaseModel) or name.endswith("RunCard"):
        return
    for key, field in obj.model_fields.items():
        if field.description and not any(line.startswith(f":param {key}:") for line in lines):
            lines += ["", f":param {key}: {field.description}"]


def _skipped(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Pydantic's own machinery is no part of the interface."""
    inherited = getattr(BaseModel, name, None) is not None or name in BaseModel.__annotations__
    return True if inherited and what == "class" and name.startswith(("model_", "_")) else None


def _as_written(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None] | None:
    """Annotations as the source has them, `FloatArray | None`, and not what they stand for."""
    if signature is None:
        return None
    try:
        found = inspect.signature(obj)
    except (TypeError, ValueError):
        return None
    parameters = list(found.parameters.values())
    if what == "method" and parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
    written = found.replace(parameters=parameters)
    text = stringify_signature(written, show_return_annotation=False, unqualified_typehints=True)
    given = found.return_annotation
    return text.replace("<factory>", "..."), given if isinstance(given, str) and given != "None" else returns


def _sections(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """What napoleon would misread.

    The docstring of a property: it takes what stands before a colon for the type. An example that follows a section:
    it is one of its own.
    """
    if what in ("attribute", "data", "property") and lines:
        lines[:0] = ["..", ""]
    heads = [n - 1 for n, line in enumerate(lines) if n and line and not line.strip("-") and len(line) > 3]
    first = next((n for n, line in enumerate(lines) if line.startswith(">>> ")), None)
    if first is not None and heads and first > heads[0] and "Examples" not in [lines[n] for n in heads]:
        lines[first:first] = ["Examples", "--------"]


def _escaped(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text: |w| is an absolute value, and an underscore at the end belongs to the word."""
    for number, line in enumerate(lines):
        if (names := re.match(r":(?:ivar|vartype) ([\w]+(?:, \w+)+):", line)) is not None:
            # Names that are described together: with a blank the first would be taken for a type.
            line = lines[number] = line.replace(names[1], names[1].replace(", ", ",\u200b"))
        if not line.lstrip().startswith((">>>", "...", "..")):
            parts = line.split("`")
            parts[::2] = [
                re.sub(r"((?<!\\)\||(?<=\w)_(?=\W|$)|(?<=[ (,])\*(?=\w+[),]))", r"\\\1", part)
                for part in parts[::2]
            ]
            lines[number] = "`".join(parts)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_role("symhep", _backticks)
    app.connect("missing-reference", _missing)
    app.connect("autodoc-process-docstring", _fields)
    app.connect("autodoc-process-docstring", _sections, priority=400)
    app.connect("autodoc-process-docstring", _escaped, priority=600)
    app.connect("autodoc-process-signature", _as_written)
    app.connect("autodoc-skip-member", _skipped)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
