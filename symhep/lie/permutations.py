"""Permutations of P particles: as matrices on the events, and the group that some of them generate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from symhep.lie.bases.units import checked

__all__ = ["adjacent_exchanges", "generated", "permutation_matrix"]

FloatArray = npt.NDArray[np.float64]
Permutation = tuple[int, ...]


def permutation_matrix(permutation: Sequence[int], components: int = 1) -> FloatArray:
    """Matrix (P d, P d) that puts particle i in the place permutation[i]; each particle has d ``components``.

    A homomorphism: the matrix of p after q is the product of the matrices of p and q.

    >>> (permutation_matrix((1, 2, 0)) @ np.array([10.0, 20.0, 30.0])).tolist()
    [30.0, 10.0, 20.0]
    """
    places = _checked(permutation)
    matrix = np.zeros((len(places), len(places)))
    matrix[places, np.arange(len(places))] = 1.0
    return np.asarray(np.kron(matrix, np.eye(checked(components, 1, "permutation_matrix"))))


def adjacent_exchanges(particles: int) -> tuple[Permutation, ...]:
    """The exchanges (i, i + 1): P - 1 generators of S_P.

    >>> adjacent_exchanges(3)
    ((1, 0, 2), (0, 2, 1))
    """
    row = list(range(checked(particles, 1, "adjacent_exchanges")))
    return tuple((*row[:i], i + 1, i, *row[i + 2 :]) for i in range(len(row) - 1))


def generated(permutations: Iterable[Sequence[int]]) -> tuple[Permutation, ...]:
    """Every element of the group that the permutations generate, sorted, the identity first.

    >>> generated([(1, 0, 2)]), len(generated(adjacent_exchanges(4)))
    (((0, 1, 2), (1, 0, 2)), 24)
    """
    generators = [tuple(int(i) for i in _checked(p)) for p in permutations]
    if not generators or len({len(p) for p in generators}) > 1:
        raise ValueError(
            "a group of permutations needs at least one permutation, all of the same number of particles"
        )
    identity = tuple(range(len(generators[0])))
    elements, fresh = {identity}, [identity]
    while fresh:
        fresh = [p for q in fresh for g in generators if (p := tuple(g[i] for i in q)) not in elements]
        elements.update(fresh)
        fresh = list(dict.fromkeys(fresh))
    return tuple(sorted(elements))


def _checked(permutation: Sequence[int]) -> npt.NDArray[np.int64]:
    places = np.asarray(permutation, dtype=np.int64)
    if places.ndim != 1 or not len(places) or sorted(places.tolist()) != list(range(len(places))):
        raise ValueError(
            f"{tuple(permutation)} is not a permutation; it must contain each of 0 .. P - 1 once"
        )
    return places
