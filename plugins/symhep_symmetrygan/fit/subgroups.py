"""The piece of the fit that walks the lattice of subgroups."""

from __future__ import annotations

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep_symmetrygan.fit.restarts import entropy_of, prepared
from symhep_symmetrygan.fit.shards import Piece
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.spaces.options import asked_subgroups
from symhep_symmetrygan.subgroups.options import SubgroupOptions
from symhep_symmetrygan.subgroups.walk import asked_classes, search_subgroups

__all__ = ["subgroup_options", "subgroups"]


def subgroup_options(options: SymmetryGanOptions, *, momenta: bool) -> SubgroupOptions:
    """With what ``search`` says; of a list the Lorentz catalogue if it has all classes, else the Poincare one."""
    asked = asked_subgroups(options.search, momenta=momenta)
    assert asked is not None
    chosen = SubgroupOptions(
        **options.subgroups.model_dump(), catalogue=asked.catalogue or "lorentz", classes=asked.classes
    )
    if asked.catalogue is not None:
        return chosen
    try:
        asked_classes(chosen)
    except CardError:
        return chosen.model_copy(update={"catalogue": "poincare"})
    return chosen


def subgroups(data: Dataset, options: SymmetryGanOptions, piece: Piece, context: Context) -> Part:
    """Rows of classes, generators and discrete elements."""
    events = prepared(data, options, context)
    found = search_subgroups(
        events,
        subgroup_options(options, momenta=events.momenta),
        context.shared("subgroups"),
        level=options.level,
        device=context.device,
        progress=context.progress,
    )
    asymmetry = found.asymmetry
    search = {
        "catalogue": found.catalogue,
        "subgroups": found.rows(),
        "maximal_subgroups": [row.row() for row in found.maximal],
        "discrete": [row.row() for row in found.discrete],
        "asymmetry": None
        if asymmetry is None
        else {"value": asymmetry.value, "low": asymmetry.low, "high": asymmetry.high},
    }
    return Part(values={"entropy": entropy_of(context), "search": search})
