"""How far the generators are from the algebra named in the card, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.number import Number
from symhep.methods.result import Statement
from symhep_oracle.fit.record import CompareRecord
from symhep_oracle.record import OracleRecord

__all__ = ["comparison"]

#: Below this relative singular value of the next field, rounding is amplified enough to be explained.
AMPLIFIED = 1e-4
#: Errors below this are rounding.
EXACT = 1e-12


def comparison(record: OracleRecord) -> Iterator[Statement]:
    """Principal angles and distance; where rounding explains them, that they are rounding."""
    if (c := record.compare) is None:
        return
    dimension = record.algebra.dimension
    largest = max(c.principal_angles, default=0.0)
    equal = bool(dimension) and largest <= c.rounding
    if equal and dimension == c.dimension:
        span = "generator spans" if dimension == 1 else f"{dimension} generators span"
        text = (
            f"The {span} {c.name}, exactly up to rounding: the largest principal angle is {largest:.1g} rad."
        )
    else:
        text = _distance(c, dimension, equal)
    following = min(record.spectrum.values[dimension + len(record.support.spurious) :], default=1.0)
    if equal and following < AMPLIFIED:
        near = (
            "light particles lie close to the light cone"
            if record.vectors.minkowski
            else "the events lie near a surface"
        )
        text += (
            f" Rounding errors are amplified to {c.rounding:.1g} rad by the smallest non-zero "
            f"singular value, {following:.1g}: {near}. This is not a breaking of the symmetry."
        )
    yield Statement(text, c.to_json(), "generators" if dimension else "spectrum")


def _distance(c: CompareRecord, dimension: int, equal: bool) -> str:
    text = (
        f"The Grassmann distance of the {'generator' if dimension == 1 else f'{dimension} generators'} to "
        f"{c.name} "
        f"({c.dimension}) is "
        f"{_measured(c.distance, max(c.rounding, EXACT))}"
    )
    angles = ", ".join(f"{a:.2g}" for a in c.principal_angles[:10])
    if equal:
        text += ", entirely due to the difference in dimension: the principal angles vanish within rounding."
    else:
        text += f" (principal angles {angles} rad)." if angles else "."
    if dimension > c.dimension:
        outside = c.largest_angle_outside.value or 0.0
        text += (
            f" {c.name} is contained in their "
            f"span{'' if outside <= c.rounding else f' up to {outside:.2g} rad'}."
        )
    return text


def _measured(number: Number, rounding: float) -> str:
    """The number, with its error where that is more than rounding."""
    return number.text() if (number.error or 0.0) > rounding else f"{number.value or 0.0:.3g}"
