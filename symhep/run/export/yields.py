"""Systematic uncertainties of a row of a cutflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symhep.card.schema import VariationCard

__all__ = ["yield_shifts"]


def yield_shifts(
    row: Mapping[str, Any], variations: Mapping[str, VariationCard]
) -> list[tuple[str, float, float]]:
    """'sys,NAME' and the uncertainties downwards and upwards of the weighted events, for each variation of its dataset.

    >>> row = {"weighted": 10.0, "variations": {"jes": {"alternatives": {"up": 11.0, "down": 9.5}}}}
    >>> jes = VariationCard(up={"files": ["a"]}, down={"files": ["b"]})
    >>> yield_shifts(row, {"jes": jes})
    [('sys,jes', 0.5, 1.0)]
    """
    from symhep.stats.variations import combined

    found = []
    for name, told in (row.get("variations") or {}).items():
        values = list((told.get("alternatives") or {}).values())
        card = variations.get(name)
        if card is None or not values:
            continue
        down, up = combined(card.combine or "up_down", row["weighted"], values, card.confidence)
        found.append((f"sys,{name}", float(down), float(up)))
    return found
