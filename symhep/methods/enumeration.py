"""Lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["several"]


def several(items: Sequence[str], at_most: int = 12) -> str:
    """'a, b and c'; what is more than ``at_most`` is counted.

    >>> several(["J_x", "J_y", "J_z"]), several(list("abcd"), 2)
    ('J_x, J_y and J_z', 'a, b and 2 more')
    """
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
