"""Numbers of a summary in sentences."""

from __future__ import annotations

import math

__all__ = ["elements_text", "with_error"]


def with_error(value: float, error: float | None) -> str:
    """A value to the digits that its error allows, the error in units of the last one.

    >>> with_error(0.00512, 0.00013), with_error(1.3863, 0.0021), with_error(0.35, None), with_error(12.0, 3.4)
    ('0.00512(13)', '1.386(2)', '0.35', '12(3)')
    """
    if error is None or not error > 0 or not math.isfinite(error):
        return f"{value:.3g}"
    digits = -math.floor(math.log10(error))
    if error * 10**digits < 1.95:
        digits += 1
    if digits <= 0:
        return f"{value:.0f}({error:.0f})"
    return f"{value:.{digits}f}({round(error * 10**digits)})"


def elements_text(number: int) -> str:
    """'1 element', '12 elements'.

    >>> elements_text(1), elements_text(1200)
    ('1 element', '1,200 elements')
    """
    return f"{number:,} element{'' if number == 1 else 's'}"
