"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result

__all__ = ["draw_all"]


def draw_all(result: Result) -> Iterator[NamedFigure]:
    """Draw."""
    return iter(())
