"""From the parts of all shards to the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

from symhep.events.copies import Copies
from symhep.methods.context import Context
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.result import Arrays, Part, Result
from symhep_symmetrygan.bounds.limits import with_limits
from symhep_symmetrygan.fit.divergences import Divergences
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.group import group_of
from symhep_symmetrygan.fit.landscape import landscape_of
from symhep_symmetrygan.fit.map import map_of
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.fit.subgroups import discrete_histograms, subgroup_histograms
from symhep_symmetrygan.fit.symmetry import stated_generators, symmetry_of
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.record import DiscreteSearch, SubgroupSearch

__all__ = ["result_of"]

FloatArray = npt.NDArray[np.float64]


def result_of(prepared: Prepared, parts: Sequence[Part], context: Context) -> Result[SymmetryGanRecord]:
    """Elements and their group, subgroups, discrete elements, landscape and map; parts in the order of the shards."""
    options, events = prepared.options, prepared.events(context)
    of: dict[str, list[Part]] = {}
    for work, part in zip(prepared.works, parts, strict=True):
        of.setdefault(work.kind, []).append(part)
    fields, arrays = dict[str, Any](), Arrays()
    histograms: dict[str, hist.Hist[Any]] = {}
    searched: Events | None = None
    stated: FloatArray | None = None
    checkpoint = dict[str, dict[str, npt.NDArray[np.float32]]]()
    if options.search is not None:
        space = read_space(options.search, events)
        elements = Elements.of(of["restarts"], space, space.of(events), options)
        fields, arrays = elements.records(), elements.drawing()
        arrays["component"] = np.full(len(elements), "")
        checkpoint |= {"posthoc": trained} if (trained := elements.checkpoint()) else {}
        divergences = Divergences.of(elements, context.shared("divergences"), context.progress)
        if divergences is not None:
            fields["kl"], histograms = divergences.record(), divergences.histograms()
            arrays |= divergences.drawing()
        searched, stated = elements.events, _add_group(fields, arrays, elements, divergences, events, context)
        if options.landscape is not None:
            fields["landscape"], drawn = landscape_of(elements, options.landscape)
            arrays |= drawn
        if options.map is not None:
            fields["map"], drawn = map_of(elements, options.map, next(iter(of.get("map", ())), None))
            arrays |= drawn
    bins, seeds = options.validation.bins, context.shared("histograms")
    if "subgroups" in of:
        fields |= dict(SubgroupSearch.from_json(of["subgroups"][0].values))
        histograms = histograms or subgroup_histograms(events, of["subgroups"][0].arrays, bins, seeds)
    if "discrete" in of and options.discrete is not None:
        fields |= dict(DiscreteSearch.from_json(of["discrete"][0].values))
        histograms = histograms or discrete_histograms(
            events, options.discrete, fields["discrete"], bins, seeds
        )
    fields |= with_limits(fields, events, stated, searched)
    return Result(
        SymmetryGanRecord(**fields, **_described(events), significance_level=options.level),
        arrays,
        histograms,
        checkpoint,
    )


def _add_group(
    fields: dict[str, Any],
    arrays: Arrays,
    elements: Elements,
    divergences: Divergences | None,
    events: Events,
    context: Context,
) -> FloatArray | None:
    """The group that the elements form, and the symmetry that it states; its generators (r, D + 1, D + 1)."""
    group = group_of(elements, divergences, context)
    if group is None:
        return None
    fields |= group.records()
    arrays |= group.drawing()
    symmetry = symmetry_of(group, fields["connected_components"], events)
    if symmetry is not None:
        fields["symmetry"] = symmetry.to_record()
        arrays |= symmetry.to_arrays()
    return stated_generators(group)


def _copies(held: Sample) -> Copies | None:
    """Which held-out events come from the same event as others, or may."""
    return None if held.unit is None else Copies.of([held.rows.cpu().numpy()], held.unit)


def _described(events: Events) -> dict[str, Any]:
    return {
        "events": EventsRecord.of(
            events.held.weights.cpu().numpy(),
            events.available or len(events),
            _copies(events.held),
            events.held.unit,
        ),
        "vectors": VectorsRecord(number=events.particles, components=events.components),
        "spectator_names": events.spectators,
        "tag_names": events.tags,
        "sets": () if events.members is None else events.members.sets,
        "kinds": () if events.members is None or not events.members.partial else events.members.kinds,
        "scale": events.scale,
        "unit": events.unit,
    }
