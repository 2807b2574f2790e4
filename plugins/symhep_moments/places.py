"""What an event holds where: vectors of several kinds, members of sets, and numbers that are not transformed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.events.vectors import Vectors
from symhep.lie.kinds import Known

if TYPE_CHECKING:  # torch takes a second to load, and a card is checked without it
    from torch import Tensor

__all__ = ["Places", "places_of", "whole_events"]

FloatArray = npt.NDArray[np.float64]

#: Tags and spectators of so many standard deviations are drawn in to about as many: none may count for a thousand.
FAR = 3.0


@dataclass(frozen=True, eq=False)
class Places:
    """The columns of events x (n, P, D) that are more than P vectors of which all d components are known.

    x[..., :d] are the components, 0 where there is none. If ``extended``, there follow the weight of the member, 1, or
    0 of a place without one, its L tags, and S spectators of the event, the same at every place: no transformation
    moves these, so that test functions may depend on them in any way. A place without a member has zeros everywhere but
    among the spectators. The members of a set stand in an order of their own, so that the order they came in says
    nothing.

    Attributes
    ----------
    names
        d components.
    present
        (P, d) which of them a vector has.
    vectors
        P names.
    objects
        P names of the objects that the places belong to.
    sets
        Which of these are sets.
    extended
        Are there further columns?
    tags, spectators
        L and S.
    massless
        (P,) does E = |p| hold?
    tag_names, spectator_names
        L and S names.
    standard
        Means and spreads (2, L) of the tags and (2, S) of the spectators, before they were standardised.
    """

    names: tuple[str, ...]
    present: npt.NDArray[np.bool_]
    vectors: tuple[str, ...]
    objects: tuple[str, ...]
    sets: frozenset[str] = frozenset()
    extended: bool = False
    tags: int = 0
    spectators: int = 0
    massless: tuple[bool, ...] = ()
    standard: tuple[FloatArray, FloatArray] | None = None
    tag_names: tuple[str, ...] = ()
    spectator_names: tuple[str, ...] = ()

    @property
    def dimension(self) -> int:
        """d."""
        return len(self.names)

    @property
    def fixed(self) -> list[int]:
        """The places that every event fills."""
        return [p for p, name in enumerate(self.objects) if name not in self.sets]

    @property
    def members(self) -> dict[str, list[int]]:
        """Set -> its places, in the order of the sets in the event."""
        names = [name for name in dict.fromkeys(self.objects) if name in self.sets]
        return {name: [p for p, own in enumerate(self.objects) if own == name] for name in names}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the objects, each once."""
        return tuple(dict.fromkeys(self.objects))

    @property
    def known(self) -> tuple[Known, ...]:
        """P, what is known of the vectors, which go by the names of their objects."""
        found = []
        for place, name in enumerate(self.objects):
            has = tuple(c for c, there in zip(self.names, self.present[place], strict=True) if there)
            found.append(Known(name, has, bool(self.massless) and self.massless[place]))
        return tuple(found)

    def places_of(self, name: str) -> list[int]:
        """Those of an object, or the place of a particle; none if there is no such name."""
        if name in self.objects:
            return [p for p, own in enumerate(self.objects) if own == name]
        return [self.vectors.index(name)] if name in self.vectors else []

    def weights(self, x: Tensor) -> Tensor:
        """Of the members, 0 where there is none: (..., P, D) -> (..., P)."""
        return x[..., self.dimension] if self.extended else x.new_ones(x.shape[:-1])

    def extras(self, x: Tensor) -> Tensor:
        """Tags and spectators: (..., P, D) -> (..., P, L + S)."""
        return x[..., self.dimension + 1 :] if self.extended else x[..., :0]

    def there(self, x: Tensor) -> Tensor:
        """1 for the components that are there: (..., P, D) -> (..., P, d)."""
        return self.weights(x)[..., None] * self.known_components.to(x)

    @cached_property
    def known_components(self) -> Tensor:
        """(P, d) of ones and zeros."""
        import torch

        return torch.from_numpy(self.present.astype(np.float64))

    def moved(self, x: Tensor, image: Tensor) -> Tensor:
        """Events whose components are those of ``image`` (..., P, d), where x has any; the rest is that of x."""
        there = image * self.there(x)
        if not self.extended:
            return there
        rest = x[..., self.dimension :].expand(*image.shape[:-1], x.shape[-1] - self.dimension)
        import torch

        return torch.cat([there, rest], dim=-1)


def places_of(taken: Vectors) -> Places | None:
    """What these events hold where; None if they are vectors of which all is known, in every event, and no more."""
    count = taken.x.shape[1]
    names = taken.called or tuple(f"vector {p + 1}" for p in range(count))
    objects = taken.objects if len(taken.objects) == count else names
    # A place that some events leave empty belongs to a set, whatever else it is called.
    full = np.asarray(taken.members.all(axis=0))
    sets = frozenset(o for o, always in zip(objects, full, strict=True) if o in taken.sets or not always)
    tags, spectators = taken.tags.shape[2], taken.spectators.shape[1]
    extended = bool(sets) or tags > 0 or spectators > 0
    if not extended and taken.present.all():
        return None
    massless = tuple(kind == "massless" for kind in taken.kinds) if taken.momenta else ()
    return Places(
        taken.names, taken.present, names, objects, sets, extended, tags, spectators, massless,
        tag_names=taken.tag_names, spectator_names=taken.spectator_names,
    )  # fmt: skip


def whole_events(
    taken: Vectors, scale: float, like: Places | None = None
) -> tuple[FloatArray, Places | None]:
    """Events (N, P, D) divided by ``scale``, and what they hold, as `places_of` says.

    Tags and spectators are standardised, over the members that are there, and bounded: z / sqrt(1 + (z / 3)^2). With
    ``like`` the columns are those, and means and spreads too, if they are known.

    Raises `MethodError` for tags of members, or spectators, that are not finite.
    """
    x, places = taken.x / scale, places_of(taken) if like is None else like
    if places is None or not places.extended:
        return x, places
    members, spectators = taken.members, taken.spectators
    labels = np.where(members[:, :, None], taken.tags, 0.0)
    if not (np.isfinite(labels).all() and np.isfinite(spectators).all()):
        raise MethodError("tags or spectators contain NaN or infinity; remove such events in a selection")
    size = np.abs(taken.weights)[:, None]
    standard = None if like is None else like.standard
    if standard is None:
        standard = _standard(labels, size * members), _standard(spectators[:, None], size)
    places = replace(places, standard=standard)
    told = _bounded(labels, standard[0]) * members[:, :, None]
    seen = np.repeat(_bounded(spectators[:, None], standard[1]), x.shape[1], axis=1)
    columns = [x, members[:, :, None].astype(np.float64), told, seen]
    return _ordered(np.concatenate(columns, axis=2), places), places


def _standard(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean and spread (2, L) of values (N, P, L) with weights (N, P); infinite where nothing varies."""
    share = weights[:, :, None] / max(float(weights.sum()), 1e-300)
    mean = (share * values).sum(axis=(0, 1))
    spread = np.sqrt((share * (values - mean) ** 2).sum(axis=(0, 1)))
    flat = spread <= 1e-9 * np.abs(values).max(axis=(0, 1), initial=0.0)
    return np.asarray([mean, np.where(flat | (spread == 0), np.inf, spread)])


def _bounded(values: FloatArray, standard: FloatArray) -> FloatArray:
    """(N, P, L) standardised and bounded."""
    z = (values - standard[0]) / standard[1]
    return np.asarray(z / np.sqrt(1 + (z / FAR) ** 2))


def _ordered(x: FloatArray, places: Places) -> FloatArray:
    """The members of each set in the order of their columns: those that are there first."""
    d = places.dimension
    for where in places.members.values():
        block = x[:, where]
        keys = [block[:, :, i] for i in reversed(range(block.shape[2] - places.spectators)) if i != d]
        order = np.lexsort([*keys, -block[:, :, d]], axis=1)
        x[:, where] = np.take_along_axis(block, order[:, :, None], axis=1)
    return x
