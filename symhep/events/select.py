"""Applies a card to batches: objects, cuts with their cutflow, features. Grows with what is kept, not with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import parse_expression
from symhep.card.schema import RunCard, WeightCard
from symhep.errors import InputError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch
from symhep.events.cutflow import Cutflow
from symhep.events.evaluate import Scope, per_event
from symhep.events.feature_set import NO_SELECTION, FeatureSet, tables_of
from symhep.events.functions import CardFunction
from symhep.events.identity import identities
from symhep.events.kinds import VectorKind
from symhep.events.objects import ObjectBuilder, needed_order
from symhep.events.table import FeatureTable
from symhep.events.varied_selection import Chunk, VariedSelection
from symhep.events.varied_yields import VariedYields

__all__ = ["NO_SELECTION", "Selector"]

FloatArray = npt.NDArray[np.float64]
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
    telling
        (selection, row) of cuts in the others that such an event has passed: the difference to the next row would tell
        of the blind ones.
    yields
        The rows of the cutflows under alternative weights.
    varied
        The alternatives with changed objects, by `symhep.events.alternatives.alternative_key`.
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
        self.telling: set[tuple[str, str]] = set()
        self.card, self.functions = card, dict(functions or {})
        self.cutflows: dict[str, Cutflow] = {}
        self.truncated: dict[str, Counter[str]] = {name: Counter() for name in card.features}
        self._features = {name: FeatureSet(name, card, kinds or {}) for name in card.features}
        self._chunks: dict[str, list[FeatureTable]] = {name: [] for name in card.features}
        self._order = needed_order(card)
        self.alternatives = alternatives
        self.yields = VariedYields(len(alternatives.weights))
        self.varied = {
            key: VariedSelection(card, kinds or {}, self._features, alternatives, changes)
            for key, changes in alternatives.objects.items()
        }

    def add(self, batch: EventBatch, numbered: Sequence[str] = ()) -> None:
        """Select from one batch and keep the features of the events that pass.

        ``numbered`` are the numbers of an event that say which of the file it is.
        """
        keep = self._weight_policy(batch)
        raw, others = batch.weights, self.alternatives.of_batch(batch)
        changing = self.policy.negative in ("drop", "abs")
        if changing and self.alternatives.weights:
            every = np.ones(len(raw), dtype=bool)
            self.yields.add({(name, "all"): every for name in self._selections()}, others)
        events, weights = batch.events, raw
        if not keep.all():
            events, weights, others = events[keep], weights[keep], others[keep]
        if self._absolute:
            # An alternative weight keeps its ratio to the nominal one.
            others, weights = others * np.where(weights < 0, -1.0, 1.0)[:, None], np.abs(weights)
        numbers = batch.first + np.flatnonzero(keep)
        building = ObjectBuilder.of_events(events, weights, self.functions)
        building.build_all(self.card.objects, self._order)
        values = {name: events[name] for name in ak.fields(events)} | {"weight": weights} | building.objects
        scope = Scope(values, self.functions)
        own = identities([_plain(events[n]) for n in numbered], len(numbers)) if numbered else None
        chunk = Chunk(building, scope, weights, numbers, own, batch.file)
        rows: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
        for name in self._selections():
            rows[name, "weights" if changing else "all"] = np.ones(len(weights), dtype=bool)
            rows |= {(name, cut): mask for cut, mask in self._cut(name, chunk, raw).items()}
        self._note_overlaps(chunk.passed, rows)
        shown = {name: f for name, f in self._features.items() if f.selection not in self.hidden}
        for name, kept, table in tables_of(shown, scope, chunk.passed):
            feature, selection = self._features[name], self._features[name].selection
            self.truncated[name].update(feature.truncated(scope, kept))
            self.cutflows[selection].add(f"features {name}", feature.need, weights[kept])
            rows[selection, f"features {name}"] = kept
            table = chunk.with_weights(table, kept)
            self._chunks[name].append(
                replace(table, alternatives=others[kept]) if self.alternatives.weights else table
            )
        if self.alternatives.weights:
            self.yields.add(rows, others)
        for varied in self.varied.values():
            varied.add(chunk)

    @property
    def hidden(self) -> frozenset[str]:
        """Selections of which nothing may be known: the blind ones, and those that share an event with one."""
        return self.blind | self.overlapping

    def visible_cutflows(self) -> dict[str, Cutflow]:
        """The cutflows, without the cuts of what is hidden."""
        return {
            name: flow.before_cuts()
            if name in self.hidden
            else flow.without({row for selection, row in self.telling if selection == name})
            for name, flow in self.cutflows.items()
        }

    def _note_overlaps(
        self,
        passed: Mapping[str, npt.NDArray[np.bool_]],
        rows: Mapping[tuple[str, str], npt.NDArray[np.bool_]],
    ) -> None:
        blind = [passed[name] for name in self.blind if name in passed]
        if blind:
            inside = np.logical_or.reduce(blind)
            self.overlapping |= {
                n for n, mask in passed.items() if n not in self.blind and (mask & inside).any()
            }
            cuts = {key: mask for key, mask in rows.items() if key[1] not in ("all", "weights")}
            self.telling |= {key for key, mask in cuts.items() if (mask & inside).any()}

    def table(self, features: str) -> FeatureTable:
        """All events kept so far for a feature set; none of a hidden one."""
        feature = self._features[features]
        chunks = [] if feature.selection in self.hidden else self._chunks[features]
        return FeatureTable.join(chunks) if chunks else feature.empty(len(self.alternatives.weights))

    @property
    def _absolute(self) -> bool:
        return self.policy.negative == "abs"

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
                hint="the card has 'negative: fail'; use 'negative: keep' for signed weights",
            )
        return ~negative if self.policy.negative == "drop" else np.ones(len(batch), dtype=bool)

    def _cut(self, name: str, chunk: Chunk, raw_weights: FloatArray) -> dict[str, npt.NDArray[np.bool_]]:
        """All cuts of a selection, ANDed, each a row of the cutflow: which events pass it and those before."""
        flow, weights = self.cutflows.setdefault(name, Cutflow()), chunk.weights
        flow.add("all", "", raw_weights)
        if self.policy.negative == "drop":
            flow.add("weights", "weight >= 0", weights)
        elif self._absolute:
            flow.add("weights", "abs(weight)", weights)
        passed, rows = np.ones(len(weights), dtype=bool), {}
        for cut in self.card.selections.get(name, ()):
            if cut.cut not in chunk.cuts:  # regions share most of theirs
                expression = parse_expression(cut.cut)
                chunk.cuts[cut.cut] = per_event(expression, chunk.scope, len(weights), condition=True)
            passed = passed & chunk.cuts[cut.cut]
            flow.add(cut.name, cut.cut, weights[passed])
            rows[cut.name] = passed
        chunk.passed[name] = passed
        return rows


def _plain(numbers: ak.Array) -> npt.NDArray[np.generic]:
    """One number per event, NaN where there is none."""
    found = ak.to_numpy(numbers)
    if isinstance(found, np.ma.MaskedArray):
        return np.asarray(np.ma.filled(found.astype(np.float64), np.nan))
    return np.asarray(found)
