"""The JSON Schema of a method's record, and its keys as a table for the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.methods.record import Record
from symhep.methods.schema_version import SCHEMA_VERSION

__all__ = ["DIALECT", "keys_table", "record_schema"]

#: The dialect of all schemas that symhep writes.
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

#: Fields that every record with a p-value has -> what they hold, and their meaning.
_P_VALUES = {
    "{p_value, log10_p, p_kind}": ("p-value", "p-value on its own"),
    "{p_value_adjusted, log10_p_adjusted}": ("p-value", "adjusted for the family of hypotheses (Holm)"),
}


def record_schema(name: str, record: type[Record]) -> Schema:
    """The JSON Schema of ``summary`` in the results of the method ``name``.

    >>> class Found(Record):
    ...     n: int
    >>> record_schema("count", Found)["properties"]["n"]["type"]
    'integer'
    """
    schema = record.model_json_schema(mode="serialization")
    return {
        "$schema": DIALECT,
        "$id": f"urn:symhep:{name}:{SCHEMA_VERSION}",
        "title": f"symhep result of {name}",
        "description": f"Summary of a result of the method '{name}', schema {SCHEMA_VERSION}.",
    } | {key: value for key, value in schema.items() if key not in ("title", "description")}


def keys_table(record: type[Record]) -> str:
    """Every key of a record with its type and meaning, as a Markdown table.

    >>> class Found(Record):
    ...     n: int | None
    >>> print(keys_table(Found))
    | key | holds | meaning |
    |---|---|---|
    | `n` | integer or null |  |
    """
    schema = record.model_json_schema(mode="serialization")
    lines = [f"| `{key}` | {holds} | {meaning} |" for key, holds, meaning in _keys(schema, schema, "")]
    return "\n".join(["| key | holds | meaning |", "|---|---|---|", *lines])


def _keys(node: Schema, root: Schema, path: str) -> Iterator[tuple[str, str, str]]:
    fields = dict(node.get("properties", {}))
    for name, field in fields.items():
        if told := _p_value(name, fields):
            yield from ([] if told == "above" else [(f"{path}.{told}" if path else told, *_P_VALUES[told])])
            continue
        place = f"{path}.{name}" if path else name
        target, holds, suffix = _resolved(field, root)
        meaning = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
        if target is not None and _shape_of(target) is None:
            yield place + suffix, holds, meaning
            yield from _keys(target, root, place + suffix)
        else:
            shape = _shape_of(target)
            yield (
                place + suffix,
                shape + (" or null" if _nullable(field) else "") if shape else holds,
                meaning,
            )


def _p_value(name: str, fields: Schema) -> str | None:
    """The p-values of a record stand in one row: where ``name`` is the first of its fields, that row's key."""
    for key in _P_VALUES:
        names = [part.strip() for part in key.strip("{}").split(",")]
        if name in names and set(names) <= fields.keys():
            return key if name == names[0] else "above"
    return None


def _shape_of(target: Schema | None) -> str | None:
    """The two shapes that occur everywhere are named, and not spelt out each time."""
    return {"Number": "number with interval", "PValue": "p-value"}.get((target or {}).get("title", ""))


def _nullable(field: Schema) -> bool:
    return any(option.get("type") == "null" for option in field.get("anyOf", ()))


def _resolved(field: Schema, root: Schema) -> tuple[Schema | None, str, str]:
    """The record that a field leads to, what it holds in words, and the suffix of its key: [] for a list."""
    if "$ref" in field:
        return root["$defs"][field["$ref"].rsplit("/", 1)[1]], "mapping", ""
    if "anyOf" in field:
        found = [_resolved(option, root) for option in field["anyOf"] if option.get("type") != "null"]
        null = " or null" if _nullable(field) else ""
        if len(found) == 1:
            inner, holds, suffix = found[0]
            return inner, holds if inner is not None and _shape_of(inner) else f"{holds}{null}", suffix
        return None, " or ".join(dict.fromkeys(holds for _, holds, _ in found)) + null, ""
    if field.get("type") == "array":
        inner, holds, suffix = _resolved(field.get("items") or (field.get("prefixItems") or [{}])[0], root)
        return inner, f"list of {holds if inner is None else 'mappings'}", f"[]{suffix}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), Mapping):
        inner, holds, suffix = _resolved(field["additionalProperties"], root)
        return inner, f"mapping of names to {holds if inner is None else 'mappings'}", f".NAME{suffix}"
    if "enum" in field:
        return None, " or ".join(f"`{value}`" for value in field["enum"]), ""
    if "const" in field:
        return None, f"`{field['const']}`", ""
    return None, str(field.get("type", "anything")), ""
