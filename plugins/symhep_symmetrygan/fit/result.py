"""From the parts of all shards to the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

from symhep.methods.context import Context
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.result import Arrays, Part, Result
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.group import group_of
from symhep_symmetrygan.fit.histograms import before_and_after
from symhep_symmetrygan.fit.landscape import landscape_of
from symhep_symmetrygan.fit.map import map_of
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.fit.symmetry import symmetry_of
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.record import DiscreteSearch, SubgroupSearch

__all__ = ["result_of"]


def result_of(prepared: Prepared, parts: Sequence[Part], context: Context) -> Result[SymmetryGanRecord]:
    """Elements and their group, subgroups, discrete elements, landscape and map; parts in the order of the shards."""
    options, events = prepared.options, prepared.events(context)
    of: dict[str, list[Part]] = {}
    for work, part in zip(prepared.works, parts, strict=True):
        of.setdefault(work.kind, []).append(part)
    fields, arrays = dict[str, Any](), Arrays()
    histograms: dict[str, hist.Hist[Any]] = {}
    if options.search is not None:
        space = read_space(options.search, events)
        elements = Elements.of(of["restarts"], space, space.of(events), options)
        fields, arrays = elements.records(), elements.drawing()
        histograms = _histograms(elements)
        arrays["component"] = np.full(len(elements), "")
        _add_group(fields, arrays, elements, events, context)
        if options.landscape is not None:
            fields["landscape"], drawn = landscape_of(elements, options.landscape)
            arrays |= drawn
        if options.map is not None:
            fields["map"], drawn = map_of(elements, options.map, next(iter(of.get("map", ())), None))
            arrays |= drawn
    if "subgroups" in of:
        fields |= dict(SubgroupSearch.from_json(of["subgroups"][0].values))
    if "discrete" in of:
        fields |= dict(DiscreteSearch.from_json(of["discrete"][0].values))
    return Result(
        SymmetryGanRecord(**fields, **_described(events), significance_level=options.level),
        arrays,
        histograms,
    )


def _add_group(
    fields: dict[str, Any], arrays: Arrays, elements: Elements, events: Events, context: Context
) -> None:
    """The group that the elements form, and the symmetry that it states."""
    group = group_of(elements, context)
    if group is None:
        return
    fields |= group.records()
    arrays |= group.drawing()
    symmetry = symmetry_of(group, fields["connected_components"], events)
    if symmetry is not None:
        fields["symmetry"] = symmetry.to_record()
        arrays |= symmetry.to_arrays()


def _described(events: Events) -> dict[str, Any]:
    return {
        "events": EventsRecord.of(events.held.weights.cpu().numpy(), events.available or len(events)),
        "vectors": VectorsRecord(number=events.particles, components=events.components),
        "scale": events.scale,
        "unit": events.unit,
    }


def _histograms(elements: Elements) -> dict[str, hist.Hist[Any]]:
    """Of the events, and of their images under a kept element, that of median KL, and under a random one."""
    v = elements.validated
    if v is None:
        return {}
    drawn: dict[str, npt.NDArray[np.float64]] = {}
    known = np.isfinite(v.refined).all(axis=(1, 2))
    shown = np.flatnonzero(known & elements.kept if (known & elements.kept).any() else known)
    if len(shown):
        order = np.argsort(v.kl_refined[shown].sum(1), kind="stable")
        drawn["found"] = v.refined[shown[order[len(order) // 2]]]
    if len(v.random):
        drawn["random"] = v.random[0]
    return before_and_after(elements.events, elements.options.validation.bins, drawn)
