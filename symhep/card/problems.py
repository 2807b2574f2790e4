"""What pydantic found wrong with a card or with a method's options, in the words of the card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from symhep.card.shapes import Place, follow, kinds, records
from symhep.deprecation import Keys
from symhep.errors import CardError, nearest

__all__ = ["Path_", "place_of", "validation_error"]

Path_ = tuple[str | int, ...]
#: What pydantic calls a value that is no record.
_NO_RECORD = {"model_type", "model_attributes_type", "dict_type"}


def validation_error(
    error: ValidationError, model: type[BaseModel], path: str, lines: Mapping[Path_, int], prefix: Path_ = ()
) -> CardError:
    """The first problem that pydantic found, as a sentence with its line."""
    # A misspelt key is the cause of the missing one, so it comes first; then what a validator says in its own words.
    first = ("extra_forbidden", "value_error")
    problem: dict[str, Any] = dict(
        min(error.errors(), key=lambda e: first.index(e["type"]) if e["type"] in first else len(first))
    )
    if problem["type"] == "extra_forbidden":
        *parent, wrong = problem["loc"]
        place = follow(model, parent)
        message, hint = _unknown_key(str(wrong), place)
        return CardError(message, where=place_of(path, lines, (*prefix, *place.keys, wrong)), hint=hint)
    place = follow(model, problem["loc"])
    where = place_of(path, lines, prefix + place.keys)
    dotted = ".".join(str(k) for k in prefix + place.keys)
    text, hint = _sentence(problem, place, dotted)
    return CardError(text[:400], where=where, hint=hint)


def place_of(path: str, lines: Mapping[Path_, int], keys: Path_) -> str:
    """'card.yaml, line 12' for the key that ``keys`` leads to, or its nearest parent's line."""
    for length in range(len(keys), -1, -1):
        if keys[:length] in lines:
            return f"{path}, line {lines[keys[:length]]}"
    return path


def _unknown_key(wrong: str, place: Place) -> tuple[str, str | None]:
    """What is wrong with a key, and which ones there are."""
    known = records(place.shape.types)
    for record in known:
        if issubclass(record, Keys) and wrong in record.removed_keys:
            return f"'{wrong}' is no key any more", record.removed_keys[wrong]
        if issubclass(record, Keys) and wrong in record.renamed_keys:
            new = record.renamed_keys[wrong].to
            return f"'{wrong}' is the old name of '{new}', which is given as well", f"remove '{wrong}'"
    names = [name for record in known for name in record.model_fields]
    if place.kind is None:
        return f"unknown key '{wrong}'", nearest(wrong, names)
    return f"unknown key '{wrong}' for kind '{place.kind}'", _choice(wrong, names)


def _choice(wrong: str, names: Iterable[str]) -> str:
    """All names, in their order, and the nearest one."""
    listed = f"known: {', '.join(names)}"
    close = nearest(wrong, names)
    return f"{listed}; {close}" if close.startswith("did") else listed


def _sentence(problem: Mapping[str, Any], place: Place, dotted: str) -> tuple[str, str | None]:
    """What is wrong with a value, and what to do about it."""
    words = list(kinds(place.shape.types))
    match problem["type"]:
        case "missing":
            return f"'{dotted}' is missing", None
        case "union_tag_invalid":
            tag = str(problem["ctx"]["tag"])
            return f"{dotted}: unknown kind '{tag}'", _choice(tag, words)
        case "union_tag_not_found":
            return f"'{dotted}.kind' is missing", f"known: {', '.join(words)}"
        case "string_pattern_mismatch":
            wanted = _wanted(problem["ctx"]["pattern"], place)
            if wanted:
                return f"{dotted}: {problem['input']!r} does not fit", f"write {wanted}"
        case kind if kind in _NO_RECORD and words:
            text = f"{dotted}: expected one of {', '.join(words)}, or a mapping {{kind: ..., ...}}"
            return f"{text} (got {problem['input']!r})", None
    message = problem["msg"].removeprefix("Value error, ")
    return f"{dotted}: {message[0].lower() + message[1:]} (got {problem['input']!r})", None


def _wanted(pattern: str, place: Place) -> str | None:
    """Description and example of the field that asks for this pattern."""
    for info in place.shape.constraints:
        if info.description and any(getattr(m, "pattern", None) == pattern for m in info.metadata):
            example = f", e.g. {info.examples[0]}" if info.examples else ""
            return f"{info.description}{example}"
    return None
