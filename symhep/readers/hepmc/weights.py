"""The weights of HepMC events by name; the first one is the nominal weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["names_of", "weight_table"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def names_of(declared: Sequence[str], count: int) -> tuple[str, ...]:
    """Names of ``count`` weights: those declared; the position where there is none, or where it stood before.

    Raises ValueError where other than ``count`` names are declared.

    >>> names_of((), 2), names_of(("Default", "Default"), 2)
    (('weights[0]', 'weights[1]'), ('Default', 'weights[1]'))
    """
    if declared and len(declared) != count:
        raise ValueError(f"the event has {count} weights, but {len(declared)} names of weights are declared")
    found: dict[str, None] = {}
    for i in range(count):
        name = declared[i].strip() if declared else ""
        found[name if name and name not in found else f"weights[{i}]"] = None
    return tuple(found)


def weight_table(
    declared: Sequence[tuple[str, ...]], values: FloatArray, counts: IntArray
) -> tuple[dict[str, int], FloatArray]:
    """The weights of N events as a table.

    Parameters
    ----------
    declared
        The declared names of each event's weights, (N,); often the same for all.
    values, counts
        All weights, and how many each event has, (N,).

    Returns
    -------
    (dict, array)
        Column of each name, and the (N, columns) values: NaN where an event has no such weight.
    """
    column: dict[str, int] = {}
    layouts: dict[tuple[tuple[str, ...], int], IntArray] = {}
    places = []
    for names, count in zip(declared, counts.tolist(), strict=True):
        if (names, count) not in layouts:
            found = names_of(names, count) if count else ()
            layouts[names, count] = np.array(
                [column.setdefault(n, len(column)) for n in found], dtype=np.int64
            )
        places.append(layouts[names, count])
    table = np.full((len(counts), len(column)), np.nan)
    if places and len(values):
        table[np.repeat(np.arange(len(counts)), counts), np.concatenate(places)] = values
    return column, table
