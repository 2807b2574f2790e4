"""Events seen through some of their coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from symhep.errors import CardError, nearest
from symhep_symmetrygan.sample import Events, Sample, standard

__all__ = ["columns_named", "restricted"]


def columns_named(names: Sequence[str], events: Events) -> tuple[int, ...]:
    """Numbers of the coordinates ``names``, in this order. Raises `CardError` for unknown and repeated ones."""
    for name in names:
        if name not in events.names:
            raise CardError(f"the events have no coordinate '{name}'", hint=nearest(name, events.names))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise CardError(
            f"the coordinate '{twice[0]}' is named twice" if twice else "'on' is empty",
            hint=f"name each of {', '.join(events.names)} at most once",
        )
    return tuple(events.names.index(name) for name in names)


def restricted(events: Events, columns: Sequence[int], *, marginal: bool = True) -> Events:
    """The events as rows of these coordinates, scaled anew by one constant; the others are spectators, or left out.

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
    left = [] if marginal else [c for c in range(events.size) if c not in chosen]
    beside = [part.beside for part in (events.train, events.held)]
    if left:
        beside = _with(events, left, beside)
    return replace(
        events,
        train=Sample(events.train.x[:, chosen] / size, events.train.weights, events.train.unit, beside[0]),
        held=Sample(events.held.x[:, chosen] / size, events.held.weights, events.held.unit, beside[1]),
        spectators=(*(events.names[c] for c in left), *events.spectators),
        particles=particles,
        vector=len(chosen) // particles,
        names=names,
        components=components,
        objects=objects,
        scale=events.scale * size,
    )


def _with(events: Events, left: list[int], beside: list[Tensor | None]) -> list[Tensor | None]:
    """The coordinates ``left``, each with mean 0 and spread 1, before the other spectators of both parts."""
    both = torch.cat([events.train.x, events.held.x])[:, left].cpu().numpy()
    weights = torch.cat([events.train.weights, events.held.weights]).cpu().numpy()
    every = torch.from_numpy(standard(both, weights)).to(events.train.x)
    first = every[: len(events.train)], every[len(events.train) :]
    return [new if old is None else torch.cat([new, old], 1) for new, old in zip(first, beside, strict=True)]


def _vectors(columns: list[int], d: int) -> list[int] | None:
    """The vectors that are picked, each with the same components, or None."""
    vectors = list(dict.fromkeys(c // d for c in columns))
    parts = len(columns) // len(vectors)
    wanted = [v * d + c % d for v in vectors for c in columns[:parts]]
    return vectors if columns == wanted else None
