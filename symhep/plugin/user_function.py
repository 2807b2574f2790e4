"""The option that names a function, checked while the card's line is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import load_function, source_checksum
from symhep.plugin.manager import Registry, registry_in
from symhep.plugin.specs import FUNCTION_NAME as NAME

__all__ = ["NAME", "ORIGIN", "UserFunctionOptions", "checked"]

#: Where a function that a card names comes from, for descriptions of options.
ORIGIN = "'module:function' from a folder given with --code, or 'plugin:function' registered by a plugin"


def checked(name: str, context: Any) -> str:
    """The checksum of a function that loads, with the plugins in ``context`` of a validator.

    Raises `CardError` for one that does not load.
    """
    registry = registry_in(context)
    load_function(name, registry)
    return source_checksum(name, registry)


class LoadedFunction:
    """A function that another process loads anew by its name, when it is sent there by pickle."""

    def __init__(self, name: str, registry: Registry | None = None) -> None:
        self.name, self._function = name, load_function(name, registry)

    def __call__(self, *given: Any) -> Any:
        return self._function(*given)

    def __reduce__(self) -> tuple[type[LoadedFunction], tuple[str]]:
        return LoadedFunction, (self.name,)


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
        "",
        description="checksum of the module and its imports; filled in, so that results are computed again if the "
        "code changes",
    )
    _registry: Registry | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any, info: ValidationInfo) -> Any:
        """Refuse a function that cannot be loaded."""
        name = data.get("function") if isinstance(data, dict) else None
        if not isinstance(name, str) or ":" not in name:
            return data  # the field says what is wrong with it
        return {**data, "sha256": checked(name, info.context)}

    @model_validator(mode="after")
    def _remember(self, info: ValidationInfo) -> Self:
        self._registry = (info.context or {}).get("registry")
        return self

    def load(self) -> Callable[..., Any]:
        """The function, of the plugins that the options were checked with."""
        return LoadedFunction(self.function, self._registry)
