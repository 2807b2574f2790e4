"""From feature tables of several datasets to the one `Dataset` a method gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from symhep.card.schema import RunCard
from symhep.errors import CardError, MethodError
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.naming import expression_unit, feature_columns
from symhep.events.select import FeatureTable

__all__ = ["LARGEST", "assemble", "check_cross_sections"]

#: Numbers beyond this have no square in double precision.
LARGEST = 1e150


def check_cross_sections(card: RunCard, names: Iterable[str]) -> None:
    """Either all of the datasets ``names`` have an ``xsec_pb`` or none, else their ratio would mean nothing.

    Raises `CardError` with the names of those that lack it.
    """
    datasets = tuple(names)
    lacking = [name for name in datasets if card.datasets[name].xsec_pb is None]
    if lacking and len(lacking) < len(datasets):
        raise CardError(
            f"datasets {', '.join(lacking)} have no xsec_pb while others have",
            hint="give it for all, or for none",
        )


def assemble(card: RunCard, features: str, tables: Mapping[str, FeatureTable]) -> Dataset:
    """Join ``tables`` (dataset name -> table) and fit the scaling.

    The weights must already be scaled to the cross-sections, see `check_cross_sections`. Raises `MethodError` if all
    weights are 0, or if squares of weights or values could not be summed.
    """
    check_cross_sections(card, tables)
    feature = card.features[features]
    joined = list(tables.values())
    for name, table in tables.items():
        _require_numbers(name, features, table)
    values = np.concatenate([t.values for t in joined])
    weights = np.concatenate([t.weights for t in joined])
    # A dataset without events knows no momenta, and takes nobody else's away.
    full = [t for t in joined if len(t)] or joined[:1]
    momenta = [t.momenta for t in full if t.momenta is not None]
    if len(weights) and not weights.any():
        raise MethodError(
            f"all {len(weights)} events of '{features}' have weight 0, so that none counts; choose another weight with "
            "weights.branch, or none"
        )
    labels = np.repeat(np.arange(len(joined)), [len(t) for t in joined])
    columns = _columns(card, features, joined)
    return Dataset(
        features,
        values,
        columns,
        weights,
        Scaler.fit(values, feature.scaling, weights),
        np.concatenate(momenta) if len(momenta) == len(full) else None,
        tuple(dict.fromkeys(c.particle for c in columns if c.particle)),
        labels,
        tuple(tables),
    )


def _require_numbers(dataset: str, features: str, table: FeatureTable) -> None:
    """Raise `MethodError` for weights and values whose squares are no numbers any more."""
    largest = float(np.abs(table.weights).max(initial=0.0))
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        size = "large" if largest > LARGEST else "small"
        raise MethodError(
            f"the weights of dataset '{dataset}' are as {size} as {largest:.3g}, and their squares cannot be summed; "
            "choose another weight with weights.branch, or none"
        )
    largest = float(np.abs(table.values).max(initial=0.0))
    if largest > LARGEST:
        raise MethodError(
            f"'{features}' of dataset '{dataset}' has values of {largest:.3g}, whose squares cannot be summed; "
            "cut them away in a selection"
        )


def _columns(card: RunCard, features: str, tables: list[FeatureTable]) -> tuple[Column, ...]:
    feature = card.features[features]
    if feature.object is None:
        return tuple(Column(v, expression_unit(v), _math_name(v)) for v in feature.vars)
    take = card.objects[feature.object].take or 0
    positions = []
    for index in range(take):
        ids = {t.pdg_ids[index] if t.pdg_ids else None for t in tables if len(t)}
        constant = next(iter(ids)) if len(ids) == 1 else None
        positions.append((constant, feature.object if take == 1 else f"{feature.object}[{index}]"))
    return feature_columns(feature.vars, positions)


def _math_name(name: str) -> str:
    """'x1' reads as $x_1$ on an axis; an expression stays as it is written.

    >>> _math_name("x12"), _math_name("HT > 3")
    ('$x_{12}$', 'HT > 3')
    """
    head = name.rstrip("0123456789")
    return f"${head}_{{{name[len(head) :]}}}$" if len(head) == 1 and head != name else name
