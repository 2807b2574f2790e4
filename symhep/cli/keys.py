"""Keys of a card, or of the options of a method or reader, as tables in Markdown: `symhep schema card --keys`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["key_tables"]

Described = Mapping[str, Any]
#: Types in words.
_PLAIN = {"str": "text", "int": "integer", "float": "number", "bool": "true or false"}


def key_tables(options: Sequence[Described], *, level: int = 2) -> str:
    """A table of the options that `symhep.cli.options.describe` gives, and one below a heading for each record inside.

    NAME stands for a name that the user chooses, [] for each entry of a list. A record that occurs again is not
    repeated.

    >>> from symhep.card.objects import Sort
    >>> from symhep.cli.options import describe
    >>> print(key_tables(describe(Sort)))
    | key | type | default | meaning |
    |---|---|---|---|
    | `by` | text | required | an expression in the object's fields; e.g. `pt`, `abs(mass - 91.19)` |
    | `order` | `descending`, `ascending` | `descending` | largest or smallest first |
    """
    return "\n".join(_tables(options, "", "#" * level, {}))


def _tables(options: Sequence[Described], path: str, heading: str, told: dict[str, str]) -> Iterator[str]:
    yield from ("| key | type | default | meaning |", "|---|---|---|---|")
    inner: list[tuple[str, str, Sequence[Described]]] = []
    for option in options:
        place = f"{path}{option['name']}"
        place += ".NAME" if option.get("names") else ""
        place += "[]" if "list of keys below" in option["type"] else ""
        below = option.get("options")
        parts = [(place, "", below)] if below else []
        parts += [
            (f"{place}, kind: {kind}", found["description"], found["options"])
            for kind, found in option.get("kinds", {}).items()
            if found["options"]
        ]
        seen = told.get(_content(below)) if below else None
        where = f"keys of `{seen}`" if seen else f"keys of `{place}`"
        # The defaults of a record stand at its keys, unless those are shown elsewhere with other ones.
        yield _row(option, where, bool(below) and seen is None and isinstance(option["default"], Mapping))
        for name, meaning, record in parts:
            if told.setdefault(_content(record), name) == name:
                inner.append((name, meaning, record))
    for name, meaning, record in inner:
        yield from ("", f"{heading} `{name}`", "")
        if meaning:
            yield from (meaning, "")
        yield from _tables(record, f"{name.split(',')[0]}.", heading, told)


def _content(record: Sequence[Described]) -> str:
    """What a record is known by: everything but its defaults, which depend on where it stands."""
    return json.dumps([(o["name"], o["type"], o["description"]) for o in record])


def _row(option: Described, where: str, whole: bool) -> str:
    words = option["type"].split(" | ")
    if option["default"] is None and not option["required"]:
        words = [word for word in words if word != "none"]  # left out, not written
    plain = re.sub(r"\b\w+\b", lambda word: _PLAIN.get(word[0], word[0]), " or ".join(words))
    choice = len(words) > 1 and plain == " or ".join(words) and not re.search(" of |keys", plain)
    kind = ", ".join(f"`{word}`" for word in words) if choice else plain.replace("keys below", where)
    default = "required" if option["required"] else "" if whole else _value(option["default"])
    meaning = " ".join(option["description"].split())
    if option.get("examples"):
        meaning += f"{'; ' if meaning else ''}e.g. " + ", ".join(_value(e) for e in option["examples"])
    return (
        "| "
        + " | ".join(t.replace("|", "\\|") for t in (f"`{option['name']}`", kind, default, meaning))
        + " |"
    )


def _value(value: Any) -> str:
    """A value as a card writes it."""
    if value is None:
        return ""
    return f"`{value}`" if isinstance(value, str) and value else f"`{_flow(value)}`"


def _flow(value: Any) -> str:
    """YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value) if value != "" else '""'
