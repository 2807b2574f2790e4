"""Applies a card to batches: objects, cuts with their cutflow, features. Grows with what is kept, not with the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.expressions import parse_expression
from symhep.card.schema import FeatureCard, RunCard
from symhep.errors import CardError, InputError
from symhep.events.batch import EventBatch
from symhep.events.cutflow import Cutflow
from symhep.events.evaluate import evaluate, object_scope
from symhep.events.objects import build_objects

__all__ = ["FeatureTable", "Selector"]

FloatArray = npt.NDArray[np.float64]
NO_SELECTION = "all events"


@dataclass(frozen=True)
class FeatureTable:
    """One feature set of one dataset, before scaling.

    ``values`` (N, F) particle by particle, ``weights`` (N,), ``momenta``
    (N, P, 4) as (E, px, py, pz) in GeV or None, ``pdg_ids`` per position the PDG
    number that never changes, or None.
    """

    values: FloatArray
    weights: FloatArray
    momenta: FloatArray | None = None
    pdg_ids: tuple[int | None, ...] = ()

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
        )


@dataclass
class _Chunks:
    values: list[FloatArray] = field(default_factory=list)
    weights: list[FloatArray] = field(default_factory=list)
    momenta: list[FloatArray] = field(default_factory=list)
    pdg_ids: list[set[int]] = field(default_factory=list)


class Selector:
    """Runs batches through the selections and feature sets of a card.

    Attributes
    ----------
    cutflows
        Selection name -> `Cutflow`. 'all events' stands for features without a selection.
    """

    def __init__(self, card: RunCard) -> None:
        self.card = card
        self.cutflows: dict[str, Cutflow] = {}
        self._chunks = {name: _Chunks() for name in card.features}

    def add(self, batch: EventBatch) -> None:
        """Select from one batch and keep the features of the events that pass."""
        events, weights = batch.events, batch.weights
        keep = self._weight_policy(batch)
        events, weights = events[keep], np.abs(weights[keep]) if self._absolute else weights[keep]
        objects = build_objects(self.card.objects, events)
        scope = {name: events[name] for name in ak.fields(events)} | {"weight": weights} | objects
        passed: dict[str, npt.NDArray[np.bool_]] = {}
        for name in self._selections():
            passed[name] = self._cut(name, scope, batch.weights, weights)
        for name, feature in self.card.features.items():
            selection = feature.selection or NO_SELECTION
            self._features(name, feature, scope, objects, weights, passed[selection], selection)

    def table(self, features: str) -> FeatureTable:
        """All events kept so far for a feature set."""
        chunks = self._chunks[features]
        width = len(self.card.features[features].vars) * self._size(self.card.features[features])
        values = np.concatenate(chunks.values) if chunks.values else np.zeros((0, width))
        weights = np.concatenate(chunks.weights) if chunks.weights else np.zeros(0)
        momenta = np.concatenate(chunks.momenta) if chunks.momenta else None
        constant = tuple(next(iter(ids)) if len(ids) == 1 else None for ids in chunks.pdg_ids)
        return FeatureTable(values, weights, momenta, constant)

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
        self, name: str, scope: Mapping[str, Any], raw_weights: FloatArray, weights: FloatArray
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
            verdict = evaluate(parse_expression(cut.cut), scope)
            np.logical_and(passed, _one_per_event(verdict, len(weights), cut.cut), out=passed)
            flow.add(cut.name, cut.cut, weights[passed])
        return passed

    def _features(
        self,
        name: str,
        feature: FeatureCard,
        scope: Mapping[str, Any],
        objects: Mapping[str, ak.Array],
        weights: FloatArray,
        passed: npt.NDArray[np.bool_],
        selection: str,
    ) -> None:
        """Append the features of the events that passed and are complete."""
        chunks = self._chunks[name]
        if feature.object:
            values, complete, momenta, ids = _object_features(
                objects[feature.object], feature.vars, self._size(feature)
            )
            need = f"{self._size(feature)} {feature.object}, finite {', '.join(feature.vars)}"
        else:
            columns = [_numbers(evaluate(parse_expression(v), scope), len(weights), v) for v in feature.vars]
            values = np.stack(columns, axis=1)
            complete, momenta, ids = np.all(np.isfinite(values), axis=1), None, None
            need = f"finite {', '.join(feature.vars)}"
        keep = passed & complete
        self.cutflows[selection].add(f"features {name}", need, weights[keep])
        chunks.values.append(values[keep])
        chunks.weights.append(weights[keep])
        if momenta is not None:
            chunks.momenta.append(momenta[keep])
        if ids is not None:
            seen = [{int(i) for i in np.unique(column)} for column in ids[keep].T]
            chunks.pdg_ids = [a | b for a, b in zip(chunks.pdg_ids or [set()] * len(seen), seen, strict=True)]


def _one_per_event(verdict: Any, n_events: int, cut: str) -> npt.NDArray[np.bool_]:
    """A cut's verdict as bools; a missing object (None) does not pass."""
    return _per_event(verdict, n_events, cut, False).astype(bool)


def _numbers(value: Any, n_events: int, text: str) -> FloatArray:
    """A feature's values as floats; a missing object gives NaN."""
    return _per_event(value, n_events, text, np.nan).astype(np.float64)


def _per_event(value: Any, n_events: int, text: str, missing: Any) -> npt.NDArray[Any]:
    array = ak.Array(value) if isinstance(value, ak.Array | np.ndarray) else None
    if array is None:  # a constant expression holds for every event alike
        return np.full(n_events, value)
    if array.ndim != 1 or ak.fields(array):
        raise CardError(
            f'"{text}" gives several values per event',
            hint="say which: any(...), all(...), count(...), sum(...) or an index as in muons[0]",
        )
    return np.asarray(ak.to_numpy(ak.fill_none(array, missing)))


def _object_features(
    members: ak.Array, variables: tuple[str, ...], take: int
) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray, npt.NDArray[np.int64] | None]:
    """Values (N, P*V), completeness (N,), momenta (N, P, 4), PDG numbers (N, P) or None."""
    enough = ak.to_numpy(ak.num(members, axis=1)) >= take
    front = ak.mask(members, enough)[:, :take]

    def regular(column: Any, blank: float) -> npt.NDArray[Any]:
        filled = ak.fill_none(column, [blank] * take, axis=0)
        return np.asarray(ak.to_numpy(ak.to_regular(filled, axis=1))).reshape(-1, take)

    columns = []
    for variable in variables:
        expression = parse_expression(variable)
        value = evaluate(expression, object_scope(front, expression.names))
        columns.append(regular(value, np.nan).astype(np.float64))
    values = np.stack(columns, axis=2).reshape(len(enough), -1)
    momenta = np.stack([regular(getattr(front, c), np.nan) for c in ("E", "px", "py", "pz")], axis=2)
    ids = regular(front["pdgId"], 0).astype(np.int64) if "pdgId" in ak.fields(front) else None
    complete = enough & np.isfinite(values).all(axis=1)
    return values, complete, momenta.astype(np.float64), ids
