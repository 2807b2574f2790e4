"""One feature set of a card: from objects and numbers of a chunk of events to a table of those that have them all."""

from __future__ import annotations

from collections.abc import Mapping
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

__all__ = ["NO_SELECTION", "FeatureSet"]

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
