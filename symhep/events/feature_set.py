"""One feature set of a card: from objects and numbers of a chunk of events to a table of those that have them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import Expression, parse_expression
from symhep.card.schema import RunCard
from symhep.events.evaluate import Scope, per_event, per_member
from symhep.events.kinds import VectorKind
from symhep.events.members import need, parts_of, table_of, variables_of
from symhep.events.table import FeatureTable, Places

__all__ = ["NO_SELECTION", "FeatureSet", "tables_of"]

#: What the cutflow of features without a selection is called.
NO_SELECTION = "all events"


class FeatureSet:
    """The features ``name`` of a card, with the ``kinds`` of its objects' vectors."""

    def __init__(self, name: str, card: RunCard, kinds: Mapping[str, VectorKind]) -> None:
        self.feature = card.features[name]
        self.parts = parts_of(self.feature, card.objects, kinds)

    @property
    def selection(self) -> str:
        """The events that enter, by the name of their cuts."""
        return self.feature.selection or NO_SELECTION

    def like(self, other: FeatureSet) -> bool:
        """The same features of other events: those of another region?"""
        return self.feature.model_copy(update={"selection": other.feature.selection}) == other.feature

    @property
    def expressions(self) -> list[Expression]:
        """All that is worked out for an event."""
        return [
            parse_expression(t) for t in (*self.feature.vars, *self.feature.tags, *self.feature.spectators)
        ]

    @property
    def need(self) -> str:
        """What an event must have to enter, for the cutflow."""
        numbers = ", ".join((*self.feature.vars, *self.feature.tags, *self.feature.spectators))
        return ", ".join(
            [*map(need, self.parts), *(["finite momenta"] if self.parts else []), f"finite {numbers}"]
        )

    def table(
        self, scope: Scope, passed: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.bool_], FeatureTable]:
        """(N,) which of the events that ``passed`` are complete, and the features of these, without weights."""
        events, feature = len(passed), self.feature
        seen = [per_event(parse_expression(s), scope, events) for s in feature.spectators]
        spectators = np.stack(seen, axis=1) if seen else np.zeros((events, 0))
        passed = passed & np.isfinite(spectators).all(axis=1)
        if not self.parts:
            values = np.stack([per_event(parse_expression(v), scope, events) for v in feature.vars], axis=1)
            passed &= np.isfinite(values).all(axis=1)
            return passed, FeatureTable(values[passed], np.ones(0), spectators=spectators[passed])

        def member(text: str, members: ak.Array, chosen: npt.NDArray[np.bool_]) -> ak.Array:
            expression = parse_expression(text)
            return per_member(expression, members, scope.only(expression.names).take(chosen))

        kept, table = table_of(feature, self.parts, scope.values, passed, member, scope.values)
        return kept, replace(table, spectators=spectators[kept])

    def alike(self, scope: Scope, table: FeatureTable) -> bool:
        """Is all that a ``table`` of more events says of its places true of any of its events: width, PDG numbers?"""
        known = {
            p.object for p in self.parts if "pdgId" in ak.fields(scope.values[p.object]) and not p.varies
        }
        objects = [p.object for p in table.places for _ in range(p.width)]
        return all(p.most is not None for p in self.parts) and all(
            number is not None or name not in known
            for name, number in zip(objects, table.pdg_ids, strict=True)
        )

    def truncated(self, scope: Scope, kept: npt.NDArray[np.bool_]) -> dict[str, int]:
        """Object -> in how many of the events ``kept`` it has more members than ``up_to`` allows."""
        return {
            part.object: int((ak.to_numpy(ak.num(scope.values[part.object][kept], axis=1)) > part.most).sum())
            for part in self.parts
            if part.most is not None and part.varies
        }

    def empty(self, alternatives: int = 0) -> FeatureTable:
        """The table of no event, with so many alternative weights."""
        feature, parts = self.feature, self.parts
        places = tuple(
            Places(p.object, p.most or 0, p.kind, p.varies, variables_of(feature.vars, p.kind)) for p in parts
        )
        width = sum(p.width for p in places)
        columns = sum(p.width * len(p.variables) for p in places) if parts else len(feature.vars)
        return FeatureTable(
            np.zeros((0, columns)),
            np.zeros(0),
            np.zeros((0, width, 4)) if parts else None,
            (None,) * width,
            mask=np.zeros((0, width), dtype=bool) if any(p.varies for p in parts) else None,
            tags=np.zeros((0, width, len(feature.tags))) if feature.tags else None,
            spectators=np.zeros((0, len(feature.spectators))),
            places=places,
            alternatives=np.zeros((0, alternatives)) if alternatives else None,
        )


def tables_of(
    features: Mapping[str, FeatureSet], scope: Scope, passed: Mapping[str, npt.NDArray[np.bool_]]
) -> Iterator[tuple[str, npt.NDArray[np.bool_], FeatureTable]]:
    """What `FeatureSet.table` gives for each of several sets: its name, (N,) the events kept, and their table.

    Sets that differ by their region alone are worked out once, of the events of all their regions. ``passed``:
    selection -> (N,).
    """
    left = list(features)
    while left:
        first = features[left[0]]
        names = [name for name in left if features[name].like(first)]
        left = [name for name in left if name not in names]
        every = np.logical_or.reduce([passed[features[name].selection] for name in names])
        complete, table = first.table(scope, every)
        if len(names) == 1:
            yield names[0], complete, table
            continue
        shared = first.alike(scope, table)
        for name in names:
            own = passed[features[name].selection]
            if shared:
                yield name, complete & own, table.rows(own[complete])
            else:
                yield name, *features[name].table(scope, own)
