"""The finite group that some matrices generate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError

__all__ = ["LARGEST", "finite_group"]

FloatArray = npt.NDArray[np.float64]

#: More elements than this are taken for a group that never closes.
LARGEST = 1152
#: Two elements that differ by less are one.
SAME = 1e-6


def finite_group(elements: FloatArray) -> FloatArray:
    """All products of ``elements`` (M, d, d) and 1: (F, d, d), the unit matrix first.

    Raises `LieError` where they are more than 1152: a turn by an angle that is no fraction of 2 pi, or an element
    with an error, generates infinitely many.

    >>> finite_group(np.array([[[0.0, -1.0], [1.0, 0.0]]])).shape
    (4, 2, 2)
    """
    found = np.eye(elements.shape[1])[None]
    fresh = found
    while len(fresh):
        products = (elements[:, None] @ fresh[None]).reshape(-1, *found.shape[1:])
        fresh = _new(products, found)
        found = np.concatenate([found, fresh])
        if len(found) > LARGEST:
            raise LieError(
                f"the discrete elements do not generate a finite group: there are more than {LARGEST} "
                "products",
                hint="use fewer of them",
            )
    return found


def _new(products: FloatArray, known: FloatArray) -> FloatArray:
    """Those of ``products`` that are not ``known``, each once."""
    kept = list(known)
    for product in products:
        if not np.isfinite(product).all():
            break
        if np.abs(np.array(kept) - product).max(axis=(1, 2)).min() > SAME:
            kept.append(product)
        if len(kept) > LARGEST + 1:
            break
    return np.array(kept[len(known) :]).reshape(-1, *known.shape[1:])
