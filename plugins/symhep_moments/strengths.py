"""The size of a breaking as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["strength_text", "visible_text"]


def strength_text(strength: Mapping[str, Any], interval: bool = True) -> str:
    """A value with its interval and unit; fractions, whose unit is '', in per cent.

    >>> strength_text({"value": 0.101, "low": 0.081, "high": 0.1215, "unit": ""})
    '10.1 % [8.1, 12.2]'
    >>> strength_text({"value": 0.004, "low": 0.0035, "high": None, "unit": "per GeV"}, interval=False)
    '0.004 per GeV'
    """
    factor, unit = (100, "%") if strength["unit"] == "" else (1, strength["unit"])
    value, low, high = (
        "?" if number is None else f"{factor * number:.3g}"
        for number in (strength["value"], strength.get("low"), strength.get("high"))
    )
    return f"{value} {unit} [{low}, {high}]" if interval else f"{value} {unit}"


def visible_text(candidate: Mapping[str, Any]) -> str:
    """The smallest breaking that would have been seen, in the unit of the candidate's strength."""
    return strength_text({**candidate["strength"], "value": candidate["smallest_visible"]}, interval=False)
