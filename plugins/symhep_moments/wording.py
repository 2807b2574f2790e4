"""Generators and lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["in_words", "several"]

_AXES = ("x", "y", "z")
#: Kinds of labelled generators: the whole kind, and a part of it.
_KINDS = {
    "J": ("rotations", "rotations about {}", _AXES),
    "K": ("boosts", "boosts along {}", _AXES),
    "P": ("translations", "translations of {}", ("t", *_AXES)),
}
_COMPONENTS = {"t": "E", "x": "px", "y": "py", "z": "pz"}


def several(items: Sequence[str], at_most: int = 12) -> str:
    """'a, b and c'; what is more than ``at_most`` is counted.

    >>> several(["J_x", "J_y", "J_z"]), several(list("abcd"), 2)
    ('J_x, J_y and J_z', 'a, b and 2 more')
    """
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


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
