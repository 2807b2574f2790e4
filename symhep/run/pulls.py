"""How far two numbers are apart, in errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, cast

from symhep.methods.number import Number

if TYPE_CHECKING:
    from symhep.methods.varied import ShiftRow, VariationRow, VariationsRecord
    from symhep.stats.variations import Rule

__all__ = ["Shifts", "global_p", "local_p", "pull_of", "shifts_of", "sigma"]

#: Of one number: variation -> how it is combined, and what its alternatives give.
Shifts = Mapping[str, "tuple[VariationRow, ShiftRow]"]


def sigma(number: Number, upwards: bool) -> float | None:
    """One standard error to one side, from an interval of any level as if it were Gaussian; None: no such side, or 0.

    >>> sigma(Number(value=1.0, low=0.5, high=2.0, level=0.6827), True)
    1.0
    >>> round(sigma(Number(value=0.0, low=-1.96, high=1.96, level=0.95), False), 3)
    1.0
    """
    end = number.high if upwards else number.low
    if number.value is None or end is None or number.level is None or not 0 < number.level < 1:
        return None
    half = abs(end - number.value)
    scale = 1.0 if number.level == 0.6827 else NormalDist().inv_cdf((1 + number.level) / 2)
    return half / scale if half > 0 else None


def pull_of(
    first: Number, other: Number, shifts: Shifts, other_shifts: Shifts
) -> tuple[float | None, float | None]:
    """The pull of independent numbers by statistical errors alone, and with systematic ones.

    A variation of one name, rule and set of alternatives shifts both numbers together: its uncertainty of the
    difference is that of the differences under each alternative. Others are independent.

    >>> pull_of(Number.with_error(1.0, 3.0), Number.with_error(6.0, 4.0), {}, {})
    (1.0, 1.0)
    """
    if first.value is None or other.value is None:
        return None, None
    difference = other.value - first.value
    rising = difference >= 0
    errors = [sigma(first, rising), sigma(other, not rising)]
    if None in errors or first.unit != other.unit:
        return None, None
    statistical = math.hypot(*cast("list[float]", errors))
    systematic = _systematic(first.value, other.value, shifts, other_shifts, rising)
    return difference / statistical, difference / math.hypot(statistical, systematic)


def _systematic(first: float, other: float, one: Shifts, two: Shifts, rising: bool) -> float:
    """Of the difference, on the side that faces zero."""
    from symhep.stats.variations import combined

    parts = []
    for name in {**one, **two}:
        if name in one and name in two and _one_source(one[name], two[name]):
            row, shift = one[name]
            values = zip(shift.values, two[name][1].values, strict=True)
            differences = [b - a for a, b in values if a is not None and b is not None]
            if len(differences) == len(shift.values):
                down, up = combined(cast("Rule", row.rule), other - first, differences, row.confidence)
                parts.append(float(down if rising else up))
                continue
        # A number that should come down does so by its own uncertainty downwards.
        parts += [one[name][1].up if rising else one[name][1].down] if name in one else []
        parts += [two[name][1].down if rising else two[name][1].up] if name in two else []
    return math.hypot(*parts)


def _one_source(one: tuple[Any, ShiftRow], two: tuple[Any, ShiftRow]) -> bool:
    a, b = one[0], two[0]
    return (a.rule, a.alternatives, a.confidence) == (b.rule, b.alternatives, b.confidence)


def shifts_of(variations: VariationsRecord | None) -> dict[str, Shifts]:
    """Key of an answer -> what each variation does to it."""
    if variations is None:
        return {}
    rows = {row.name: row for row in variations.variations}
    return {
        answer.key: {s.variation: (rows[s.variation], s) for s in answer.shifts if s.variation in rows}
        for answer in variations.answers
    }


def local_p(pull: float) -> float:
    """2 Phi(-|pull|).

    >>> round(local_p(3.0), 5)
    0.0027
    """
    return math.erfc(abs(pull) / math.sqrt(2))


def global_p(pull: float, number: int) -> float:
    """Probability that the largest of so many independent pulls is at least as large: 1 - (1 - p)^n (Sidak 1967).

    >>> round(global_p(3.0, 200), 2)
    0.42
    """
    p = local_p(pull)
    return 1.0 if p >= 1 else -math.expm1(number * math.log1p(-p))
