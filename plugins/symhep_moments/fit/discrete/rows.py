"""Events as discrete elements see them: rows with a weight, unit by unit, and the vectors that have a name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.orbit_sums import CHUNK
from symhep.hypotheses.discrete.weighting import Weighting
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import member_sums
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.places import Places
from symhep_moments.sample import Events

__all__ = ["bodies", "body_names", "by_unit", "numbers_of", "split_units", "unit_ends", "weighting_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def by_unit(events: Events, most: int | None = None) -> tuple[Events, IntArray]:
    """The events with a weight, those of one unit side by side, and their units: ``most``, evenly spaced, at most."""
    units = np.arange(len(events)) if events.source is None else events.source
    rows = np.flatnonzero(events.weights.cpu().numpy() != 0)
    rows = rows[np.argsort(units[rows], kind="stable")]
    if most is not None and len(names := np.unique(units[rows])) > most:
        chosen_units = names[np.linspace(0, len(names) - 1, most).astype(np.int64)]
        rows = rows[np.isin(units[rows], chosen_units)]
    if len(rows) == len(events) and (np.diff(rows) == 1).all():
        return events, units
    chosen = torch.from_numpy(rows).to(events.x.device)
    kept = replace(events, x=events.x[chosen], weights=events.weights[chosen], source=units[rows])
    return kept, units[rows]


def weighting_of(
    events: Events, units: IntArray, options: DiscreteOptions, seeing: Seeing | None = None
) -> Weighting:
    """What makes images of ``events`` equally probable; ``seeing``: how probable it is that events are seen which carry
    no weight for it."""
    if seeing is not None:
        scale = events.scale
        return Weighting.of(
            events.weights.cpu().numpy(), units, lambda x: seeing(x / scale), scale, corrected=False
        )
    efficiency = None
    if options.efficiency is not None:
        given, d = options.efficiency.load(), len(events.names)

        def efficiency(x: Tensor) -> Tensor:
            return torch.as_tensor(given(x[..., :d]))

    return Weighting.of(events.weights.cpu().numpy(), units, efficiency, events.scale)


def unit_ends(units: IntArray) -> list[int]:
    """Where pieces of about `CHUNK` rows end, between ``units``, whose rows stand together.

    >>> unit_ends(np.array([4, 4, 7, 9]))
    [0, 4]
    """
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
    first = np.searchsorted(starts, np.arange(0, len(units), CHUNK))
    return [*np.unique(starts[np.minimum(first, len(starts) - 1)]).tolist(), len(units)]


def split_units(units: IntArray, most: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Rows to learn from, of at most ``most`` units and half of them, in random order, and the others in theirs."""
    names, number = np.unique(units, return_inverse=True)
    place = np.empty(len(names), dtype=np.int64)
    place[rng.permutation(len(names))] = np.arange(len(names))
    at = place[number]
    cut = min(len(names) // 2, most)
    learn = np.flatnonzero(at < cut)
    return learn[np.argsort(at[learn], kind="stable")], np.flatnonzero(at >= cut)


def bodies(x: Tensor, places: Places | None) -> Tensor:
    """Vectors that stand for events x (n, P, D): those of fixed places, and the sum over the members of each set."""
    if places is None:
        return x
    d = places.dimension
    if not places.sets:
        return x[..., :d]
    own = [([p]) for p in places.fixed] + list(places.members.values())
    return torch.stack([x[:, where, :d].sum(dim=1) for where in own], dim=1)


def body_names(particles: tuple[str, ...], count: int, places: Places | None) -> tuple[str, ...]:
    """Names of `bodies`."""
    if places is None:
        return particles if len(particles) == count else tuple(str(p + 1) for p in range(count))
    return (*(places.vectors[p] for p in places.fixed), *(f"all {name}" for name in places.members))


def numbers_of(x: Tensor, places: Places | None) -> Tensor:
    """All that is known of events x (n, P, D), as numbers among which distances make sense: (n, F).

    Members of a set, which have no order, by the sums of y and |y|^2 y, tags times y, and their number.
    """
    if places is None or not places.extended:
        return x.flatten(1)
    d, tags = places.dimension, places.tags
    seen = x[:, 0, x.shape[-1] - places.spectators :]
    if not places.sets:
        own = [x[..., :d].flatten(1), x[..., d + 1 : d + 1 + tags].flatten(1)]
        return torch.cat([*own, seen], dim=1)
    length = torch.linalg.vector_norm(x[..., :d], dim=-1, keepdim=True)
    y = x[..., :d] / torch.hypot(length, length.new_tensor(float(np.sqrt(d))))
    count = torch.stack([x[:, where, d].sum(dim=1) for where in places.members.values()], dim=1)
    return torch.cat([member_sums(y, x, places).flatten(1), count, seen], dim=1)
