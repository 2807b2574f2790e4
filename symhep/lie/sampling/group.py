"""Random elements of a group with generators, discrete elements, or both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.sampling.bounded import bounded_draw
from symhep.lie.sampling.compact import Draw, compact_draw
from symhep.lie.sampling.finite import finite_group
from symhep.lie.structure import structure_constants

__all__ = ["group_draw"]

FloatArray = npt.NDArray[np.float64]

#: Commutators leave the span by rounding at most.
CLOSED = 1e-6


def group_draw(
    generators: FloatArray,
    elements: FloatArray,
    *,
    boosts: float | None = None,
    translations: float | None = None,
) -> Draw:
    """Random elements of the group of ``generators`` (G, d, d) and discrete ``elements`` (M, D, D), affine matrices.

    Where the sizes differ, the smaller ones act alike on each vector of an event, and the larger ones, which are drawn,
    on all of its components.

    Connected part as in `compact_draw`, or `bounded_draw` with the bounds; times an element, each as likely, of the
    finite group that ``elements`` generate. For a compact group, which they map to itself, this is the Haar measure.

    Raises `LieError` for an empty group, generators that do not close, no finite group, a missing bound.

    >>> flip = np.diag([1.0, -1.0, 1.0])[None]
    >>> group_draw(np.zeros((0, 3, 3)), flip).how
    'a finite group of 2 elements with equal probability'
    """
    if len(generators) and len(elements) and elements.shape[1] < generators.shape[1]:
        elements = _on_each(elements, generators.shape[1] - 1)
    moving = (
        generators[np.abs(generators).max(axis=(1, 2), initial=0.0) > 0] if len(generators) else generators
    )
    finite = finite_group(elements) if len(elements) else elements
    if not len(moving) and len(finite) < 2:
        raise LieError("the group contains the unit element only: no element can be drawn")
    if not len(moving):
        return Draw(_each(finite), lambda count, rng: finite[rng.integers(len(finite), size=count)])
    if len(moving) > 1 and structure_constants(moving).residual > CLOSED:
        raise LieError(
            "the generators do not close under commutators",
            hint="use generators of a closed algebra",
        )
    connected = compact_draw(moving) or bounded_draw(moving, boosts, translations)
    if len(finite) < 2:
        return connected

    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        chosen = finite[rng.integers(len(finite), size=count)]
        return chosen @ _on_each(connected.draw(count, rng), finite.shape[1] - 1)

    return Draw(f"{connected.how}, times {_each(finite)}", draw)


def _on_each(matrices: FloatArray, size: int) -> FloatArray:
    """(M, d + 1, d + 1) that act on each vector of an event as matrices of ``size`` + 1 that act on all components."""
    d = matrices.shape[1] - 1
    if d == size:
        return matrices
    whole = np.zeros((len(matrices), size + 1, size + 1))
    for start in range(0, size, d):
        whole[:, start : start + d, start : start + d] = matrices[:, :d, :d]
        whole[:, start : start + d, -1] = matrices[:, :d, -1]
    whole[:, -1, -1] = matrices[:, -1, -1]
    return whole


def _each(finite: FloatArray) -> str:
    return f"a finite group of {len(finite)} elements with equal probability"
