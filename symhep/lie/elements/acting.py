"""Elements that do the same to the events at hand, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symhep.lie.elements.element import Element

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["moves", "same_action", "sources"]

#: Events that are looked at; an element that leaves so many alone leaves all.
POINTS = 20_000
#: Displacements below this share of the events' size are rounding, some ten of a single-precision column.
RESOLUTION = 1e-6


def moves(element: Element, x: Tensor) -> bool:
    """Does g move any of the events by more than rounding? Of back-to-back pairs, parity with exchange does not."""
    some = _some(x)
    return _differ(element.act(some), some)


def same_action(one: Element, other: Element, x: Tensor) -> bool:
    """Do two elements take these events to the same images?"""
    some = _some(x)
    return one.order == other.order and not _differ(one.act(some), other.act(some))


def sources(elements: Sequence[Element], x: Tensor) -> list[Element | None]:
    """For each element itself, one before it that acts alike on events (N, P, d), or None where it moves nothing."""
    found: list[Element | None] = []
    for element in elements:
        if not moves(element, x):
            found.append(None)
        else:
            before = elements[: len(found)]
            found.append(next((b for b in before if b in found and same_action(element, b, x)), element))
    return found


def _some(x: Tensor) -> Tensor:
    return x[:: -(-len(x) // POINTS)]


def _differ(image: Tensor, other: Tensor) -> bool:
    return float((image - other).abs().max()) > RESOLUTION * float(other.square().mean().sqrt())
