"""The option that names a function of the user's, checked while the card's line is known."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import load_function, source_checksum

__all__ = ["NAME", "UserFunctionOptions"]

#: 'module:function'.
NAME = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"


class UserFunctionOptions(Options):
    """A function of yours. A method derives from this, and describes what ``function`` gets and gives.

    >>> UserFunctionOptions(function="math:hypot").sha256 == source_checksum("math:hypot")
    True
    """

    function: str = Field(
        pattern=NAME,
        description="'module:function', from an installed package or a folder named with --code",
    )
    sha256: str = Field(
        "", description="checksum of the module and its imports; filled in, so that other code is other work"
    )

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any) -> Any:
        """Refuse a function that cannot be loaded."""
        name = data.get("function") if isinstance(data, dict) else None
        if not isinstance(name, str) or ":" not in name:
            return data  # the field says what is wrong with it
        load_function(name)
        return {**data, "sha256": source_checksum(name)}
