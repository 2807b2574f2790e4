"""Cuts on the members of objects that the card has made: fiducial edges of each member."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.events.thresholds import Threshold
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.options import MomentsOptions

__all__ = ["MemberCut", "cuts_of", "resolved"]

#: Over which functions rise from a cut at eta = 0.
ETA_WIDTH = 0.5


@dataclass(frozen=True)
class MemberCut:
    """A cut on the members of an object as an edge, and whether it is among the edges of the options."""

    edge: Edge
    covered: bool


def cuts_of(data: Dataset, options: MomentsOptions) -> tuple[MemberCut, ...]:
    """The thresholds of the objects of ``data``."""
    edges = (_edge(cut) for cut in _own(data) if cut.variable != "pz" or _place(cut) != 0)
    return tuple(MemberCut(edge, any(_same(edge, one) for one in options.fiducial)) for edge in edges)


def resolved(options: MomentsOptions, data: Dataset) -> MomentsOptions:
    """With ``edges: objects`` replaced by the thresholds of the objects.

    Raises `CardError` if there are none, and for pz > 0, of which no width is natural.
    """
    if options.edges != "objects":
        return options
    own = _own(data)
    if not own:
        raise CardError(
            "'edges: objects' needs a cut on pt, eta, energy or p in the 'where' of an object of "
            f"'{data.name}', but there is none",
            hint="write the edges: [{variable: pt, above: 30, particle: jets}]",
        )
    for cut in own:
        if cut.variable == "pz" and _place(cut) == 0:
            raise CardError(
                f"'edges: objects' has no default width for {cut.text}",
                hint="write the edges with a width",
            )
    return options.model_copy(update={"edges": tuple(_edge(cut) for cut in own)})


def _own(data: Dataset) -> list[Threshold]:
    """Thresholds that cut anything: sizes are above zero anyway."""
    found = [cut for cut in data.thresholds if cut.object in data.objects]
    return [cut for cut in found if _place(cut) != 0 or cut.variable in ("eta", "pz")]


def _place(cut: Threshold) -> float:
    return float(cut.above if cut.above is not None else cut.below or 0.0)


def _edge(cut: Threshold) -> Edge:
    width = ETA_WIDTH if _place(cut) == 0 else None
    return Edge(variable=cut.variable, above=cut.above, below=cut.below, particle=cut.object, width=width)


def _same(one: Edge, other: Edge) -> bool:
    """The same cut, by ``other`` for this object or for all."""
    return (one.variable, one.above, one.below) == (other.variable, other.above, other.below) and (
        other.particle in ("all", one.particle)
    )
