"""Feature tables of a dataset under a systematic variation, and the datasets that a method gets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.card.variations import Rule
from symhep.errors import MethodError
from symhep.events.copies import ROWS_PER_EVENT, source_units
from symhep.events.dataset import Dataset
from symhep.events.identity import NO_NUMBER, hashes
from symhep.events.table import FeatureTable
from symhep.events.variation import Alternative, Variation

__all__ = ["BLOCKS", "VariedTables", "alternative_of", "variations_of", "widest"]

#: More blocks than a dataset has: they are numbered dataset by dataset.
BLOCKS = 1 << 40
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class VariedTables:
    """One feature set of one dataset under a variation.

    Attributes
    ----------
    rule, confidence
        How the alternatives become an uncertainty, see `symhep.stats.variations`.
    tables
        Alternative -> table. One that differs from the nominal table by its weights alone shares all other arrays with
        it (`FeatureTable.same_rows`).
    other_files
        Alternatives that were read from other files: their events are none of the nominal ones.
    """

    rule: Rule
    confidence: float
    tables: Mapping[str, FeatureTable]
    other_files: frozenset[str] = frozenset()


#: Dataset -> variation -> tables of one feature set.
Given = Mapping[str, Mapping[str, VariedTables]]


def widest(nominal: FeatureTable, varied: Given) -> list[int]:
    """So many places for each object of the feature set that the events of every alternative have room."""
    tables = [t for own in varied.values() for v in own.values() for t in v.tables.values() if len(t)]
    return [
        max([p.width, *(t.places[i].width for t in tables if len(t.places) == len(nominal.places))])
        for i, p in enumerate(nominal.places)
    ]


def variations_of(
    data: Dataset, tables: Mapping[str, FeatureTable], varied: Given, widths: Sequence[int]
) -> tuple[Variation, ...]:
    """The nominal ``data``, which were made of ``tables`` (dataset name -> table), under each variation.

    Datasets that lack a variation stay as they are. What changes nothing of this feature set is left out. Raises
    `MethodError` if an alternative has no event, or none whose weight is not 0.
    """
    found = []
    for name in dict.fromkeys(variation for own in varied.values() for variation in own):
        mine = {dataset: own[name] for dataset, own in varied.items() if name in own}
        first = next(iter(mine.values()))
        alternatives = []
        for key in first.tables:
            chosen = {n: mine[n].tables[key] if n in mine else t for n, t in tables.items()}
            others = frozenset(n for n in mine if key in mine[n].other_files)
            alternatives.append(Alternative(key, *alternative_of(data, tables, chosen, others, widths)))
            other = alternatives[-1].data
            if len(data) and not other.weights.any():
                told = (
                    f"all events of '{data.name}' have weight 0"
                    if len(other)
                    else f"no event of '{data.name}' passes the selection"
                )
                raise MethodError(f"variation '{name}' ({key}): {told}")
        if not all(a.same_rows and np.array_equal(a.data.weights, data.weights) for a in alternatives):
            found.append(Variation(name, first.rule, tuple(alternatives), frozenset(mine), first.confidence))
    return tuple(found)


def alternative_of(
    data: Dataset,
    nominal: Mapping[str, FeatureTable],
    chosen: Mapping[str, FeatureTable],
    others: frozenset[str],
    widths: Sequence[int],
) -> tuple[Dataset, bool]:
    """The dataset made of other tables (dataset name -> table), and whether it differs by its weights alone."""
    weights = np.concatenate([t.weights for t in chosen.values()])
    if all(nominal[name].same_rows(t) for name, t in chosen.items()):
        return replace(data, weights=weights), True
    full = [t for t in chosen.values() if len(t)] or [next(iter(nominal.values())).first(0)]
    joined = FeatureTable.join(full).widened(widths)
    numbers = [data.label_names.index(name) for name in chosen]
    labels = np.repeat(numbers, [len(t) for t in chosen.values()]).astype(np.int64)
    none = np.zeros(0, dtype=np.int64)
    return replace(
        data,
        values=joined.values,
        weights=weights,
        momenta=joined.momenta,
        mask=joined.mask,
        tags=joined.tags,
        spectators=joined.spectators,
        labels=labels,
        unit=_units(data, nominal, others, joined, labels),
        block=none if joined.block is None else joined.block + labels * BLOCKS,
        origin=none if joined.origin is None else joined.origin,
    ), False


def _units(
    data: Dataset,
    nominal: Mapping[str, FeatureTable],
    others: frozenset[str],
    joined: FeatureTable,
    labels: Integers,
) -> Integers:
    """That of the nominal row of the same event of the same file; new ones for events that are nominally no row."""
    fresh, count = int(data.unit.max(initial=-1)) + 1, len(labels)
    unit = np.full(count, -1, dtype=np.int64)
    before = FeatureTable.join([t for t in nominal.values() if len(t)] or [joined.first(0)])
    if len(joined.source) != len(joined) or len(before.source) != len(before):
        return fresh + np.arange(count, dtype=np.int64)
    _carry(unit, data.unit, (data.labels, *before.source.T), (labels, *joined.source.T))
    if before.identity is not None and joined.identity is not None:
        # Another row of an event of which one is in the nominal table: another candidate, or an image.
        old, new = (
            (data.labels, before.source[:, 0], before.identity),
            (labels, joined.source[:, 0], joined.identity),
        )
        if len(before) <= ROWS_PER_EVENT * len(np.unique(hashes(old, len(before)))):
            known = before.identity != NO_NUMBER
            _carry(unit, data.unit[known], tuple(column[known] for column in old), new)
    unit[np.isin(labels, [data.label_names.index(name) for name in others])] = -1
    rows = np.flatnonzero(unit < 0)
    if len(rows):
        arrays = (joined.values, joined.momenta, joined.mask, joined.tags, joined.spectators)
        identity = None if joined.identity is None else joined.identity[rows]
        some = [None if a is None else a[rows] for a in arrays]
        unit[rows] = fresh + source_units(some, identity, joined.source[rows, 0], labels[rows])
    return unit


def _carry(unit: Integers, known: Integers, old: Sequence[Integers], new: Sequence[Integers]) -> None:
    """Give rows that have none yet the number ``known`` of an old row that is equal in all columns."""
    if not len(known) or not len(unit):
        return
    keys, wanted = hashes(old, len(known)), hashes(new, len(unit))
    order = np.argsort(keys, kind="stable")
    place = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    found = (keys[place] == wanted) & (unit < 0)
    unit[found] = known[place[found]]
