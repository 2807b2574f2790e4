"""The same key means the same thing in every method: it has one shape, and mappings share a record of the core."""

from __future__ import annotations

import types
import typing
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal, Union

import pytest

from symhep.methods.record import Record
from symhep.plugin.manager import build_registry

METHODS = ("moments", "oracle", "symmetrygan", "vae")
REGISTRY = build_registry()

#: Keys that have two shapes in the methods, and why.
EXCEPTIONS: dict[str, str] = {
    "algebra": "of a result: dimension and name with their uncertainty; of a class in the catalogue: its name",
    "generators": "combinations of candidates in moments and symmetrygan, matrices or fields each with a residual in "
    "oracle, a table of coefficients for the conjugate of a class",
    "kept": "divergences of kept elements, on which scripts rely, beside how many there are, and their losses",
    "failed": "divergences of rejected elements, likewise",
    "random": "divergences of random elements, likewise",
    "size": "how strongly a candidate is broken, or a discrete element; vectors.size of oracle, the length of a vector",
    "symmetry": "kl.symmetry, on which scripts rely, beside the symmetry for `symhep augment`",
}


def _shape(annotation: Any) -> str:
    """'number', 'text', '[text]', '{number}', or the core's record that a mapping is; null is a value of any key."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(sorted({_shape(one) for one in inside if one is not type(None)}))
    if origin is Literal:
        return "text"
    if origin is tuple:
        return f"[{' or '.join(sorted({_shape(one) for one in inside if one is not Ellipsis}))}]"
    if origin is dict:
        return f"{{{_shape(inside[1])}}}"
    if issubclass(annotation, Record):
        core = [c for c in annotation.__mro__ if c.__module__.split(".")[0] == "symhep" and c is not Record]
        shared = next((c for c in core if issubclass(c, Record)), annotation)
        return f"{shared.__module__}.{shared.__name__}"
    return {str: "text", bool: "truth", int: "number", float: "number"}[annotation]


def _records(annotation: Any) -> Iterator[type[Record]]:
    for one in typing.get_args(annotation):
        yield from _records(one)
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation


def _keys(record: type[Record], path: str = "") -> Iterator[tuple[str, str]]:
    """Every key path of a record, with its shape."""
    for name, field in record.model_fields.items():
        yield f"{path}{name}", _shape(field.annotation)
        for inner in _records(field.annotation):
            yield from _keys(inner, f"{path}{name}.")


def _shapes() -> dict[str, dict[str, list[str]]]:
    """Last name of a key -> shape -> 'METHOD: path' that have it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for method in METHODS:
        for path, shape in _keys(REGISTRY.method(method).Record):
            found[path.rsplit(".", 1)[-1]][shape].append(f"{method}: {path}")
    return found


def _differ(shapes: dict[str, list[str]]) -> bool:
    """Has the key in one method a shape that it has not in another that knows it?"""
    methods = {place.split(":")[0] for places in shapes.values() for place in places}
    return len(shapes) > 1 and len(methods) > 1


@pytest.mark.parametrize("key", sorted(_shapes()))
def test_a_key_has_one_shape_in_all_methods(key: str) -> None:
    shapes = _shapes()[key]
    assert not _differ(shapes) or key in EXCEPTIONS, {shape: places[:3] for shape, places in shapes.items()}


@pytest.mark.parametrize("key", sorted(EXCEPTIONS))
def test_every_exception_is_one(key: str) -> None:
    assert _differ(_shapes()[key])
