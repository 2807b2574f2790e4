"""The entries of a generator that are not zero within errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.number import Number
from symhep_oracle.record import Entry

__all__ = ["entries_of"]

#: Entries of one generator that the record lists.
LISTED = 16
#: Errors below this are rounding.
EXACT = 1e-9


def entries_of(matrix: npt.NDArray[Any], errors: npt.NDArray[Any]) -> dict[str, Any]:
    """``entries`` and ``entries_more`` of a matrix (d, d), by row, for a record.

    An entry is there if it differs from zero by three errors. Of a complex one the larger part is given.

    >>> found = entries_of(np.array([[0.0, -1.0], [1.0, 0.001]]), np.full((2, 2), 0.01))
    >>> [(e.row, e.column, e.coefficient.text()) for e in found["entries"]]
    [(1, 2, '-1.000 ± 0.010'), (2, 1, '1.000 ± 0.010')]
    """
    cutoff = np.maximum(3 * np.abs(errors), EXACT * np.abs(matrix).max(initial=0.0))
    places = np.argwhere(np.abs(matrix) > cutoff).tolist()
    entries = [_entry(i, j, matrix[i, j], abs(errors[i, j])) for i, j in places[:LISTED]]
    return {"entries": entries, "entries_more": max(len(places) - LISTED, 0)}


def _entry(row: int, column: int, value: complex, error: float) -> Entry:
    imaginary = abs(value.imag) > abs(value.real)
    number = float(value.imag if imaginary else value.real)
    return Entry(
        row=row + 1,
        column=column + 1,
        imaginary=imaginary,
        coefficient=Number(value=number, method="exact up to rounding")
        if error < EXACT
        else Number.with_error(number, float(error)),
    )
