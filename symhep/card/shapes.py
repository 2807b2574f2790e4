"""What may stand where in a record of options: its fields, and the kinds of a field that is one of several records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["Place", "Shape", "follow", "kinds", "records", "shape"]


@dataclass(frozen=True)
class Shape:
    """The plain types that an annotation allows, None left out, and the constraints written into it."""

    types: tuple[Any, ...]
    constraints: tuple[FieldInfo, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a path of pydantic's leads: the keys as the card has them, and what may stand there."""

    keys: tuple[str | int, ...]
    shape: Shape
    kind: str | None = None


def shape(annotation: Any) -> Shape:
    """Take unions, aliases and ``Annotated`` apart.

    >>> shape(int | Annotated[str, "word"] | None).types
    (<class 'int'>, <class 'str'>)
    """
    if get_origin(annotation) is Annotated:
        inner = shape(get_args(annotation)[0])
        own = tuple(m for m in annotation.__metadata__ if isinstance(m, FieldInfo))
        return Shape(inner.types, (*own, *inner.constraints))
    if get_origin(annotation) in (Union, UnionType):
        parts = [shape(a) for a in get_args(annotation)]
        return Shape(tuple(t for p in parts for t in p.types), tuple(c for p in parts for c in p.constraints))
    return Shape(()) if annotation is NoneType else Shape((annotation,))


def records(types: Iterable[Any]) -> list[type[BaseModel]]:
    """The records among some types."""
    return [t for t in types if isinstance(t, type) and issubclass(t, BaseModel)]


def kinds(types: Iterable[Any], key: str = "kind") -> dict[str, type[BaseModel]]:
    """The records among some types by the words that their field ``key`` may have; empty unless every one has such.

    >>> from typing import Literal
    >>> class Circle(BaseModel):
    ...     kind: Literal["circle", "disc"]
    >>> list(kinds([Circle]))
    ['circle', 'disc']
    """
    found: dict[str, type[BaseModel]] = {}
    for record in records(types):
        info = record.model_fields.get(key)
        if info is None or get_origin(info.annotation) is not Literal:
            return {}
        found |= {str(word): record for word in get_args(info.annotation)}
    return found


def follow(model: type[BaseModel], path: Sequence[str | int]) -> Place:
    """The place that a path of pydantic's means; words that pydantic adds, such as the kind, are no keys of the card.

    >>> from symhep.card.schema import RunCard
    >>> follow(RunCard, ("features", "p", "vars", 0)).keys
    ('features', 'p', 'vars', 0)
    """
    here, keys, kind = Shape((model,)), [], None
    names = Shape(())  # what the keys of the mapping just passed may be
    for key in path:
        found = records(here.types)
        words = kinds(found)
        if len(found) > 1 and (key in words or key in [r.__name__ for r in found]):
            kind = str(key) if key in words else None
            here = Shape((words[kind],) if kind else tuple(r for r in found if r.__name__ == key))
            continue
        infos = [r.model_fields[str(key)] for r in found if key in r.model_fields]
        if infos:
            parts = [shape(i.annotation) for i in infos]
            here = Shape(
                tuple(t for p in parts for t in p.types), (*infos, *(c for p in parts for c in p.constraints))
            )
        elif key == "[key]":
            here = names
            continue
        elif held := next((_holds(t) for t in here.types if _holds(t)), ()):
            here, names = shape(held[-1]), shape(held[0])
        else:
            continue
        keys.append(key)
        kind = None
    return Place(tuple(keys), here, kind)


def _holds(container: Any) -> tuple[Any, ...]:
    """Types of what a container holds, the values of a mapping last."""
    origin = get_origin(container)
    if not (isinstance(origin, type) and issubclass(origin, (Mapping, tuple, list))):
        return ()
    return tuple(a for a in get_args(container) if a is not Ellipsis)
