"""Generators and lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.methods.enumeration import several

__all__ = ["counted", "in_words"]

_AXES = ("x", "y", "z")
#: Kinds of labelled generators: the whole kind, and a part of it.
_KINDS = {
    "J": ("rotations", "rotations about {}", _AXES),
    "K": ("boosts", "boosts along {}", _AXES),
    "P": ("translations", "translations of {}", ("t", *_AXES)),
}
_COMPONENTS = {"t": "E", "x": "px", "y": "py", "z": "pz"}


def counted(number: int) -> str:
    """Small numbers as words.

    >>> counted(1), counted(6), counted(15)
    ('one', 'six', '15')
    """
    return ("one", "two", "three", "four", "five", "six")[number - 1] if 1 <= number <= 6 else str(number)


def in_words(labels: Sequence[str]) -> str:
    """Generators of the Poincare group as a physicist calls them; others by their labels.

    >>> in_words(["J_x", "J_y", "K_x", "K_y", "K_z", "P_t"])
    'rotations about x and y, boosts and translations of E'
    >>> in_words(["J_12", "D"])
    'J_12 and dilatations'
    """
    phrases, left = [], list(labels)
    for head, (whole, part, tails) in _KINDS.items():
        there = [tail for tail in tails if f"{head}_{tail}" in left]
        left = [label for label in left if label not in {f"{head}_{tail}" for tail in tails}]
        if len(there) == len(tails):
            phrases.append(whole)
        elif there:
            named = [_COMPONENTS[tail] if head == "P" else tail for tail in there]
            phrases.append(part.format(several(named)))
    others = ["dilatations" if label == "D" else label for label in left]
    if len(others) > 12:
        others = [*others[:8], f"{len(others) - 8} others"]
    return several(others + phrases if others else phrases, at_most=24)
