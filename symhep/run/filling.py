"""``missing: fill``: events of a file that lacks a wanted column, with something in its place.

A missing collection has no members, a missing weight is 1 (an alternative one is the nominal one), a missing component
of a momentum is 0 (which the readers see to), and any other missing number is NaN, with which no comparison holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import awkward as ak
import numpy as np

from symhep.events.batch import EventBatch, momentum_records
from symhep.run.agreement import Lacking, lacking

if TYPE_CHECKING:
    from symhep.readers.interface import LossLog, ReadRequest
    from symhep.run.sources import Source

__all__ = ["read_filled"]


def read_filled(source: Source, request: ReadRequest, losses: LossLog) -> Iterator[EventBatch]:
    """As `Source.read`, for a file that may lack columns of ``request``. Raises `InputError`."""
    lacks = lacking(source.schema(), request)
    for batch in source.read(lacks.reduced(request), losses):
        others = {**batch.variations, **dict.fromkeys(sorted(lacks.variations), batch.weights)}
        yield replace(batch, events=_filled(batch.events, lacks, request.fields or {}), variations=others)


def _filled(events: ak.Array, lacks: Lacking, asked: Mapping[str, frozenset[str]]) -> ak.Array:
    for name in sorted(lacks.collections):
        events = ak.with_field(events, _with(_none(len(events)), asked[name]), name)
    for name, fields in lacks.fields.items():
        if fields:
            events = ak.with_field(events, _with(events[name], fields), name)
    for name in sorted(lacks.event_fields):
        events = ak.with_field(events, np.full(len(events), np.nan), name)
    return events


def _with(members: ak.Array, fields: frozenset[str]) -> ak.Array:
    """Objects with further fields of which nothing is known; 0 is the PDG's number for no particle."""
    like = members[members.fields[0]]
    for field in sorted(fields - set(members.fields)):
        values = ak.zeros_like(like, dtype=np.int64) if field == "pdgId" else ak.full_like(like, np.nan)
        members = ak.with_field(members, values, field)
    return members


def _none(count: int) -> ak.Array:
    """No objects in any of ``count`` events."""
    empty = ak.unflatten(np.empty(0), np.zeros(count, dtype=np.int64))
    return momentum_records({"px": empty, "py": empty, "pz": empty, "E": empty})
