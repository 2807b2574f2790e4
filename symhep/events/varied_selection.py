"""A card's selections and features once more with changed objects, of what depends on these and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from symhep.card.expressions import Expression, parse_expression
from symhep.card.schema import RunCard
from symhep.card.variations import ObjectChange
from symhep.events.alternatives import Alternatives
from symhep.events.evaluate import Scope, per_event
from symhep.events.exact_sum import ExactSum
from symhep.events.feature_set import FeatureSet, tables_of
from symhep.events.kinds import VectorKind
from symhep.events.objects import ObjectBuilder, needed_objects, needed_order
from symhep.events.table import FeatureTable
from symhep.events.varied_objects import VariedBuilder, carried_over, changed_order

__all__ = ["Chunk", "VariedSelection"]

FloatArray = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass
class Chunk:
    """N events with their nominal objects.

    Attributes
    ----------
    weights, numbers, identity
        (N,) of each event: its weight, its number in the file, and `symhep.events.identity.identities`, or None.
    cuts
        Text of a cut -> (N,) for which events it holds.
    passed
        Selection -> (N,) which events pass all its cuts.
    """

    building: ObjectBuilder
    scope: Scope
    weights: FloatArray
    numbers: Integers
    identity: Integers | None
    file: str = ""
    cuts: dict[str, BoolArray] = field(default_factory=dict)
    passed: dict[str, BoolArray] = field(default_factory=dict)

    def with_weights(
        self, table: FeatureTable, kept: BoolArray, rows: Integers | None = None
    ) -> FeatureTable:
        """The ``table`` of the events ``kept`` (of ``rows``, if these are some) with what is known of them."""
        chosen = np.flatnonzero(kept) if rows is None else rows[kept]
        source = np.stack([np.zeros(len(chosen), dtype=np.int64), self.numbers[chosen]], axis=1)
        known = None if self.identity is None else self.identity[chosen]
        return replace(table, weights=self.weights[chosen], source=source, identity=known)


class VariedSelection:
    """An alternative in which ``changes`` are made to objects.

    What depends on none of the changed objects is left to the nominal selection: `tables` and `yields` lack it. Of the
    rest only events are looked at that pass the cuts before the first one that depends on a change; objects which that
    one does not need are made of the events alone that pass it.
    """

    def __init__(
        self,
        card: RunCard,
        kinds: Mapping[str, VectorKind],
        features: Mapping[str, FeatureSet],
        alternatives: Alternatives,
        changes: Mapping[str, ObjectChange],
    ) -> None:
        self.card, self.changes, self.alternatives = card, changes, alternatives
        made = frozenset(needed_order(card))
        self.order = [name for name in changed_order(card.objects, kinds, changes) if name in made]
        touched = frozenset(self.order)
        self.carried = carried_over(card.objects, kinds, changes)
        #: Selection -> number of cuts before the first one that depends on a change, if there is such a cut.
        self.first = {
            name: next(i for i, c in enumerate(cuts) if touched & parse_expression(c.cut).names)
            for name, cuts in card.selections.items()
            if any(touched & parse_expression(c.cut).names for c in cuts)
        }
        self.features = {
            name: f
            for name, f in features.items()
            if f.selection in self.first
            or touched & {part.object for part in f.parts}
            or any(touched & e.names for e in f.expressions)
        }
        self._chunks: dict[str, list[FeatureTable]] = {name: [] for name in self.features}
        self._sums: dict[tuple[str, str], ExactSum] = {}

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Names of objects, collections and numbers that are needed of the nominal events."""
        cards = self.card.objects
        found = {part.object for f in self.features.values() for part in f.parts}
        for expression in self._expressions():
            found |= expression.names
        for name in self.order:
            found |= set(needed_objects(name, cards))
            found |= {cards[name].collection or "", cards[name].cluster or ""}
        # Constituents are looked up among the particles of a clustered object.
        found |= {cards[name].constituents or "" for name in self.order}
        return frozenset(found - {""})

    def _expressions(self) -> list[Expression]:
        cards = [self.card.objects[name] for name in self.order]
        texts = [t for c in cards for t in (c.where, c.keep, c.sort.by if c.sort else None)]
        texts += [t for c in self.changes.values() for t in (c.factor, c.smear)]
        texts += [c.cut for name in self.first for c in self.card.selections[name]]
        own = [e for f in self.features.values() for e in f.expressions]
        return [*own, *(parse_expression(t) for t in texts if t is not None)]

    def add(self, chunk: Chunk) -> None:
        """Select from one chunk: cuts on what is made first, and then the rest of the events that pass these."""
        every = np.ones(len(chunk.weights), dtype=bool)
        passed = {
            name: np.logical_and.reduce(
                [chunk.cuts[c.cut] for c in self.card.selections[name][:first]] or [every]
            )
            for name, first in self.first.items()
        }
        passed |= {
            f.selection: chunk.passed[f.selection]
            for f in self.features.values()
            if f.selection not in passed
        }
        rows = _any(passed)
        if not len(rows):
            return
        building = VariedBuilder(
            chunk.building, rows, self.inputs, self.changes, self.carried, chunk.numbers[rows],
            (self.alternatives.seed, self.alternatives.content), chunk.file,
        )  # fmt: skip
        masks = {name: mask[rows] for name, mask in passed.items()}
        building.build_all(self.card.objects, self.early)
        self._cut(chunk, rows, building, masks, early=True)
        some = _any(masks)
        if not len(some):
            return
        rows, building = rows[some], building.some(some)
        masks = {name: mask[some] for name, mask in masks.items()}
        building.build_all(self.card.objects, [name for name in self.order if name not in self.early])
        scope = self._cut(chunk, rows, building, masks, early=False)
        for name, kept, table in tables_of(self.features, scope, masks):
            self._count(self.features[name].selection, f"features {name}", chunk.weights[rows[kept]])
            self._chunks[name].append(chunk.with_weights(table, kept, rows))

    def _cut(
        self, chunk: Chunk, rows: Integers, building: VariedBuilder, masks: dict[str, BoolArray], early: bool
    ) -> Scope:
        """Apply the cuts on what has been made to ``masks``; what names mean in these events."""
        changed = {name: building.objects[name] for name in self.order if name in building.objects}
        scope = chunk.scope.only(self.inputs - frozenset(self.order)).take(rows).holding(**changed)
        for name, first in self.first.items():
            last = self.last_early[name]
            for cut in self.card.selections[name][first:last] if early else self.card.selections[name][last:]:
                expression = parse_expression(cut.cut)
                if expression.names & changed.keys():
                    masks[name] = masks[name] & per_event(expression, scope, len(rows), condition=True)
                else:
                    masks[name] = masks[name] & chunk.cuts[cut.cut][rows]
                self._count(name, cut.name, chunk.weights[rows[masks[name]]])
        return scope

    @cached_property
    def early(self) -> list[str]:
        """The changed objects that the first cuts on any of them need, in order."""
        cards, visible = self.card.objects, self.carried[0]
        needed: set[str] = set()
        for name, first in self.first.items():
            needed |= parse_expression(self.card.selections[name][first].cut).names & set(self.order)
        for name in reversed(self.order):
            if name in needed:
                needed |= set(needed_objects(name, cards)) & set(self.order)
                needed |= set(visible) if name in self.carried[1] else set()
        return [name for name in self.order if name in needed]

    @cached_property
    def last_early(self) -> dict[str, int]:
        """Selection -> number of the first cut that needs more than the `early` objects."""
        late = set(self.order) - set(self.early)
        return {
            name: next(
                (
                    i
                    for i, cut in enumerate(self.card.selections[name])
                    if i >= first and late & parse_expression(cut.cut).names
                ),
                len(self.card.selections[name]),
            )
            for name, first in self.first.items()
        }

    def _count(self, selection: str, row: str, weights: FloatArray) -> None:
        self._sums.setdefault((selection, row), ExactSum()).add(weights)

    @property
    def tables(self) -> dict[str, FeatureTable]:
        """Feature set -> all events kept so far, of those that depend on a change."""
        return {
            name: FeatureTable.join(chunks) if chunks else self.features[name].empty()
            for name, chunks in self._chunks.items()
        }

    def yields(self) -> dict[str, dict[str, float]]:
        """Selection -> row of the cutflow -> sum of weights, of rows that depend on a change."""
        found: dict[str, dict[str, float]] = {}
        for selection, cuts in self.card.selections.items():
            for cut in cuts[self.first[selection] :] if selection in self.first else ():
                found.setdefault(selection, {})[cut.name] = 0.0
        for name, f in self.features.items():
            found.setdefault(f.selection, {})[f"features {name}"] = 0.0
        for (selection, row), total in self._sums.items():
            found[selection][row] = float(total)
        return found


def _any(masks: Mapping[str, BoolArray]) -> Integers:
    """Numbers of the events for which any of the masks holds."""
    return (
        np.flatnonzero(np.logical_or.reduce(list(masks.values()))) if masks else np.zeros(0, dtype=np.int64)
    )
