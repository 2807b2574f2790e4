"""Lists and counted nouns in sentences."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["plural", "several"]


def several(items: Sequence[str], at_most: int = 12) -> str:
    """'a, b and c'; what is more than ``at_most`` is counted.

    >>> several(["J_x", "J_y", "J_z"]), several(list("abcd"), 2)
    ('J_x, J_y and J_z', 'a, b and 2 more')
    """
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def plural(number: int, noun: str) -> str:
    """A counted noun with a regular plural.

    >>> plural(1, "event"), plural(2, "event")
    ('1 event', '2 events')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
