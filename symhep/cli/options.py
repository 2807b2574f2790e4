"""The options of a method or a format, nested ones and kinds included: for `symhep methods NAME`, in text and JSON."""

from __future__ import annotations

import inspect
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel

__all__ = ["describe", "lines"]

#: Narrower than this, and wider, text is hard to read.
_WIDTH = (60, 120)


def describe(options: type[BaseModel], given: BaseModel | None = None) -> list[dict[str, Any]]:
    """Every option: name, type, default, description; ``options`` of a nested record, ``kinds`` of one of several.

    ``given``: a record whose values are the defaults, where that is what an outer record starts with.

    >>> from symhep.card.schema import Sort
    >>> [(o["name"], o["required"], o["type"]) for o in describe(Sort)]
    [('by', True, 'str'), ('order', False, 'descending | ascending')]
    """
    return [_option(name, info, given) for name, info in options.model_fields.items()]


def _option(name: str, info: Any, given: BaseModel | None) -> dict[str, Any]:
    from symhep.card.shapes import kinds, records, shape

    default = None if info.is_required() else info.get_default(call_default_factory=True)
    if given is not None and not info.is_required():
        default = getattr(given, name)
    found: dict[str, Any] = {
        "name": name,
        "type": _type(info.annotation),
        "required": info.is_required(),
        "default": default.model_dump(mode="json") if isinstance(default, BaseModel) else default,
        "description": info.description or "",
    }
    if info.examples:
        found["examples"] = info.examples
    entry = _entry(info.annotation)
    if _holder(info.annotation) is dict:
        found["names"] = True  # its keys stand below names that the user chooses
    nested = records(shape(entry).types)
    if len(nested) > 1 and (words := kinds(nested)):
        found["kinds"] = {word: _kind(record) for word, record in words.items()}
    elif len(nested) == 1:
        found["options"] = describe(nested[0], default if isinstance(default, nested[0]) else None)
    return found


def _plain(annotation: Any) -> Any:
    """Without its constraints."""
    return _plain(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _holder(annotation: Any) -> Any:
    return get_origin(_plain(annotation))


def _entry(annotation: Any) -> Any:
    """Of a list of any length, or a mapping of names, the type of its entries; of anything else itself."""
    plain = _plain(annotation)
    arguments, origin = get_args(plain), get_origin(plain)
    if origin is dict:
        return _entry(arguments[1])
    alike = origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis
    return arguments[0] if alike or origin is list else plain


def _kind(record: type[BaseModel]) -> dict[str, Any]:
    told = (inspect.getdoc(record) or "").split("\n\n")[0]
    return {
        "description": " ".join(told.split()),
        "options": [o for o in describe(record) if o["name"] != "kind"],
    }


def _type(annotation: Any) -> str:
    """A type in words: 'a | b' for a choice, 'list of int', 'keys below' for a record."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " | ".join(map(str, arguments))
    if origin in (Union, UnionType):
        parts = dict.fromkeys(_type(a) for a in arguments if a is not NoneType)
        return " | ".join([*parts, *(["none"] if NoneType in arguments else [])])
    if isinstance(origin, type) and issubclass(origin, (tuple, list)):
        inner = [_type(a) for a in arguments if a is not Ellipsis]
        return f"list of {inner[0]}" if Ellipsis in arguments or len(inner) == 1 else f"[{', '.join(inner)}]"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping of names to {_type(arguments[1])}"
    if annotation is Any:
        return "anything"
    if origin is not None:
        return str(annotation).replace("typing.", "").replace("collections.abc.", "")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys below"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def lines(options: list[dict[str, Any]]) -> Iterator[str]:
    """The described options as lines for a terminal; kinds that stand at an earlier option are not repeated."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, _WIDTH[0]), _WIDTH[1])
    yield from _lines(options, "  ", width, {})


def _lines(
    options: list[dict[str, Any]], indent: str, width: int, told: dict[tuple[str, ...], str]
) -> Iterator[str]:
    for option in options:
        nested = option.get("options") or option.get("kinds")
        shown = "required" if option["required"] else f"= {_value(option['default'])}"
        if option.get("options") and isinstance(option["default"], dict):
            shown = ""  # its keys say it
        kind = "a kind, or {kind: ..., keys}" if "kinds" in option else option["type"]
        head = " ".join(filter(None, (click.style(option["name"], bold=True), shown, f"({kind})")))
        yield indent + head
        yield from _wrapped(option["description"], indent + "    ", width)
        if not nested:
            continue
        inner = indent + "    "
        if "options" in option:
            yield from _lines(option["options"], inner, width, told)
            continue
        words = tuple(option["kinds"])
        if words in told:
            yield f"{inner}kinds as under '{told[words]}'"
            continue
        told[words] = option["name"]
        for names, kind_of in _alike(option["kinds"]):
            yield f"{inner}kind: {click.style(' | '.join(names), bold=True)}"
            yield from _wrapped(kind_of["description"], inner + "    ", width)
            yield from _lines(kind_of["options"], inner + "    ", width, told)


def _alike(found: dict[str, Any]) -> list[tuple[list[str], dict[str, Any]]]:
    """Kinds that are described alike, together."""
    groups: list[tuple[list[str], dict[str, Any]]] = []
    for word, described in found.items():
        same = next((names for names, known in groups if known == described), None)
        if same is None:
            groups.append(([word], described))
        else:
            same.append(word)
    return groups


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def _value(default: Any) -> str:
    """A default as a card writes it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, (list, tuple)):
        return f"[{', '.join(map(_value, default))}]"
    return f"{default:.6g}" if isinstance(default, float) else str(default) or '""'
