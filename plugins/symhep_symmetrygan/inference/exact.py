"""The elements of the inferred group that found ones stand for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Generators
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.inference.nearest import nearest
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["exact_elements"]

FloatArray = npt.NDArray[np.float64]


def exact_elements(found: Inference, elements: FloatArray, generators: Generators) -> FloatArray:
    """exp(X) c nearest to each of ``elements`` (E, D + 1, D + 1), c representing its component; NaN without one.

    For 'compose', and for augmenting events with elements that form a group.
    """
    tangents = Tangents.of(generators)
    rows = found.generators / tangents.extents
    left, _, right = np.linalg.svd(rows, full_matrices=False)
    basis = left @ right  # the orthonormal one that is nearest
    out = np.full_like(elements, np.nan)
    for c, origin in enumerate(found.representatives):
        members = np.flatnonzero(found.component == c)
        if len(members):
            h = elements[members] @ np.linalg.inv(origin)
            out[members] = tangents.exponentials(nearest(tangents, h, basis).t @ basis) @ origin
    return out
