"""Numbers per event: tables of features from arrays, columns and data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.arrays.plain import FORMS, FloatArray, from_library, plain_numbers, shape_text
from symhep.errors import CardError, InputError, nearest
from symhep.methods.enumeration import plural, several

__all__ = ["Features", "column_names", "features_of", "numbers_of_events"]


@dataclass(frozen=True)
class Features:
    """(N, F) finite numbers and their names."""

    values: FloatArray
    names: tuple[str, ...]


def column_names(x: Any) -> tuple[str, ...]:
    """Names of the columns of a data frame, a table or a mapping of columns; () for a bare array.

    >>> column_names({"a": [1.0], "b": [2.0]}), column_names(np.zeros((2, 2)))
    (('a', 'b'), ())
    """
    if isinstance(x, Mapping):
        return tuple(map(str, x))
    if isinstance(x, ak.Array):
        return tuple(ak.fields(x))
    if (names := getattr(getattr(x, "dtype", None), "names", None)) is not None:
        return tuple(names)
    if from_library(x) == "pyarrow":
        return tuple(x.column_names)
    columns = getattr(x, "columns", None)
    return () if columns is None or from_library(x) == "numpy" else tuple(map(str, columns))


def column(x: Any, name: str) -> Any:
    """A column of what `column_names` knows."""
    if from_library(x) == "pandas":
        return x.iloc[:, column_names(x).index(name)].to_numpy()
    found = x[name]
    return found.to_numpy() if hasattr(found, "to_numpy") and not isinstance(found, ak.Array) else found


def features_of(x: Any, names: Sequence[str] | None = None, without: Sequence[str] = ()) -> Features:
    """The features of ``x``: (N, F) numbers of any array, a mapping of columns, a data frame, a table.

    Parameters
    ----------
    names
        Names of the features of a bare array, or which columns are taken.
    without
        Columns that serve for something else, such as weights.

    Raises `CardError` for shapes, names and text, and `InputError` for NaN and infinity, with the row.
    """
    there = column_names(x)
    if there:
        for name in names or ():
            if name not in there:
                raise CardError(f"names: there is no column '{name}'", hint=nearest(name, there))
        taken = tuple(n for n in names or there if n not in without)
        if not taken:
            raise CardError("no columns are left for the features", hint=f"known: {several(there)}")
        columns = [_column(x, name) for name in taken]
        lengths = {len(c) for c in columns}
        if len(lengths) > 1:
            raise CardError(f"columns of {several([str(n) for n in sorted(lengths)])} events are combined")
        values = np.stack(columns, axis=1)
    else:
        values = plain_numbers(x, "the array")
        if values.ndim != 2 or values.shape[1] == 0:
            hint = "for one number per event use x[:, None]" if values.ndim == 1 else FORMS
            raise CardError(f"an array of shape {shape_text(values)} is not a set of events", hint=hint)
        taken = tuple(names or (f"x{i + 1}" for i in range(values.shape[1])))
        if len(taken) != values.shape[1]:
            raise CardError(f"names: {len(taken)} names for {values.shape[1]} features")
    if len(set(taken)) < len(taken):
        raise CardError("names: two features have the same name", hint="give each a different name")
    bad = ~np.isfinite(values)
    if bad.any():
        row, place = np.argwhere(bad)[0]
        raise InputError(
            f"'{taken[place]}' is {values[row, place]} (as in {plural(int(bad.any(axis=1).sum()), 'event')})",
            event=int(row), hint="drop such events: x[np.isfinite(x).all(axis=1)]",
        )  # fmt: skip
    return Features(values, taken)


def _column(x: Any, name: str) -> FloatArray:
    values = column(x, name)
    if isinstance(values, ak.Array) and ak.any(ak.is_none(values)):
        raise InputError(f"'{name}' is None", event=int(ak.to_numpy(ak.is_none(values)).argmax()))
    try:
        found = plain_numbers(values, f"the column '{name}'")
    except CardError as error:
        others = [n for n in column_names(x) if n != name]
        raise CardError(
            error.message,
            hint=f"select numeric columns with names=[...]; the numeric columns are {several(others)}",
        ) from error
    if found.ndim != 1:
        raise CardError(
            f"the column '{name}' has shape {shape_text(found)}", hint="a column needs one number per event"
        )
    return found


def numbers_of_events(value: Any, what: str, count: int) -> FloatArray:
    """(N,) finite numbers, one for each of ``count`` events. Raises `CardError` and `InputError`.

    >>> numbers_of_events([1, 2, 3], "weights", 2)
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: weights: shape (3,) for 2 events; give one number for each event
    """
    found = plain_numbers(value, what)
    if found.shape != (count,):
        raise CardError(
            f"{what}: shape {shape_text(found)} for {count} events", hint="give one number for each event"
        )
    bad = ~np.isfinite(found)
    if bad.any():
        raise InputError(
            f"{what}: the number is {found[bad][0]}", event=int(bad.argmax()), hint="drop such events"
        )
    return found


def integers_of_events(value: Any, what: str, count: int) -> npt.NDArray[np.int64]:
    """(N,) integers, one for each event."""
    found = numbers_of_events(value, what, count)
    if (found != np.round(found)).any():
        raise CardError(f"{what}: {found[found != np.round(found)][0]} is not an integer")
    return found.astype(np.int64)
