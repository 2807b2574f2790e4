"""The JSON Schema of run cards, with the options of the methods and formats at hand."""

from __future__ import annotations

from typing import Any

from symhep.card.schema import RunCard
from symhep.errors import PluginError
from symhep.methods.schema import DIALECT
from symhep.methods.schema_version import SCHEMA_VERSION
from symhep.plugin.manager import Registry

__all__ = ["card_schema"]

Schema = dict[str, Any]


def card_schema(registry: Registry) -> Schema:
    """What a card may say; ``use`` and ``format`` decide which options may stand beside them.

    The values of a ``scan``, and names inside expressions, are checked by `symhep validate` alone.
    """
    schema = RunCard.model_json_schema(mode="validation")
    definitions: Schema = schema.setdefault("$defs", {})
    methods = dict.fromkeys(sorted(registry.methods), registry.method)
    readers = dict.fromkeys(sorted(registry.readers), registry.reader)
    for place, key, known in (("MethodCard", "use", methods), ("DatasetCard", "format", readers)):
        rules = []
        for name, load in known.items():
            try:
                options = load(name).Options
            except PluginError:
                continue  # `symhep methods` tells that it is broken
            own = options.model_json_schema(mode="validation", ref_template=f"#/$defs/{name}.{{model}}")
            for title, definition in own.pop("$defs", {}).items():
                definitions[f"{name}.{title}"] = definition
            definitions[f"{name} options"] = own
            given = {"properties": {key: {"const": name}}, "required": [key]}
            rules.append(
                {"if": given, "then": {"properties": {"options": {"$ref": f"#/$defs/{name} options"}}}}
            )
        definitions[place]["allOf"] = rules
        definitions[place]["properties"][key]["examples"] = list(known)
    head = {"$schema": DIALECT, "$id": f"urn:symhep:card:{SCHEMA_VERSION}", "title": "symhep run card"}
    return head | {key: value for key, value in schema.items() if key != "title"}
