"""What a name of an algebra is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Named", "join"]


@dataclass(frozen=True)
class Named:
    """A name, the parts it is built from, isomorphic names, parameters (value, error), rank of the semisimple part."""

    name: str
    parts: tuple[str, ...]
    isomorphic: tuple[str, ...] = ()
    parameters: dict[str, tuple[float, float]] = field(default_factory=dict)
    rank: int = 0


def join(parts: Iterable[str]) -> str:
    """Direct sum of named algebras.

    >>> join(["so(3)", "so(3)", "R"])
    'so(3) + so(3) + R'
    """
    return " + ".join(parts)
