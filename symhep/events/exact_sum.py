"""Sums without rounding, so that chunks, files and workers may come in any order."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["ExactSum"]

#: Every finite double is a whole multiple of 2^-1074, the smallest one.
UNITS = 2**1074
#: Numbers of 53 bits are added up in two halves, far from the end of 64 bits.
HALF = 26


class ExactSum:
    """The sum of all numbers added so far, rounded once when it is asked for.

    >>> total = ExactSum()
    >>> total.add(np.array([0.1, 1e16, 0.2]))
    >>> total.add(np.array([-1e16]))
    >>> float(total)
    0.30000000000000004
    """

    def __init__(self) -> None:
        self._units, self._infinite = 0, 0.0

    def add(self, values: npt.ArrayLike) -> None:
        """Add numbers of any shape. Infinity and NaN make the sum what they make any sum."""
        v = np.asarray(values, dtype=np.float64).ravel()
        finite = np.isfinite(v)
        if not finite.all():
            self._infinite += float(v[~finite].sum())
            v = v[finite]
        mantissas, exponents = np.frexp(v)
        whole = (mantissas * 2.0**53).astype(np.int64)
        for exponent in np.unique(exponents):
            some = whole[exponents == exponent]
            total = (int((some >> HALF).sum()) << HALF) + int((some & (2**HALF - 1)).sum())
            shift = int(exponent) - 53 + 1074
            # Subnormal numbers end in as many zeros as are cut off here.
            self._units += total << shift if shift >= 0 else total >> -shift

    def __eq__(self, other: object) -> bool:
        """Equal sums, exactly."""
        if not isinstance(other, ExactSum):
            return NotImplemented
        return (self._units, self._infinite) == (other._units, other._infinite)

    __hash__ = None  # type: ignore[assignment]

    def __float__(self) -> float:
        """The double that is nearest to the sum."""
        if self._infinite != 0:
            return self._infinite
        try:
            return self._units / UNITS
        except OverflowError:
            return math.inf if self._units > 0 else -math.inf
