"""The rotations whose harmonics are named: candidates whose flow comes back, and planes of two components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Generators
from symhep_moments.fit.bounds.seen import comparable_orbits, even_orbits
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events

__all__ = ["Turns", "turns_of"]

FloatArray = npt.NDArray[np.float64]

#: Coefficients and entries below this are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Turns:
    """Rotations among the candidates and their combinations.

    Attributes
    ----------
    orbits
        Of each by label.
    coefficients
        (G,) of each in the candidates, of length one.
    space
        The three components whose rotations are all among them; None: there are none.
    axes
        (3, G) these rotations in the candidates.
    """

    orbits: dict[str, ClosedOrbit]
    coefficients: dict[str, FloatArray]
    space: list[int] | None
    axes: FloatArray | None


def turns_of(events: Events, functions: TestFunctions, *, relative: bool = False) -> Turns:
    """Those along which neither the edges nor the density around ``functions`` change; ``relative`` to a sample that
    has passed the same edges, they may, and no axes but those of the candidates are known."""
    matrices = np.asarray(events.generators.matrices, dtype=np.float64)
    labels = [*events.generators.labels]
    vectors = [*np.eye(len(labels))]
    d = matrices.shape[1] - 1
    space = _space(events.names, d)
    for label, plane in _planes(events, d):
        found = _coefficients(matrices, plane)
        if found is not None and not any(_parallel(found, v) for v in vectors):
            labels.append(label)
            vectors.append(found / np.linalg.norm(found))
    wanted = np.tensordot(np.array(vectors), matrices, axes=1) if labels else matrices
    named = replace(events, generators=Generators("named", wanted, tuple(labels), affine=True))
    orbits = comparable_orbits(named, functions) if relative else even_orbits(named, functions)
    kept = [i for i, orbit in enumerate(orbits) if orbit is not None]
    axes = None if space is None or relative else _axes(matrices, space)
    if axes is not None:
        even = [vectors[i] for i in kept]
        if not all(any(_parallel(axis, v) for v in even) for axis in axes):
            axes = None
    return Turns(
        {labels[i]: orbit for i in kept if (orbit := orbits[i]) is not None},
        {labels[i]: vectors[i] for i in kept},
        None if axes is None else space, axes,
    )  # fmt: skip


def _planes(events: Events, d: int) -> Iterator[tuple[str, FloatArray]]:
    """Rotations in the planes of two components; of momenta those of space."""
    space = _space(events.names, d) if "px" in events.names else list(range(d))
    if space is None:
        space = [i for i, name in enumerate(events.names) if name in ("px", "py")]
    for i, j in combinations(space, 2):
        axis = {"px", "py", "pz"} - {events.names[i], events.names[j]}
        yield (f"J_{axis.pop()[1]}" if "px" in events.names else f"J_{i + 1}{j + 1}"), _plane(i, j, d)


def _plane(i: int, j: int, d: int) -> FloatArray:
    """From component i to component j."""
    found = np.zeros((d + 1, d + 1))
    found[j, i], found[i, j] = 1.0, -1.0
    return found


def _space(names: tuple[str, ...], d: int) -> list[int] | None:
    """The three components that are a space with directions: px, py, pz, or all of three features."""
    if {"px", "py", "pz"} <= set(names):
        return [names.index(name) for name in ("px", "py", "pz")]
    return [0, 1, 2] if d == 3 else None


def _axes(matrices: FloatArray, space: list[int]) -> FloatArray | None:
    """(3, G) rotations about the axes of space in the generators; None if they are no sums of them."""
    d = matrices.shape[1] - 1
    found = [_coefficients(matrices, _plane(space[(a + 1) % 3], space[(a + 2) % 3], d)) for a in range(3)]
    rows = [row for row in found if row is not None]
    return np.array(rows) if len(rows) == 3 else None


def _coefficients(matrices: FloatArray, wanted: FloatArray) -> FloatArray | None:
    """(G,) of a matrix in the generators; None if it is no sum of them."""
    if not len(matrices):
        return None
    flat = matrices.reshape(len(matrices), -1)
    found = np.linalg.lstsq(flat.T, wanted.reshape(-1), rcond=None)[0]
    return np.asarray(found) if np.abs(found @ flat - wanted.reshape(-1)).max() < ROUNDING else None


def _parallel(a: FloatArray, b: FloatArray) -> bool:
    return bool(abs(abs(a @ b) - np.linalg.norm(a) * np.linalg.norm(b)) < ROUNDING * np.linalg.norm(a))
