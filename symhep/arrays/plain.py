"""Numbers of whatever kind of array as numpy arrays of doubles, without a library that is not there already."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import CardError

__all__ = ["FORMS", "FloatArray", "axes_of", "from_library", "plain_numbers", "shape_text"]

FloatArray = npt.NDArray[np.float64]

#: What events may look like.
FORMS = (
    "supported: (N, P, 4) four-momenta (E, px, py, pz), (N, P, 3) three-momenta, (N, P, 2) transverse momenta, "
    "(N, F) features, awkward or vector arrays of momenta, {name: array} of several objects, and data frames"
)


def from_library(value: object) -> str:
    """The package that an array comes from, known without importing it.

    >>> from_library(np.zeros(1)), from_library([1])
    ('numpy', 'builtins')
    """
    return type(value).__module__.partition(".")[0]


def axes_of(value: Any) -> int:
    """How many axes an array has; -1 for what is none, such as nested lists of unequal lengths.

    >>> axes_of([[1, 2]]), axes_of([[1], [2, 3]])
    (2, -1)
    """
    if isinstance(known := getattr(value, "ndim", None), int):
        return known
    try:
        return np.asarray(value).ndim
    except ValueError:
        return -1


def shape_text(value: Any) -> str:
    """The shape of an array in words of numpy, a length where there is none."""
    return str(tuple(np.shape(value)))


def plain_numbers(value: Any, what: str) -> FloatArray:
    """``value`` as an array of doubles in row order: lists, numpy (masked entries are NaN), torch, rectangular awkward.

    Raises `CardError`, which begins with ``what``, for text, objects, complex numbers and ragged lists.

    >>> plain_numbers([[1, 2]], "x").tolist()
    [[1.0, 2.0]]
    """
    if value is None or isinstance(value, str | PurePath):
        hint = "to read files use symhep.load, or symhep.run with a card" if value is not None else FORMS
        raise CardError(f"{what} is {type(value).__name__}, not an array", hint=hint)
    if from_library(value) == "torch":
        value = value.detach().cpu().resolve_conj()
        value = (value.double() if value.is_floating_point() else value).numpy()
    if hasattr(value, "toarray"):
        raise CardError(f"{what} is a sparse matrix", hint="give x.toarray()")
    if isinstance(value, ak.Array):
        try:
            value = ak.to_numpy(value)
        except (TypeError, ValueError) as error:
            raise CardError(
                f"{what} is a jagged awkward array of numbers without fields", hint=FORMS
            ) from error
    try:
        found = value if isinstance(value, np.ndarray) else np.asarray(value)
    except ValueError as error:
        raise CardError(
            f"{what} has rows of unequal lengths",
            hint="use an awkward array, or pad the rows and give a mask",
        ) from error
    if found.dtype.kind == "O":
        try:
            found = found.astype(np.float64)
        except (TypeError, ValueError) as error:
            held = "text" if any(isinstance(v, str) for v in found.flat) else "objects"
            raise CardError(f"{what} contains {held}, not numbers", hint=FORMS) from error
    if found.dtype.kind not in "fiub":
        kinds = {"c": "complex numbers", "U": "text", "S": "text", "M": "dates", "V": "records"}
        raise CardError(f"{what} holds {kinds.get(found.dtype.kind, found.dtype.name)}, not real numbers")
    if isinstance(found, np.ma.MaskedArray):
        found = np.where(np.ma.getmaskarray(found), np.nan, found.data.astype(np.float64))
    return np.asarray(found, dtype=np.float64, order="C")
