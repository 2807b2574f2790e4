"""Every public callable says what it takes, what it gives, what it raises, and shows it once."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

import symhep

#: Modules whose ``__all__`` is public, and single names of others that the documentation uses.
MODULES = (
    "symhep",
    "symhep.errors",
    "symhep.testing",
    "symhep.lie.algebra",
    "symhep.lie.bases",
    "symhep.lie.elements",
    "symhep.lie.groups",
    "symhep.lie.identify",
    "symhep.lie.subalgebras",
    "symhep.lie.subgroups",
    "symhep.plugin.specs",
)
NAMES = (
    "symhep.events.stream:BlockInfo",
    "symhep.events.stream:EventStream",
    "symhep.hypotheses.support.algebra:surface_algebra",
    "symhep.methods.context:seed_sequence",
    "symhep.plotting.lattice:draw_lattice",
    "symhep.plotting.save:save_figure",
    "symhep.readers.interface:ReadRequest",
    "symhep.readers.interface:LossLog",
    "symhep.run.compare:compare",
    "symhep.stats.variations:nuisance_shifts",
    "symhep_moments.fit.functions.choice:build_functions",
    "symhep_moments.fit.rank:chain",
    "symhep_moments.fit.sums:moments_over",
    "symhep_moments.sample:events_of",
    "symhep_symmetrygan.terms.interface:LossTerm",
)
#: Functions of the methods that symhep brings; the package itself names none.
METHODS = ("moments", "oracle", "symmetrygan", "vae")
#: Sections of numpydoc that are used.
SECTIONS = (
    "Parameters",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Notes",
    "References",
    "Examples",
    "See Also",
)


class Public(NamedTuple):
    """A documented object: its full name, and the class it belongs to."""

    name: str
    what: Any
    owner: type | None = None

    @property
    def doc(self) -> str:
        return inspect.getdoc(self.what) or ""

    @property
    def function(self) -> Any:
        """What has a signature and a body."""
        for key in ("fget", "func", "__func__"):
            if found := getattr(self.what, key, None):
                return found
        return self.what


def sections(doc: str) -> dict[str, str]:
    """Text by section of a docstring; '' is what stands before the first."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n-+\n", doc, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def entries(text: str) -> set[str]:
    """Names that a section explains: lines without indentation, separated by commas."""
    lines = [line for line in text.splitlines() if line and not line[0].isspace()]
    return {name.strip().lstrip("*") for line in lines for name in line.split(" : ")[0].split(",")}


def public() -> Iterator[Public]:
    found: list[tuple[str, Any]] = []
    for module in MODULES:
        loaded = importlib.import_module(module)
        found += [(f"{module}.{name}", getattr(loaded, name)) for name in _names(loaded)]
    for place in NAMES:
        module, name = place.split(":")
        found.append((f"{module}.{name}", getattr(importlib.import_module(module), name)))
    found += [(f"symhep.{name}", getattr(symhep, name)) for name in METHODS]
    for name, what in found:
        if inspect.isclass(what):
            yield Public(name, what)
            yield from _members(name, what)
        elif inspect.isroutine(what):
            yield Public(name, what)


def _names(module: Any) -> list[str]:
    own = [
        n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__ and n[0] != "_"
    ]
    return list(getattr(module, "__all__", own))


def _members(name: str, owner: type) -> Iterator[Public]:
    for key, value in vars(owner).items():
        fields = getattr(owner, "__dataclass_fields__", {})  # a function as a default is no method
        if (
            not key.startswith("_")
            and key not in fields
            and (
                isinstance(value, property | cached_property | classmethod | staticmethod)
                or inspect.isfunction(value)
            )
        ):
            yield Public(f"{name}.{key}", value, owner)


def parameters(item: Public) -> set[str]:
    """What a caller gives; the fields of pydantic have descriptions, and errors are their messages."""
    if inspect.isclass(item.what):
        if issubclass(item.what, BaseModel):
            return set()
        if dataclasses.is_dataclass(item.what):
            own = vars(item.what)["__annotations__"]
            return {f.name for f in dataclasses.fields(item.what) if f.init and f.name in own}
        if hasattr(item.what, "_fields"):
            return set(item.what._fields)
        if "__init__" not in vars(item.what) or getattr(item.what, "_is_protocol", False):
            return set()
        return set(inspect.signature(item.what).parameters)
    return set(inspect.signature(item.function).parameters) - {"self", "cls"}


def raised(item: Public) -> set[str]:
    """Names of the errors that the body makes and lets go, by its own source."""
    if inspect.isclass(item.what):
        found = [vars(item.what).get(name) for name in ("__init__", "__post_init__")]
        found = [] if getattr(item.what, "_is_protocol", False) else found
        functions = [f for f in found if inspect.isfunction(f) and f.__code__.co_filename != "<string>"]
    else:
        functions = [item.function]
    names = set()
    for function in functions:
        try:
            source = textwrap.dedent(inspect.getsource(function))
        except (OSError, TypeError):
            continue
        tree = ast.parse(source)
        tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
        # What the function catches itself it does not let go.
        caught = {
            id(inner): ast.unparse(handler.type)
            for node in tries
            for handler in node.handlers
            if handler.type is not None
            for statement in node.body
            for inner in ast.walk(statement)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                if ast.unparse(node.exc.func) in caught.get(id(node), ""):
                    continue
                called = node.exc.func
                names.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
    return {name for name in names if name.endswith("Error") and name != "NotImplementedError"}


def _overridden(item: Public) -> list[str]:
    """Docstrings of what a member overrides: an override keeps their contract."""
    if item.owner is None:
        return []
    key = item.name.rsplit(".", 1)[1]
    return [inspect.getdoc(vars(base)[key]) or "" for base in item.owner.__mro__[1:] if key in vars(base)]


def complaints(item: Public) -> list[str]:
    found: dict[str, str] = {}
    for doc in [*reversed(_overridden(item)), item.doc]:
        found |= sections(doc)
    told = []
    named = entries(found.get("Parameters", "")) | entries(found.get("Attributes", ""))
    if missing := sorted(parameters(item) - named):
        told.append(f"does not explain {', '.join(missing)}")
    if isinstance(item.what, property | cached_property) and ":" in found[""].split("\n\n")[0]:
        told.append("has a colon in its first sentence, before which Sphinx expects a type")
    is_function = not inspect.isclass(item.what) and not isinstance(item.what, property | cached_property)
    if is_function:
        if extra := sorted(entries(found.get("Parameters", "")) - parameters(item)):
            told.append(f"explains {', '.join(extra)}, which it does not take")
        gives = getattr(item.function, "__annotations__", {}).get("return")
        if gives not in (None, "None", "Iterator[None]") and not {"Returns", "Yields"} & found.keys():
            told.append("does not say what it returns")
    for name in sorted(raised(item)):
        if not re.search(rf"\b{name}\b", found.get("Raises", "")):
            told.append(f"does not say when it raises {name}")
    if ">>>" not in found.get("Examples", "") and not _shown_by_class(item):
        told.append("has no example")
    return told


def _shown_by_class(item: Public) -> bool:
    """A member may be shown in the example of a class that has it."""
    if item.owner is None:
        return False
    key = item.name.rsplit(".", 1)[1]
    docs = [inspect.getdoc(base) or "" for base in item.owner.__mro__ if key in vars(base)]
    lines = re.findall(r"^(?:>>>|\.\.\.) (.*)", "\n".join(docs), flags=re.M)
    return any(re.search(rf"(\.|def ){key}\b", line) for line in lines)


PUBLIC = list(public())


@pytest.mark.parametrize("item", PUBLIC, ids=[item.name for item in PUBLIC])
def test_a_public_object_is_documented(item: Public) -> None:
    told = complaints(item)
    assert not told, f"{item.name}: {'; '.join(told)}"


def _poor(a: int, b: int = 0) -> int:
    """Add.

    Parameters
    ----------
    a, c
        Numbers.
    """
    if b < 0:
        raise ValueError("negative")
    return a + b


def test_what_is_missing_is_named() -> None:
    assert complaints(Public("poor", _poor)) == [
        "does not explain b",
        "explains c, which it does not take",
        "does not say what it returns",
        "does not say when it raises ValueError",
        "has no example",
    ]
