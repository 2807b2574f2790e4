"""Entries that stand for "no particle": files of a fixed shape are filled up with them.

Written for a missing object are -1, -99, -999, ... in all components, NaN, or zeros. What no particle can have shows
them: a negative transverse momentum or magnitude, NaN in every size, one filler in every size, zero everywhere. Where
every event has the same number of entries, no momentum and no energy are enough, whatever the angles; in a list of
any length such an entry may be a parton along the beam. A transverse vector such as missing momentum may vanish, so
zeros are left to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.readers.coordinates import ENERGIES

__all__ = ["FILLERS", "real_particles"]

#: What is written in place of a component that does not exist.
FILLERS = (-1, -9, -10, -99, -100, -999, -1000, -9999, -99999)
#: Components that are never negative.
_SIZES = ("pt", "p")


def real_particles(
    stored: Mapping[str, npt.NDArray[Any]], *, transverse: bool = False, fixed: bool = True
) -> npt.NDArray[np.bool_] | None:
    """Which of n objects are particles, from the components that the file stores; None where all of them are.

    Parameters
    ----------
    stored
        Coordinate of `symhep.readers.coordinates` -> its n values as the file has them.
    transverse
        The objects have no component along the beam, and may vanish.
    fixed
        Every event has the same number of entries, particles or not.

    >>> real_particles({"pt": np.array([20.0, -1.0]), "eta": np.array([0.5, -1.0]), "phi": np.array([0.0, -1.0])})
    array([ True, False])
    """
    if _all_positive(stored):
        return None
    sizes = {name: values for name, values in stored.items() if name in ENERGIES}
    absent = np.logical_and.reduce([_is_nan(values) for values in sizes.values()])
    for name in _SIZES:
        if name in sizes:
            absent |= sizes[name] < 0
    first = next(iter(sizes.values()))
    if len(sizes) > 1:
        equal = np.logical_and.reduce([values == first for values in sizes.values()])
        absent |= equal & np.isin(first, FILLERS)
    if not transverse:
        absent |= np.logical_and.reduce([v == 0 for v in (sizes if fixed else stored).values()])
        if fixed and {"pt", "p", "E"} & sizes.keys():
            # With an energy or a size among them no particle has 0 or a filler everywhere.
            absent |= np.logical_and.reduce([np.isin(v, (0, *FILLERS)) for v in sizes.values()])
    return None if not absent.any() else ~absent


def _all_positive(stored: Mapping[str, npt.NDArray[Any]]) -> bool:
    """The quick answer for nearly all files: a size or an energy that is positive everywhere."""
    for name in ("pt", "p", "E"):
        if name in stored:
            return stored[name].size == 0 or bool(stored[name].min() > 0)
    px, py = stored["px"], stored["py"]
    return not bool(((px == py) | _is_nan(px)).any())


def _is_nan(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = values != values  # true for NaN alone, whatever the type
    return found
