"""What the result says of whole events: their objects, cuts on members, and what is done otherwise for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.methods.passes import State
from symhep_moments.fit.bounds.seen import comparable_orbits
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.fit.functions.edges import known_variables, variable, whose
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.places import Places
from symhep_moments.record import ObjectRow, ThresholdRow, WholeEvents
from symhep_moments.sample import Events, Sample
from symhep_moments.stream import EventsPass

__all__ = ["Members", "threshold_rows", "whole_record"]

#: Events that are looked at: what moves one member of a sample moves nearly all.
FEW = 500
#: Changes below this share of the largest are rounding.
ROUNDING = 1e-9
#: Events that must all have the same order before it is called one.
ENOUGH = 50


def threshold_rows(sample: Sample) -> tuple[ThresholdRow, ...]:
    """Cuts that some candidates take members over."""
    rows = []
    for cut in sample.cuts:
        changed = _changed_by(sample.events, cut.edge)
        if changed:
            rows.append(ThresholdRow(cut=cut.edge.text, changed_by=changed, covered=cut.covered))
    return tuple(rows)


@dataclass(frozen=True, eq=False)
class Members(EventsPass):
    """Of each object the sum of its numbers of members, ``total`` (K,), and less the smallest, ``least`` (K,); how many
    ``events`` there are."""

    name = "members"
    largest = frozenset({"least"})

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        places = events.places
        assert places is not None
        there = places.weights(events.x)
        counts = torch.stack([there[:, places.places_of(name)].sum(dim=1) for name in places.kinds], dim=1)
        least = -counts.amin(dim=0) if len(counts) else counts.new_full(counts.shape[1:], -torch.inf)
        return {
            "total": counts.sum(dim=0).cpu().numpy(),
            "least": least.cpu().numpy(),
            "events": np.array(len(counts)),
        }


def whole_record(
    sample: Sample, functions: TestFunctions, tested: Events, members: State | None
) -> WholeEvents | None:
    """What the events are made of; None if there is nothing to say. ``tested``: with the generators on the support;
    ``members``: the state of `Members`."""
    places = sample.events.places
    if places is None or members is None:
        return None
    counts = zip(members["total"] / members["events"], -members["least"], strict=True)
    return WholeEvents(
        objects=[
            _object(name, sample.events, places, float(average), int(fewest))
            for name, (average, fewest) in zip(places.kinds, counts, strict=True)
        ],
        tag_names=places.tag_names, spectator_names=places.spectator_names,
        otherwise=list(_otherwise(sample, places, functions, tested)),
    )  # fmt: skip


def _object(name: str, events: Events, places: Places, average: float, fewest: int) -> ObjectRow:
    own = places.places_of(name)
    has = tuple(c for c, there in zip(places.names, places.present[own[0]], strict=True) if there)
    return ObjectRow(
        name=name, components=has, places=len(own), is_set=name in places.sets, average=average,
        fewest=fewest,
        ordered=name not in places.sets and _ordered(events, places, own),
    )  # fmt: skip


def _ordered(events: Events, places: Places, own: list[int]) -> bool:
    if len(own) < 2 or len(events) < ENOUGH or not {"px", "py"} <= set(places.names):
        return False
    pt = variable("pt", _some(events)[:, own, : places.dimension], places.names)
    return bool((pt[:, :-1] >= pt[:, 1:]).all())


def _otherwise(sample: Sample, places: Places, functions: TestFunctions, tested: Events) -> Iterator[str]:
    if places.sets:
        named = " and ".join(places.members)
        yield (
            f"test functions are sums over the members of {named} and over pairs, independent of their order"
        )
        yield f"projections are of the sum of the members of {named}"
    if sample.options.bounds is not None and sample.reference is None:
        crossing = [
            label
            for label, matrix, orbit in zip(
                tested.generators.labels, tested.generators.matrices, comparable_orbits(tested, functions),
                strict=True,
            )
            if orbit is None and ClosedOrbit.of(matrix) is not None
        ]  # fmt: skip
        if crossing:
            yield (
                f"{', '.join(crossing)}: the size is a rate, because the orbits cross the thresholds of "
                "the members"
            )
    if any(not row.all() for row in places.present) and {"pz"} <= set(places.names):
        yield "subgroups have fixed axes: only generators that act on all vectors are considered"
    if places.sets and sample.options.discrete is not None:
        yield "exchanges of members are not tested: they have no order"


def _changed_by(events: Events, edge: Edge) -> tuple[str, ...]:
    """Labels of the candidates that change the variable of an edge, of any vector that it is for."""
    places, d = events.places, len(events.names)
    try:
        fixed, members = whose(edge, events.x.shape[1], events.particles, places)
    except CardError:
        return ()
    if edge.variable not in known_variables(events.names):
        return ()
    own, x = fixed + members, _some(events)
    v = LinearFields(events.generators, str(x.device), places)(x)[:, :, own]
    there = torch.ones_like(x[:, own, 0]) if places is None else places.weights(x)[:, own]
    with torch.enable_grad():
        points = x[:, own, :d].detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(variable(edge.variable, points, events.names).sum(), points)
    slope = torch.where(torch.isfinite(slope) & (there > 0)[..., None], slope, 0.0)
    size = torch.einsum("npi,ngpi->ngp", slope, v).abs().amax(dim=(0, 2)).cpu().numpy()
    # Terms cancel where the variable stays: their own size tells what rounding is.
    terms = torch.einsum("npi,ngpi->ngp", slope.abs(), v.abs()).amax(dim=(0, 2)).cpu().numpy()
    moved = size > ROUNDING * np.maximum(terms, 1e-300)
    return tuple(np.array(events.generators.labels)[moved].tolist())


def _some(events: Events) -> Tensor:
    rows = torch.linspace(0, len(events) - 1, min(len(events), FEW), device=events.x.device).long()
    return events.x[rows]
