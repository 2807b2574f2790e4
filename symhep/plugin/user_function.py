"""The option that names a function, checked while the card's line is known."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationInfo, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import load_function, source_checksum
from symhep.plugin.manager import registry_in
from symhep.plugin.specs import FUNCTION_NAME as NAME

__all__ = ["NAME", "ORIGIN", "UserFunctionOptions"]

#: Where a function that a card names comes from, for descriptions of options.
ORIGIN = "'module:function' of a folder named with --code, or 'plugin:function' that a plugin announces"


class UserFunctionOptions(Options):
    """A function by name. A method derives from this, and describes what ``function`` gets and gives.

    >>> UserFunctionOptions(function="exec")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for UserFunctionOptions
    ...
    """

    function: str = Field(pattern=NAME, description=ORIGIN)
    sha256: str = Field(
        "", description="checksum of the module and its imports; filled in, so that other code is other work"
    )

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any, info: ValidationInfo) -> Any:
        """Refuse a function that cannot be loaded."""
        name = data.get("function") if isinstance(data, dict) else None
        if not isinstance(name, str) or ":" not in name:
            return data  # the field says what is wrong with it
        registry = registry_in(info.context)
        load_function(name, registry)
        return {**data, "sha256": source_checksum(name, registry)}
