"""The symmetry that a result states: generators as their labels say, elements that were not rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events.vectors import MOMENTUM
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.lie.labels import stated
from symhep.methods.symmetry import Symmetry, homogeneous

if TYPE_CHECKING:
    from symhep_moments.fit.measurement import Measurement

__all__ = ["symmetry_of"]

FloatArray = npt.NDArray[np.float64]


def symmetry_of(m: Measurement, generators: Sequence[GeneratorRow]) -> Symmetry:
    """``generators`` as `symhep.lie.labels.stated`; translations in the data's unit.

    No generators where the events reject every algebra near their span: they generate more than was found. Elements
    that act trivially on the events, or like one before them, are left out.
    """
    closed = m.algebra is None or m.algebra.closure_log_p is None or m.algebra.closure_log_p > np.log(m.level)
    rows = list(generators) if closed else []
    basis, d, count = m.events.generators, len(m.events.names), int(m.events.x.shape[1])
    found = np.zeros((len(rows), d + 1, d + 1))
    for matrix, row in zip(found, rows, strict=True):
        terms = stated(list(row.coefficients.values()), list(row.errors.values()))
        matrix += np.tensordot(terms, np.asarray(basis.matrices, dtype=np.float64), axes=1)
    found[:, :d, d] *= m.events.scale
    kept = [row for row in m.discrete if row.rejected is False and row.same_as is None]
    size = count * d
    matrices = np.array([m.elements[row.name] for row in kept]).reshape(-1, size, size)
    names, momenta = tuple(m.events.names), m.events.momenta
    if m.events.of_objects and not momenta:
        found, matrices = _of_momenta(found, matrices, names, count)
        names, momenta = MOMENTUM, True
    return Symmetry(
        "momenta" if momenta else "features", count, names, found, tuple(row.label for row in rows),
        homogeneous(matrices, element=True), tuple(row.name for row in kept),
    )  # fmt: skip


def _of_momenta(
    generators: FloatArray, elements: FloatArray, names: tuple[str, ...], count: int
) -> tuple[FloatArray, FloatArray]:
    """Of three- or transverse momenta as matrices that act on (E, px, py, pz), of which they leave the rest alone."""
    place = [MOMENTUM.index(name) for name in names]
    grown = np.zeros((len(generators), 5, 5))
    rows = np.array([*place, 4])
    grown[:, rows[:, None], rows] = generators
    whole = np.tile(np.eye(4 * count), (len(elements), 1, 1))
    own = np.concatenate([4 * p + np.array(place) for p in range(count)])
    whole[:, own[:, None], own] = elements
    return grown, whole
