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
from symhep.methods.split import SplitRecord
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
from symhep_symmetrygan.sample import Events, Rows, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.forward_backward import forward_backward_of_all
from symhep_symmetrygan.subgroups.record import DiscreteSearch, SubgroupSearch
from symhep_symmetrygan.validation.all_events import AllEvents, Counted, View

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
        searched = elements.events
        stated = _add_group(
            fields, arrays, elements, divergences, events, context, _all_events(prepared, elements, context)
        )
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
        if prepared.rows.stream is not None:
            ahead = forward_backward_of_all(events, prepared.rows.stream, context)
            fields["forward_backward_asymmetry"] = ahead
        histograms = histograms or discrete_histograms(
            events, options.discrete, fields["discrete"], bins, seeds
        )
    fields |= with_limits(fields, events, stated, searched)
    return Result(
        SymmetryGanRecord(**(_described(events, prepared.rows) | fields), significance_level=options.level),
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
    all_events: AllEvents | None,
) -> FloatArray | None:
    """The group that the elements form, and the symmetry that it states; its generators (r, D + 1, D + 1)."""
    group = group_of(elements, divergences, context, all_events)
    if group is None:
        return None
    if group.counted is not None:
        fields["split"] = _split(events, group.counted)
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


def _all_events(prepared: Prepared, elements: Elements, context: Context) -> AllEvents | None:
    """What tests elements on all events; None where all of them are in memory."""
    o, stream = prepared.options, prepared.rows.stream
    if stream is None:
        return None
    view = View.of(elements.space, prepared.events(context))
    drawn = prepared.drawn(context)
    return AllEvents(stream, context.reduce, prepared.rows, o.acts_on, o.vectors, view, drawn, context.device)


def _split(events: Events, counted: Counted | None = None) -> SplitRecord:
    """Of all events, or of those in memory."""
    trained, others = len(events.train), len(events.held)
    if counted is not None:
        trained, others = counted.trained, counted.validated
    every = events.available or len(events)
    return SplitRecord(trained=trained, validated=others, neither=every - trained - others)


def _described(events: Events, rows: Rows) -> dict[str, Any]:
    return {
        "split": _split(events),
        "subsample": None if rows.stream is None else len(events),
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
