"""Elements that held-out events reject, sorted by the component they come nearest to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.nearest import STEPS, nearest
from symhep_symmetrygan.inference.readable import Readable
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["distances", "named_cosets", "nearest_cosets"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Elements with more factors in their name than this are no simple ones.
SIMPLE = 2
#: Elements of one coset, but for errors of the algebra: Frobenius, over the size of those errors.
SAME = 5.0
#: Random elements that are compared with, and the share of them that may come as near.
RANDOM, NEARER = 400, 0.01


def distances(
    tangents: Tangents, elements: FloatArray, origins: FloatArray, basis: FloatArray, steps: int = STEPS
) -> FloatArray:
    """Frobenius distance of ``elements`` (E, D + 1, D + 1) from the cosets exp(span) of ``origins`` (C, ..): (E, C)."""
    out = np.empty((len(elements), len(origins)))
    for c, origin in enumerate(origins):
        h = elements @ np.linalg.inv(origin)
        end = nearest(tangents, h, basis, steps)
        inside = tangents.exponentials(end.t @ basis) @ origin
        out[:, c] = np.linalg.norm(inside - elements, axis=(1, 2))
    return out


def named_cosets(
    tangents: Tangents, basis: FloatArray, error: float, known: FloatArray, named: Sequence[Readable]
) -> list[Readable]:
    """Simple elements with a name that map the algebra to itself, one of each coset, without those ``known`` (C, ..).

    ``error``: of the algebra's directions.
    """
    limit = SAME * max(error * 2 * np.pi, 1e-9)
    left = [one for one in named if one.factors <= SIMPLE]
    elements = np.tile(np.eye(known.shape[-1]), (len(left), 1, 1))
    elements[:, :-1, :-1] = [one.matrix for one in left]
    turned = basis @ tangents.adjoint(elements).swapaxes(1, 2)
    outside = np.linalg.norm(turned - turned @ basis.T @ basis, axis=(1, 2))
    fresh = outside <= limit
    fresh &= (distances(tangents, elements, known, basis) > limit).all(axis=1)
    found = list[Readable]()
    while fresh.any():
        first = int(np.flatnonzero(fresh)[0])
        found.append(left[first])
        fresh &= distances(tangents, elements, elements[first : first + 1], basis)[:, 0] > limit
        fresh[first] = False
    return found


def nearest_cosets(
    tangents: Tangents, elements: FloatArray, origins: FloatArray, basis: FloatArray, seed: int = 0
) -> tuple[IntArray, FloatArray]:
    """Number of the nearest coset of each element (E,), -1 if it is near none, and the distance from it (E,).

    Near: of random elements of the space, exp(sum_a u_a e_a T_a) times a found one, u uniform in [-1/2, 1/2]^G, one in
    a hundred comes as near to any of the cosets.
    """
    if not len(elements):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    rng = np.random.default_rng(seed)
    apart = distances(tangents, elements, origins, basis)
    u = rng.uniform(-0.5, 0.5, size=(RANDOM, len(tangents)))
    drawn = tangents.exponentials(u) @ elements[rng.integers(0, len(elements), RANDOM)]
    limit = float(np.quantile(distances(tangents, drawn, origins, basis, steps=1).min(axis=1), NEARER))
    best = apart.argmin(axis=1)
    distance = apart[np.arange(len(apart)), best]
    return np.where(distance <= limit, best, -1), distance
