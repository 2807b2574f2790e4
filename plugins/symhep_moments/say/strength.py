"""The size of a breaking as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["per_cent", "strength_text", "told_as_broken", "visible_text"]


def per_cent(value: float, error: float) -> str:
    """A fraction with its error in per cent, both to the error's first digit, never as powers of ten.

    >>> per_cent(0.997, 0.0123), per_cent(0.731, 0.097), per_cent(0.0512, 0.0038)
    ('100 % +- 1 %', '73 % +- 10 %', '5.1 % +- 0.4 %')
    """
    places = max(0, -math.floor(math.log10(100 * error))) if error > 0 else 1
    return f"{100 * value:.{places}f} % +- {100 * error:.{places}f} %"


def told_as_broken(candidate: Mapping[str, Any]) -> bool:
    """Is its test rejected, adjusted, and does the interval of its strength exclude zero?"""
    strength = candidate["strength"]
    return bool(candidate["rejected"]) and strength is not None and (strength["low"] or 0.0) > 0.0


def strength_text(strength: Mapping[str, Any], interval: bool = True) -> str:
    """A value with its interval and unit; fractions, whose unit is '', in per cent.

    >>> strength_text({"value": 0.101, "low": 0.081, "high": 0.1215, "unit": ""})
    '10.1 % [8.1, 12.2]'
    >>> strength_text({"value": 0.004, "low": 0.0035, "high": None, "unit": "per GeV"}, interval=False)
    '0.004 per GeV'
    >>> strength_text({"value": 1262.0, "unit": "per GeV"}, interval=False)  # three digits, no power of ten
    '1260 per GeV'
    """
    factor, unit = (100, "%") if strength["unit"] == "" else (1, strength["unit"])
    value, low, high = (
        "?" if number is None else _plain(factor * number)
        for number in (strength["value"], strength.get("low"), strength.get("high"))
    )
    return f"{value} {unit} [{low}, {high}]" if interval else f"{value} {unit}"


def visible_text(candidate: Mapping[str, Any]) -> str:
    """The smallest breaking that would have been seen, in the unit of the candidate's strength."""
    return strength_text({**candidate["strength"], "value": candidate["smallest_visible"]}, interval=False)


def _plain(number: float) -> str:
    """Three digits."""
    return f"{float(f'{number:.3g}'):g}"
