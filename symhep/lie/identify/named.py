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
    """Direct sum of named algebras; what stands after '=' in a name is moved to the end, semidirect products bracketed.

    >>> join(["so(3)", "so(3)", "R"])
    'so(3) + so(3) + R'
    >>> join(["sim(2) = e(2) |x R", "R"])
    'sim(2) + R = (e(2) |x R) + R'
    """
    named = [part.partition(" = ") for part in parts]
    short = " + ".join(_bracketed(first) for first, _, _ in named)
    long = " + ".join(_bracketed(second or first) for first, _, second in named)
    return short if short == long else f"{short} = {long}"


def _bracketed(name: str) -> str:
    return f"({name})" if " |x " in name else name
