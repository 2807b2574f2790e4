"""Families of maps from functions that a card names and from plugins."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from symhep.errors import CardError
from symhep.lie.groups import Family, Particles
from symhep.plugin.isolation import isolated
from symhep_symmetrygan.sample import Events

__all__ = ["made_family", "misfit"]


def made_family(make: Callable[..., Family], name: str, events: Events) -> Family:
    """What ``make``, called with nothing or with the events, makes of it: on rows of events, or on each vector alike.

    Raises `CardError` if it fails, makes something else, or acts on another number of coordinates.
    """
    with isolated(f"'{name}' raised an error", CardError):
        needed = [p for p in inspect.signature(make).parameters.values() if p.default is p.empty]
        family = make(events) if needed else make()
    if not isinstance(family, Family):
        raise CardError(
            f"'{name}' returns {type(family).__name__}, not a Family",
            hint="derive it from symhep.lie.groups.Family",
        )
    if family.vector == events.size:
        return family
    if family.vector == events.vector:
        return Particles(family, events.particles)
    raise misfit(name, family.vector, events)


def misfit(name: str, size: int, events: Events) -> CardError:
    """The error of a space that acts on ``size`` numbers, where events have others."""
    if events.members is not None:
        return CardError(
            f"'{name}' acts on {size} components, but a vector has {events.vector}: with a variable number "
            "of vectors or components, a space must act on each vector separately",
            hint="name a space of one vector, such as so(3) or lorentz, or give the features an object with a fixed "
            "number",
        )
    vectors = f"{events.particles} vectors of {events.vector}" if events.particles > 1 else "one vector"
    return CardError(
        f"'{name}' acts on {size} components, but events have {events.size}: {vectors}",
        hint=f"choose coordinates, 'search: {{group: {name}, on: [...]}}', among {', '.join(events.names)}",
    )
