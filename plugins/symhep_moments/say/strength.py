"""The size of a breaking as text."""

from __future__ import annotations

from symhep.hypotheses.discrete.table import per_cent
from symhep.methods.number import Number
from symhep_moments.record import Candidate

__all__ = ["EPSILON", "is_broken", "strength_text", "visible_text"]

#: What a modulation in per cent means.
EPSILON = (
    "epsilon is sqrt(2) times the rms relative deviation of the density from its average over the rotation, the "
    "epsilon of 1 + epsilon cos(m phi); densities with narrow peaks exceed 100 %"
)


def is_broken(candidate: Candidate) -> bool:
    """Is its test rejected, adjusted, and does the interval of its strength exclude zero?"""
    strength = candidate.size
    return bool(candidate.rejected) and strength is not None and (strength.low or 0.0) > 0.0


def strength_text(strength: Number, interval: bool = True) -> str:
    """A value with its interval and unit; fractions, whose unit is '', in per cent.

    >>> strength_text(Number(value=0.101, low=0.081, high=0.1215))
    '10.1 % [8.1, 12.2]'
    >>> strength_text(Number(value=1262.0, unit="per GeV"), interval=False)  # three digits, no power of ten
    '1260 per GeV'
    """
    shown, unit = (strength, strength.unit) if strength.unit else (per_cent(strength), "%")
    assert shown is not None
    value, low, high = ("?" if end is None else _plain(end) for end in (shown.value, shown.low, shown.high))
    return f"{value} {unit} [{low}, {high}]" if interval else f"{value} {unit}"


def visible_text(candidate: Candidate) -> str:
    """The smallest breaking that would be detected, in the unit of the candidate's strength."""
    unit = "" if candidate.size is None else candidate.size.unit
    return strength_text(Number(value=candidate.smallest_visible, unit=unit), interval=False)


def _plain(number: float) -> str:
    """Three digits."""
    return f"{float(f'{number:.3g}'):g}"
