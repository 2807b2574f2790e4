"""Functions that expressions of a card call by 'module:function' or 'plugin:name', with what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from symhep.errors import CardError
from symhep.events.functions import CardFunction
from symhep.events.kinds import VectorKind
from symhep.plugin.functions import load_function, source_checksum
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry

__all__ = ["NamedFunction", "card_function", "checksums"]

#: What a function may say of itself, as attributes, and the type that has.
_SAYS: Mapping[str, type] = {"unit": str, "kinds": tuple, "fields": tuple, "elementwise": bool}


@dataclass(frozen=True)
class NamedFunction:
    """A function by its name, so that other processes find it, too; ``sha256`` of the code behind it."""

    name: str
    registry: Registry
    sha256: str

    def __call__(self, *arguments: Any) -> Any:
        """Raises `CardError` for whatever the function raises."""
        with isolated(f"the function '{self.name}' failed", CardError):
            return load_function(self.name, self.registry)(*arguments)


def card_function(name: str, registry: Registry, where: str | None = None) -> CardFunction:
    """The function ``name`` for expressions: what a plugin's `CardFunction` says of it, or its own attributes.

    Raises `CardError`, with the place ``where`` the card names it, if no folder named with --code and no plugin has it.

    >>> from symhep.plugin.manager import Registry
    >>> card_function("pickle:loads", Registry(), "card.yaml, line 3")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: card.yaml, line 3: the function 'pickle:loads' is not allowed in a card: no --code folder \
has a module 'pickle', and no plugin registers this function; write a function that calls it, and give its folder with \
--code DIR
    """
    try:
        function = load_function(name, registry)
        about = registry.about_function(name) or CardFunction(function, doc=_first_line(function))
        said = {key: vars(function)[key] for key in _SAYS if key in getattr(function, "__dict__", {})}
        about = replace(about, **{k: v for k, v in said.items() if getattr(about, k) == getattr(_PLAIN, k)})
        _check(name, about)
        return replace(about, function=NamedFunction(name, registry, source_checksum(name, registry)))
    except CardError as error:
        if where is None or error.where is not None:
            raise
        raise CardError(str(error), where=where) from error


_PLAIN = CardFunction(len)


def checksums(functions: Mapping[str, CardFunction]) -> list[list[str]]:
    """(name, checksum of the code) of each: part of the key of what is computed with them."""
    return [
        [name, f.function.sha256]
        for name, f in sorted(functions.items())
        if isinstance(f.function, NamedFunction)
    ]


def _first_line(function: Any) -> str:
    return str(getattr(function, "__doc__", None) or "").strip().partition("\n")[0]


def _check(name: str, about: CardFunction) -> None:
    """Raise `CardError` for what a function cannot say of itself."""
    for key, wanted in _SAYS.items():
        if not isinstance(getattr(about, key), wanted):
            raise CardError(
                f"the function '{name}' says {key} = {getattr(about, key)!r}, which is not of type {wanted.__name__}"
            )
    _one_of(name, "kinds", (*about.kinds, *(k for kinds in about.kinds_at.values() for k in kinds)))
    if not all(isinstance(field, str) for field in about.fields):
        raise CardError(f"the function '{name}' says fields = {about.fields!r}; expected names")


def _one_of(name: str, key: str, given: Iterable[Any]) -> None:
    known = get_args(VectorKind)
    for value in given:
        if value not in known:
            raise CardError(
                f"the function '{name}' says {key} with {value!r}", hint=f"known: {', '.join(known)}"
            )
