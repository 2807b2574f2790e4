"""YAML as HEPData's readers take it: version 1.1, in which 1e-05 is text and 1.0e-05 a number; text in quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symhep.printable import printable

__all__ = ["yaml_text"]

#: What fits into a line stands in one.
_WIDTH = 110


def yaml_text(documents: Sequence[Mapping[str, Any]]) -> str:
    """Documents one after the other, of mappings, lists, numbers and text; keys are identifiers or quoted.

    A float in JSON's notation would be text to a reader of YAML 1.1, and 'no' a truth value: hence not `json`, and
    every string in the double quotes that JSON and YAML have in common.

    >>> print(yaml_text([{"a": 1e-05, "b": ["no", "1e5"]}]), end="")
    ---
    a: 1.0e-05
    b: ["no", "1e5"]
    """
    return "".join("---\n" + "".join(f"{line}\n" for line in _block(document, "")) for document in documents)


def _block(value: Mapping[str, Any] | Sequence[Any], pad: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _item(f"{pad}{_key(key)}:", item, f"{pad}  ")
    else:
        for item in value:
            yield from _item(f"{pad}-", item, f"{pad}  ")


def _item(head: str, value: Any, pad: str) -> Iterator[str]:
    line = f"{head} {_flow(value)}"
    if len(line) <= _WIDTH or not value or not isinstance(value, Mapping | list | tuple):
        yield line
    else:
        inner = list(_block(value, pad))
        # The first key of a mapping in a list stands beside the dash.
        if head.endswith("-") and isinstance(value, Mapping):
            yield f"{head} {inner[0].lstrip()}"
            yield from inner[1:]
        else:
            yield head
            yield from inner


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return json.dumps(printable(value, keep="\n"), ensure_ascii=False)
    return _float(value) if isinstance(value, float) else json.dumps(value)


def _key(text: str) -> str:
    """Quoted where it is no plain word, or one that stands for a truth value."""
    plain = text.isidentifier() and text.isascii() and text.lower() not in _WORDS
    return text if plain else json.dumps(printable(text), ensure_ascii=False)


_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def _float(value: float) -> str:
    mantissa, e, power = repr(value).partition("e")
    if not e:
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(mantissa, mantissa)
    sign = "" if power[0] in "+-" else "+"
    return f"{mantissa}{'' if '.' in mantissa else '.0'}e{sign}{power}"
