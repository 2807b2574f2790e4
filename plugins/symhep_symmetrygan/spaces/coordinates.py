"""Events seen through some of their coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from symhep.errors import CardError, nearest
from symhep_symmetrygan.sample import Events, Sample

__all__ = ["columns_named", "restricted"]


def columns_named(names: Sequence[str], events: Events) -> tuple[int, ...]:
    """Numbers of the coordinates ``names``, in this order. Raises `CardError` for unknown and repeated ones."""
    for name in names:
        if name not in events.names:
            raise CardError(f"the events have no coordinate '{name}'", hint=nearest(name, events.names))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise CardError(
            f"the coordinate '{twice[0]}' is named twice" if twice else "'on' names no coordinate",
            hint=f"name each of {', '.join(events.names)} once at most",
        )
    return tuple(events.names.index(name) for name in names)


def restricted(events: Events, columns: Sequence[int]) -> Events:
    """The events as rows of these coordinates alone, scaled anew by one constant.

    They are vectors still if the same components of each of some vectors are picked, vector by vector; otherwise one
    vector of as many components as there are columns.
    """
    chosen = list(columns)
    both = torch.cat([events.train.x, events.held.x])[:, chosen]
    weights = torch.cat([events.train.weights, events.held.weights]).abs()
    size = float(((both**2).mean(1) @ weights / weights.sum()).sqrt()) or 1.0
    vectors = _vectors(chosen, events.vector)
    objects: tuple[str, ...] = ()
    names = tuple(events.names[c] for c in chosen)
    if vectors is None:
        particles, components = 1, names
    else:
        particles = len(vectors)
        parts = len(chosen) // particles
        components = tuple(events.components[c % events.vector] for c in chosen[:parts])
        objects = tuple(events.objects[p] for p in vectors if events.objects)
    return replace(
        events,
        train=Sample(events.train.x[:, chosen] / size, events.train.weights, events.train.unit),
        held=Sample(events.held.x[:, chosen] / size, events.held.weights, events.held.unit),
        particles=particles,
        vector=len(chosen) // particles,
        names=names,
        components=components,
        objects=objects,
        scale=events.scale * size,
    )


def _vectors(columns: list[int], d: int) -> list[int] | None:
    """The vectors that are picked, each with the same components, or None."""
    vectors = list(dict.fromkeys(c // d for c in columns))
    parts = len(columns) // len(vectors)
    wanted = [v * d + c % d for v in vectors for c in columns[:parts]]
    return vectors if columns == wanted else None
