"""Applies a card to batches: objects, cuts with their cutflow, features. Grows with what is kept, not with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import parse_expression
from symhep.card.schema import FeatureCard, RunCard, WeightCard
from symhep.errors import InputError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch
from symhep.events.cutflow import Cutflow
from symhep.events.evaluate import Scope, per_event, per_member
from symhep.events.functions import CardFunction
from symhep.events.identity import identities
from symhep.events.kinds import VectorKind
from symhep.events.members import need, parts_of, table_of, variables_of
from symhep.events.objects import build_objects
from symhep.events.table import FeatureTable, Places
from symhep.events.varied_yields import VariedYields

__all__ = ["NO_SELECTION", "Selector"]

FloatArray = npt.NDArray[np.float64]
#: What the cutflow of features without a selection is called.
NO_SELECTION = "all events"
NO_ALTERNATIVES = Alternatives()


class Selector:
    """Runs batches through the selections and feature sets of a card.

    Parameters
    ----------
    card
        The run card.
    kinds
        Of the vectors of its objects, where they are not four-momenta.
    functions
        Those of plugins and named folders that its expressions call, by 'module:function'.
    weights
        What to do with negative weights; by default as the card says for all.
    blind
        Selections of which nothing is kept, not even how many events pass their cuts.
    alternatives
        The other ways in which the same events are looked at.

    Attributes
    ----------
    cutflows
        Selection name -> `Cutflow`. 'all events' stands for features without a selection.
    truncated
        Feature set -> object -> events of which some members are left out, since ``up_to`` allows no more.
    overlapping
        Other selections that an event of a blind one has passed.
    yields
        The rows of the cutflows under alternative weights.
    """

    def __init__(
        self,
        card: RunCard,
        kinds: Mapping[str, VectorKind] | None = None,
        functions: Mapping[str, CardFunction] | None = None,
        weights: WeightCard | None = None,
        blind: Collection[str] = (),
        alternatives: Alternatives = NO_ALTERNATIVES,
    ) -> None:
        self.policy, self.blind = weights or card.weights, frozenset(blind)
        self.overlapping: set[str] = set()
        self.card, self.functions = card, dict(functions or {})
        self.cutflows: dict[str, Cutflow] = {}
        self.truncated: dict[str, Counter[str]] = {name: Counter() for name in card.features}
        self._parts = {name: parts_of(f, card.objects, kinds or {}) for name, f in card.features.items()}
        self._chunks: dict[str, list[FeatureTable]] = {name: [] for name in card.features}
        self.alternatives = alternatives
        self.yields = VariedYields(len(alternatives.weights))
        self._rows: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}

    def add(self, batch: EventBatch, numbered: Sequence[str] = ()) -> None:
        """Select from one batch and keep the features of the events that pass.

        ``numbered`` are the numbers of an event that say which of the file it is.
        """
        keep = self._weight_policy(batch)
        raw, others = batch.weights, self.alternatives.of_batch(batch)
        self._rows = {}
        if self.policy.negative in ("drop", "abs") and self.alternatives.weights:
            every = np.ones(len(raw), dtype=bool)
            self.yields.add({(name, "all"): every for name in self._selections()}, others)
        events, weights, others = batch.events[keep], raw[keep], others[keep]
        if self._absolute:
            # An alternative weight keeps its ratio to the nominal one.
            others, weights = others * np.where(weights < 0, -1.0, 1.0)[:, None], np.abs(weights)
        objects = build_objects(self.card.objects, events, weights, self.functions)
        values = {name: events[name] for name in ak.fields(events)} | {"weight": weights} | objects
        scope = Scope(values, self.functions)
        passed: dict[str, npt.NDArray[np.bool_]] = {}
        for name in self._selections():
            passed[name] = self._cut(name, scope, raw, weights)
        self._note_overlaps(passed)
        numbers = batch.first + np.flatnonzero(keep)
        own = identities([_plain(events[n]) for n in numbered], len(numbers)) if numbered else None
        for name, feature in self.card.features.items():
            selection = feature.selection or NO_SELECTION
            if selection in self.hidden:
                continue
            kept, table = self._features(name, feature, scope, objects, passed[selection])
            source = np.stack([np.zeros(int(kept.sum()), dtype=np.int64), numbers[kept]], axis=1)
            self.cutflows[selection].add(f"features {name}", self._need(name), weights[kept])
            self._rows[selection, f"features {name}"] = kept
            known = None if own is None else own[kept]
            other = others[kept] if self.alternatives.weights else None
            self._chunks[name].append(
                replace(table, weights=weights[kept], source=source, identity=known, alternatives=other)
            )
        if self.alternatives.weights:
            self.yields.add(self._rows, others)

    @property
    def hidden(self) -> frozenset[str]:
        """Selections of which nothing may be known: the blind ones, and those that share an event with one."""
        return self.blind | self.overlapping

    def visible_cutflows(self) -> dict[str, Cutflow]:
        """The cutflows, without the cuts of what is hidden."""
        return {
            name: flow.before_cuts() if name in self.hidden else flow for name, flow in self.cutflows.items()
        }

    def _note_overlaps(self, passed: Mapping[str, npt.NDArray[np.bool_]]) -> None:
        blind = [passed[name] for name in self.blind if name in passed]
        if blind:
            inside = np.logical_or.reduce(blind)
            self.overlapping |= {
                n for n, mask in passed.items() if n not in self.blind and (mask & inside).any()
            }

    def table(self, features: str) -> FeatureTable:
        """All events kept so far for a feature set; none of a hidden one."""
        selection = self.card.features[features].selection or NO_SELECTION
        chunks = [] if selection in self.hidden else self._chunks[features]
        return FeatureTable.join(chunks) if chunks else self._empty(features)

    @property
    def _absolute(self) -> bool:
        return self.policy.negative == "abs"

    def _empty(self, features: str) -> FeatureTable:
        """Of no event."""
        feature, parts = self.card.features[features], self._parts[features]
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
            alternatives=np.zeros((0, len(self.alternatives.weights))) if self.alternatives.weights else None,
        )

    def _need(self, name: str) -> str:
        """What an event must have to enter a feature set, for the cutflow."""
        feature, parts = self.card.features[name], self._parts[name]
        numbers = ", ".join((*feature.vars, *feature.tags, *feature.spectators))
        return ", ".join([*map(need, parts), *(["finite momenta"] if parts else []), f"finite {numbers}"])

    def _selections(self) -> list[str]:
        bare = any(f.selection is None for f in self.card.features.values())
        return [*self.card.selections, *([NO_SELECTION] if bare else [])]

    def _weight_policy(self, batch: EventBatch) -> npt.NDArray[np.bool_]:
        negative = batch.weights < 0
        if self.policy.negative == "fail" and negative.any():
            raise InputError(
                f"weight {batch.weights[negative][0]:g} is negative",
                file=batch.file,
                event=batch.first + int(np.argmax(negative)),
                hint="the card says 'negative: fail'; use keep to honour signed weights",
            )
        return ~negative if self.policy.negative == "drop" else np.ones(len(batch), dtype=bool)

    def _cut(
        self, name: str, scope: Scope, raw_weights: FloatArray, weights: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """One bool per event: all cuts of a selection, ANDed, each a row of the cutflow."""
        flow = self.cutflows.setdefault(name, Cutflow())
        flow.add("all", "", raw_weights)
        if self.policy.negative == "drop":
            flow.add("weights", "weight >= 0", weights)
        elif self._absolute:
            flow.add("weights", "abs(weight)", weights)
        passed = np.ones(len(weights), dtype=bool)
        self._rows[name, "all" if self.policy.negative in ("keep", "fail") else "weights"] = passed.copy()
        for cut in self.card.selections.get(name, ()):
            passed &= per_event(parse_expression(cut.cut), scope, len(weights), condition=True)
            flow.add(cut.name, cut.cut, weights[passed])
            self._rows[name, cut.name] = passed.copy()
        return passed

    def _features(
        self,
        name: str,
        feature: FeatureCard,
        scope: Scope,
        objects: Mapping[str, ak.Array],
        passed: npt.NDArray[np.bool_],
    ) -> tuple[npt.NDArray[np.bool_], FeatureTable]:
        """(N,) which of the events that ``passed`` are complete, and the features of these."""
        events, parts = len(passed), self._parts[name]
        seen = [per_event(parse_expression(s), scope, events) for s in feature.spectators]
        spectators = np.stack(seen, axis=1) if seen else np.zeros((events, 0))
        passed = passed & np.isfinite(spectators).all(axis=1)
        if not parts:
            values = np.stack([per_event(parse_expression(v), scope, events) for v in feature.vars], axis=1)
            passed &= np.isfinite(values).all(axis=1)
            return passed, FeatureTable(values[passed], np.ones(0), spectators=spectators[passed])

        def member(text: str, members: ak.Array, chosen: npt.NDArray[np.bool_]) -> ak.Array:
            expression = parse_expression(text)
            return per_member(expression, members, scope.only(expression.names).take(chosen))

        kept, table = table_of(feature, parts, objects, passed, member, scope.values)
        for part in parts:
            if part.most is not None and part.varies:
                more = ak.to_numpy(ak.num(objects[part.object][kept], axis=1)) > part.most
                self.truncated[name][part.object] += int(more.sum())
        return kept, replace(table, spectators=spectators[kept])


def _plain(numbers: ak.Array) -> npt.NDArray[np.generic]:
    """One number per event, NaN where there is none."""
    found = ak.to_numpy(numbers)
    if isinstance(found, np.ma.MaskedArray):
        return np.asarray(np.ma.filled(found.astype(np.float64), np.nan))
    return np.asarray(found)
