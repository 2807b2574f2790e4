"""Sums of many columns at once in twice the digits of a double, so that chunks and files may come in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["ColumnSums"]

FloatArray = npt.NDArray[np.float64]
#: Numbers.
_AT_ONCE = 16_384


class ColumnSums:
    """Sums of the columns of arrays (N, A), each kept as a pair of doubles whose sum it is.

    Rounding is left out by the error-free sum of two numbers (Knuth, The Art of Computer Programming 2, 4.2.2): what is
    left of it is some 1e-30 of the largest sum of absolute values. `symhep.events.exact_sum.ExactSum` has none, and
    takes a hundred times longer for a hundred columns.

    >>> sums = ColumnSums(2)
    >>> sums.add(np.array([[0.1, 1.0], [1e16, 2.0], [0.2, 3.0]]))
    >>> sums.add(np.array([[-1e16, 0.0]]))
    >>> sums.values.tolist()
    [0.30000000000000004, 6.0]
    """

    def __init__(self, columns: int) -> None:
        self._high, self._low = np.zeros(columns), np.zeros(columns)

    def add(self, values: FloatArray) -> None:
        """Add the rows of (N, A). Infinity and NaN make the sum of their column what they make any sum."""
        # As many rows at a time as the processor's cache holds, one below the other.
        block = max(1, _AT_ONCE // max(1, values.shape[1]))
        many = len(values) // block
        high, low = values[many * block :], np.zeros_like(values[many * block :])
        if many > 1:
            top, bottom = values[:block].copy(), np.zeros((block, values.shape[1]))
            for start in range(block, many * block, block):
                top, error = _two_sum(top, values[start : start + block])
                bottom += error
            high, low = np.concatenate([top, high]), np.concatenate([bottom, low])
        else:
            high, low = values, np.zeros_like(values)
        while len(high) > 1:
            half = len(high) // 2
            top, error = _two_sum(high[:half], high[half : 2 * half])
            bottom = low[:half] + low[half : 2 * half] + error
            if len(high) % 2:
                top, bottom = np.concatenate([top, high[-1:]]), np.concatenate([bottom, low[-1:]])
            high, low = top, bottom
        if len(high):
            self._join(high[0], low[0])

    def merge(self, other: ColumnSums) -> None:
        """Add the sums of others."""
        self._join(other._high, other._low)

    def _join(self, high: FloatArray, low: FloatArray) -> None:
        top, error = _two_sum(self._high, high)
        # Both parts are brought back to size, so that nothing is lost over many chunks.
        self._high, self._low = _two_sum(top, self._low + low + error)

    @property
    def values(self) -> FloatArray:
        """(A,) the sums."""
        return np.asarray(self._high + self._low)


def _two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """a + b as it is rounded, and what the rounding left out."""
    with np.errstate(invalid="ignore"):
        total = a + b
        part = total - a
        rest = (a - (total - part)) + (b - part)
    return total, np.where(np.isfinite(total), rest, 0.0)
