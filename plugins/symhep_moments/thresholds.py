"""Cuts on the members of objects that the card's `where` has made: fiducial edges of each member."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.options import MomentsOptions

__all__ = ["Threshold", "resolved", "thresholds_of"]


@dataclass(frozen=True)
class Threshold:
    """A cut on the members of an object, and whether it is among the ``edges`` of the options."""

    edge: Edge
    covered: bool


def thresholds_of(data: Dataset, options: MomentsOptions) -> tuple[Threshold, ...]:
    """The cuts of the objects of ``data`` whose place the dataset knows."""
    given = options.edges if isinstance(options.edges, tuple) else ()
    return tuple(Threshold(edge, any(_same(edge, one) for one in given)) for edge in _edges(data))


def resolved(options: MomentsOptions, data: Dataset) -> MomentsOptions:
    """With ``edges: objects`` replaced by the cuts of the objects. Raises `CardError` if there are none."""
    if options.edges != "objects":
        return options
    found = _edges(data)
    if not found:
        raise CardError(
            f"edges: objects, but no object of '{data.name}' has a cut on pt, eta, energy or p in its 'where'",
            hint="write the edges: [{variable: pt, above: 30, particle: jets}]",
        )
    return options.model_copy(update={"edges": found})


def _edges(data: Dataset) -> tuple[Edge, ...]:
    found = []
    for cut in getattr(data, "thresholds", ()):
        if cut.object not in data.objects:
            continue
        for side in ("above", "below"):
            place = getattr(cut, side)
            if place is not None and place != 0:
                found.append(Edge.model_validate({"variable": cut.variable, side: place, "particle": cut.object}))
    return tuple(found)


def _same(one: Edge, other: Edge) -> bool:
    """The same cut, by ``other`` for this object or for all."""
    return (one.variable, one.above, one.below) == (other.variable, other.above, other.below) and (
        other.particle in ("all", one.particle)
    )
