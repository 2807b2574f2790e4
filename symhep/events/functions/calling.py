"""Calls a function of the event with what an expression gives, and checks what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.events.axes import EVENTS, Axis, Rows, Value
from symhep.events.card_function import CardFunction

__all__ = ["call"]

BoolArray = npt.NDArray[np.bool_]


def call(name: str, function: CardFunction, values: Sequence[Value], rows: Rows) -> Value:
    """What ``function`` gives for the arguments ``values``; for these ``rows`` if it works vector by vector.

    None where an argument is missing. Raises `CardError` for arguments that it cannot take, and for what is not one
    number per event, or for each member of one of its objects.
    """
    assert callable(function.function)
    if all(value.constant for value in values):
        raise CardError(f"{name} needs objects as arguments, as in {name}(jets), not only numbers")
    if function.elementwise:
        arguments = [value.on(rows) for value in values]
    else:
        for value in values:
            if not (value.rows is EVENTS or isinstance(value.rows, Axis)):
                raise CardError(
                    f"{name} needs objects or single members as arguments, not pairs of {value.rows.name}"
                )
        arguments = [value.nested() for value in values]
    size = next(len(a) for a in arguments if isinstance(a, ak.Array))
    there = _there(arguments, size)
    given = [a[there] if isinstance(a, ak.Array) else a for a in arguments]
    # Nothing is missing in what is left: the type shall say so, too.
    given = [ak.drop_none(a, axis=0) if isinstance(a, ak.Array) else a for a in given]
    found = _numbers(name, function.function(*given))
    many = int(there.sum())
    if found.ndim == 1 and len(found) == many:
        return Value(_spread(found, there), rows if function.elementwise else EVENTS)
    if found.ndim == 2 and len(found) == many and not function.elementwise:
        counts = ak.to_numpy(ak.num(found, axis=1))
        for value in values:
            if isinstance(value.rows, Axis) and np.array_equal(value.rows.counts[there], counts):
                return Value(_spread(ak.flatten(found, axis=1), there[value.rows.events]), value.rows)
    shape = " x ".join([str(len(found)), *(["some"] * (found.ndim - 1))])
    what = "entry" if function.elementwise else "event"
    raise CardError(
        f"{name} gave {shape} values instead of one per {what} ({many})",
        hint="it receives arrays with one entry per event and must return an array of numbers of the same "
        "length; see docs/howto/own_functions.md",
    )


def _there(arguments: Sequence[Any], size: int) -> BoolArray:
    """(size,) where no argument is missing."""
    there = np.ones(size, dtype=bool)
    for argument in arguments:
        if isinstance(argument, ak.Array):
            layout = ak.to_layout(argument)
            if layout.is_option:
                there &= np.asarray(layout.mask_as_bool(valid_when=True))
    return there


def _numbers(name: str, found: Any) -> ak.Array:
    """What a function gave as an array of numbers."""
    try:
        if isinstance(found, ak.Array):
            array = ak.from_regular(found, axis=None)
        else:
            plain = np.asarray(found)
            array = ak.from_regular(ak.Array(plain), axis=None) if plain.ndim else None
        flat = None if array is None else ak.to_numpy(ak.drop_none(ak.flatten(array, axis=None)))
    except Exception as error:  # whatever awkward makes of what third-party code gave
        raise CardError(f"{name} must return an array of numbers, not {type(found).__name__}") from error
    if array is None or flat is None or ak.fields(array) or (flat.size and flat.dtype.kind not in "biuf"):
        raise CardError(f"{name} must return an array of numbers, not {type(found).__name__}")
    return array


def _spread(found: ak.Array, there: BoolArray) -> ak.Array:
    """``found`` at the places that are ``there``, None at the others."""
    if there.all():
        return found
    places = np.where(there, np.cumsum(there) - 1, -1).astype(np.int64)
    return ak.Array(ak.contents.IndexedOptionArray.simplified(ak.index.Index64(places), ak.to_layout(found)))
