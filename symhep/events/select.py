"""Applies a card to batches: objects, cuts with their cutflow, features. Grows with what is kept, not with the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import parse_expression
from symhep.card.schema import FeatureCard, RunCard
from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.events.canonical import canonical_members, canonicalise
from symhep.events.cutflow import Cutflow
from symhep.events.evaluate import Scope, per_event, per_member
from symhep.events.functions import CardFunction
from symhep.events.objects import build_objects

__all__ = ["NO_SELECTION", "FeatureTable", "Selector"]

FloatArray = npt.NDArray[np.float64]
#: What the cutflow of features without a selection is called.
NO_SELECTION = "all events"


@dataclass(frozen=True)
class FeatureTable:
    """One feature set of one dataset, before scaling.

    ``values`` (N, F) particle by particle, ``weights`` (N,), ``momenta``
    (N, P, 4) as (E, px, py, pz) in GeV or None, ``pdg_ids`` per position the PDG
    number if it is constant, else None, ``source`` (N, 2) the number of the event's
    file in the dataset, and its own number in that file; from 0.
    """

    values: FloatArray
    weights: FloatArray
    momenta: FloatArray | None = None
    pdg_ids: tuple[int | None, ...] = ()
    source: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def join(cls, tables: Sequence[FeatureTable]) -> FeatureTable:
        """One table from those of several files."""
        full = [t for t in tables if len(t)] or list(tables[:1])
        momenta = [t.momenta for t in full if t.momenta is not None]
        positions = [set(column) for column in zip(*(t.pdg_ids for t in full), strict=True)]
        ids = [next(iter(seen)) if len(seen) == 1 else None for seen in positions]
        return cls(
            np.concatenate([t.values for t in full]),
            np.concatenate([t.weights for t in full]),
            np.concatenate(momenta) if momenta else None,
            tuple(ids),
            np.concatenate([t.source for t in full]),
        )


@dataclass
class _Chunks:
    values: list[FloatArray] = field(default_factory=list)
    weights: list[FloatArray] = field(default_factory=list)
    momenta: list[FloatArray] = field(default_factory=list)
    pdg_ids: list[set[int]] = field(default_factory=list)
    numbers: list[npt.NDArray[np.int64]] = field(default_factory=list)


class Selector:
    """Runs batches through the selections and feature sets of a card.

    Attributes
    ----------
    cutflows
        Selection name -> `Cutflow`. 'all events' stands for features without a selection.
    """

    def __init__(self, card: RunCard, functions: Mapping[str, CardFunction] | None = None) -> None:
        self.card, self.functions = card, dict(functions or {})
        self.cutflows: dict[str, Cutflow] = {}
        self._chunks = {name: _Chunks() for name in card.features}

    def add(self, batch: EventBatch) -> None:
        """Select from one batch and keep the features of the events that pass."""
        events, weights = batch.events, batch.weights
        keep = self._weight_policy(batch)
        events, weights = events[keep], np.abs(weights[keep]) if self._absolute else weights[keep]
        objects = build_objects(self.card.objects, events, weights, self.functions)
        values = {name: events[name] for name in ak.fields(events)} | {"weight": weights} | objects
        scope = Scope(values, self.functions)
        passed: dict[str, npt.NDArray[np.bool_]] = {}
        for name in self._selections():
            passed[name] = self._cut(name, scope, batch.weights, weights)
        numbers = batch.first + np.flatnonzero(keep)
        for name, feature in self.card.features.items():
            selection = feature.selection or NO_SELECTION
            found = self._features(name, feature, scope, objects, weights, passed[selection], selection)
            self._chunks[name].numbers.append(numbers[found])

    def table(self, features: str) -> FeatureTable:
        """All events kept so far for a feature set."""
        chunks = self._chunks[features]
        width = len(self.card.features[features].vars) * self._size(self.card.features[features])
        values = np.concatenate(chunks.values) if chunks.values else np.zeros((0, width))
        weights = np.concatenate(chunks.weights) if chunks.weights else np.zeros(0)
        momenta = np.concatenate(chunks.momenta) if chunks.momenta else None
        constant = tuple(next(iter(ids)) if len(ids) == 1 else None for ids in chunks.pdg_ids)
        numbers = np.concatenate(chunks.numbers) if chunks.numbers else np.zeros(0, dtype=np.int64)
        source = np.stack([np.zeros_like(numbers), numbers], axis=1)
        return FeatureTable(values, weights, momenta, constant, source)

    @property
    def _absolute(self) -> bool:
        return self.card.weights.negative == "abs"

    def _size(self, feature: FeatureCard) -> int:
        return (self.card.objects[feature.object].take or 0) if feature.object else 1

    def _selections(self) -> list[str]:
        bare = any(f.selection is None for f in self.card.features.values())
        return [*self.card.selections, *([NO_SELECTION] if bare else [])]

    def _weight_policy(self, batch: EventBatch) -> npt.NDArray[np.bool_]:
        negative = batch.weights < 0
        if self.card.weights.negative == "fail" and negative.any():
            raise InputError(
                f"weight {batch.weights[negative][0]:g} is negative",
                file=batch.file,
                event=batch.first + int(np.argmax(negative)),
                hint="the card says 'negative: fail'; use keep to honour signed weights",
            )
        return ~negative if self.card.weights.negative == "drop" else np.ones(len(batch), dtype=bool)

    def _cut(
        self, name: str, scope: Scope, raw_weights: FloatArray, weights: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """One bool per event: all cuts of a selection, ANDed, each a row of the cutflow."""
        flow = self.cutflows.setdefault(name, Cutflow())
        flow.add("all", "", raw_weights)
        if self.card.weights.negative == "drop":
            flow.add("weights", "weight >= 0", weights)
        elif self._absolute:
            flow.add("weights", "abs(weight)", weights)
        passed = np.ones(len(weights), dtype=bool)
        for cut in self.card.selections.get(name, ()):
            passed &= per_event(parse_expression(cut.cut), scope, len(weights), condition=True)
            flow.add(cut.name, cut.cut, weights[passed])
        return passed

    def _features(
        self,
        name: str,
        feature: FeatureCard,
        scope: Scope,
        objects: Mapping[str, ak.Array],
        weights: FloatArray,
        passed: npt.NDArray[np.bool_],
        selection: str,
    ) -> npt.NDArray[np.bool_]:
        """Append the features of the events that passed and are complete; (N,) which these are."""
        chunks = self._chunks[name]
        if feature.object:
            keep, values, momenta, ids = _object_features(
                objects[feature.object], feature, self._size(feature), passed, scope
            )
            need = f"{self._size(feature)} {feature.object}, finite momenta, finite {', '.join(feature.vars)}"
        else:
            columns = [per_event(parse_expression(v), scope, len(weights)) for v in feature.vars]
            values, momenta, ids = np.stack(columns, axis=1), None, None
            keep = passed & np.isfinite(values).all(axis=1)
            values = values[keep]
            need = f"finite {', '.join(feature.vars)}"
        self.cutflows[selection].add(f"features {name}", need, weights[keep])
        chunks.values.append(values)
        chunks.weights.append(weights[keep])
        if momenta is not None:
            chunks.momenta.append(momenta)
        if ids is not None:
            seen = [{int(i) for i in np.unique(column)} for column in ids.T]
            chunks.pdg_ids = [a | b for a, b in zip(chunks.pdg_ids or [set()] * len(seen), seen, strict=True)]
        return keep


def _object_features(
    members: ak.Array, feature: FeatureCard, take: int, passed: npt.NDArray[np.bool_], scope: Scope
) -> tuple[npt.NDArray[np.bool_], FloatArray, FloatArray, npt.NDArray[np.int64] | None]:
    """Which of the events that ``passed`` are complete (N,), and of these K events the values (K, P*V),
    momenta (K, P, 4), and PDG numbers (K, P) or None."""
    enough = passed & (ak.to_numpy(ak.num(members, axis=1)) >= take)
    front, others = members[enough][:, :take], scope.take(enough)

    def regular(variable: str) -> FloatArray:
        flat = ak.flatten(per_member(parse_expression(variable), front, others), axis=1)
        return np.asarray(ak.to_numpy(flat)).reshape(-1, take)

    momenta = np.stack([regular(c) for c in ("E", "px", "py", "pz")], axis=2)
    if feature.canonicalise is not None:
        momenta = canonicalise(momenta, feature.canonicalise)
        front = canonical_members(front, momenta)
    values = np.stack([regular(v) for v in feature.vars], axis=2).reshape(-1, take * len(feature.vars))
    finite = np.isfinite(values).all(axis=1) & np.isfinite(momenta).all(axis=(1, 2))
    complete = enough.copy()
    complete[enough] = finite
    ids = None
    if "pdgId" in ak.fields(front):
        flat = ak.flatten(ak.fill_none(front["pdgId"], 0), axis=1)
        ids = ak.to_numpy(flat).astype(np.int64).reshape(-1, take)[finite]
    return complete, values[finite], momenta[finite], ids
