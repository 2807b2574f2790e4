"""What the files of a dataset gave under its systematic variations: feature tables, and yields of the cutflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symhep.card.variations import VariationCard
from symhep.events.alternatives import Alternatives, alternative_key
from symhep.events.table import FeatureTable
from symhep.events.varied_tables import VariedTables
from symhep.stats.variations import Rule

__all__ = ["varied_tables", "varied_yields", "with_yields"]

#: Selection -> row of the cutflow -> variation -> alternative -> sum of weights.
Yields = dict[str, dict[str, dict[str, dict[str, float]]]]


def rule_of(variation: VariationCard) -> Rule:
    """How the alternatives of a variation combine."""
    return variation.combine or "up_down"


def varied_tables(
    variations: Mapping[str, VariationCard],
    joined: FeatureTable,
    nominal: FeatureTable,
    changed: Mapping[str, FeatureTable],
) -> dict[str, VariedTables]:
    """The tables of a feature set under each variation.

    Parameters
    ----------
    joined, nominal
        The nominal table with and without the other weights.
    changed
        `alternative_key` -> table, of alternatives by object that change it and of those by file; other alternatives by
        object leave it as it is.
    """
    column = {name: i for i, name in enumerate(Alternatives.of(variations).weights)}
    found = {}
    for name, variation in variations.items():
        tables = {
            key: changed.get(alternative_key(name, key), nominal)
            if a.weights is None
            else nominal.with_weights(joined.other_weights(column[a.weights]))
            for key, a in variation.alternatives.items()
        }
        others = frozenset(key for key, a in variation.alternatives.items() if a.files)
        found[name] = VariedTables(rule_of(variation), variation.confidence, tables, others)
    return found


def varied_yields(
    variations: Mapping[str, VariationCard],
    parts: Sequence[Mapping[str, Any]],
    factor: float,
    others: Mapping[str, Mapping[str, list[dict[str, Any]]]],
) -> Yields:
    """Sums of weights of the rows of the cutflow under each alternative that changes them.

    ``others``: `alternative_key` -> the cutflow of its files, scaled.
    """
    column = {name: i for i, name in enumerate(Alternatives.of(variations).weights)}
    found: Yields = {}

    def add(selection: str, row: str, variation: str, key: str, weight: float) -> None:
        own = found.setdefault(selection, {}).setdefault(row, {}).setdefault(variation, {})
        own[key] = own.get(key, 0.0) + weight

    for name, variation in variations.items():
        for key, a in variation.alternatives.items():
            full = alternative_key(name, key)
            for selection, flow in others.get(full, {}).items():
                for line in flow:
                    add(selection, line["name"], name, key, line["weighted"])
            for part in parts:
                if a.weights is not None:
                    for selection, rows in part["yields"].items():
                        for row, sums in rows.items():
                            add(selection, row, name, key, factor * sums[column[a.weights]])
                for selection, changed in part["varied"].get(full, {"yields": {}})["yields"].items():
                    for row, total in changed.items():
                        add(selection, row, name, key, factor * total)
    return found


def with_yields(
    selections: Mapping[str, list[dict[str, Any]]], variations: Mapping[str, VariationCard], yields: Yields
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a dataset's cutflow with their weighted numbers of events under each variation."""
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
    for name, variation in variations.items():
        # What an alternative does not touch is as it is.
        values = {key: yields.get(name, {}).get(key, nominal) for key in variation.names}
        down, up = combined(
            rule_of(variation), nominal, np.array(list(values.values())), variation.confidence
        )
        found[name] = {"down": float(down), "up": float(up), "alternatives": values}
    return found
