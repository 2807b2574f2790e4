"""What the files of a dataset gave under its systematic variations: feature tables, and yields of the cutflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symhep.card.variations import VariationCard
from symhep.events.alternatives import Alternatives
from symhep.events.table import FeatureTable
from symhep.events.varied_tables import VariedTables
from symhep.stats.variations import Rule

__all__ = ["varied_by_weight", "varied_yields", "with_yields"]

#: Selection -> row of the cutflow -> variation -> alternative -> sum of weights.
Yields = dict[str, dict[str, dict[str, dict[str, float]]]]


def rule_of(variation: VariationCard) -> Rule:
    """How the alternatives of a variation combine."""
    return variation.combine or "up_down"


def varied_by_weight(
    variations: Mapping[str, VariationCard], joined: FeatureTable, nominal: FeatureTable
) -> dict[str, VariedTables]:
    """Variation -> the ``nominal`` table with the other weights of ``joined``."""
    column = {name: i for i, name in enumerate(Alternatives.of(variations).weights)}
    found = {}
    for name, variation in variations.items():
        tables = {
            key: nominal.with_weights(joined.other_weights(column[a.weights]))
            for key, a in variation.alternatives.items()
            if a.weights is not None
        }
        found[name] = VariedTables(rule_of(variation), variation.confidence, tables)
    return found


def varied_yields(
    variations: Mapping[str, VariationCard], parts: Sequence[Mapping[str, Any]], factor: float
) -> Yields:
    """Sums of weights of the rows of the cutflow under each alternative by weight, of all files."""
    column = {name: i for i, name in enumerate(Alternatives.of(variations).weights)}
    found: Yields = {}
    for part in parts:
        for selection, rows in part["yields"].items():
            for row, sums in rows.items():
                own = found.setdefault(selection, {}).setdefault(row, {})
                for name, variation in variations.items():
                    for key, a in variation.alternatives.items():
                        if a.weights is not None:
                            given = own.setdefault(name, {})
                            given[key] = given.get(key, 0.0) + factor * sums[column[a.weights]]
    return found


def with_yields(
    selections: Mapping[str, list[dict[str, Any]]], variations: Mapping[str, VariationCard], yields: Yields
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a dataset's cutflow with their weighted numbers of events under each variation, if it has any."""
    if not variations:
        return dict(selections)
    return {
        selection: [
            row | {"variations": _row(row["weighted"], variations, yields.get(selection, {}).get(row["name"], {}))}
            for row in rows
        ]
        for selection, rows in selections.items()
    }  # fmt: skip


def _row(
    nominal: float, variations: Mapping[str, VariationCard], yields: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """Variation -> the weighted numbers of its alternatives, and what they are an uncertainty of: down, up >= 0."""
    from symhep.stats.variations import combined

    found = {}
    for name, alternatives in yields.items():
        variation = variations[name]
        values = [alternatives[key] for key in variation.names]
        down, up = combined(rule_of(variation), nominal, np.array(values), variation.confidence)
        found[name] = {"down": float(down), "up": float(up), "alternatives": dict(alternatives)}
    return found
