"""Numbers of things in sentences."""

from __future__ import annotations

__all__ = ["elements_text", "verb"]


def elements_text(number: int) -> str:
    """'1 element', '12 elements'.

    >>> elements_text(1), elements_text(1200)
    ('1 element', '1,200 elements')
    """
    return f"{number:,} element{'' if number == 1 else 's'}"


def verb(number: int) -> str:
    """'is' or 'are'."""
    return "is" if number == 1 else "are"
