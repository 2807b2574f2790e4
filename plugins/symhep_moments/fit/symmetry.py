"""The symmetry that a result states: generators as their labels say, elements that were not rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events.vectors import MOMENTUM
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.lie.labels import stated
from symhep.methods.symmetry import Symmetry, homogeneous, measured_entries

if TYPE_CHECKING:
    from symhep_moments.fit.measured import Measurement

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
    coefficients = np.array([list(row.coefficients.values()) for row in rows]).reshape(len(rows), len(basis))
    measured, errors = measured_entries(coefficients, _covariance(m, len(rows)), basis.matrices)
    for part in (found, measured, errors):
        part[:, :d, d] *= m.events.scale
    kept = [row for row in m.discrete if row.rejected is False and row.same_as is None]
    size = count * d
    matrices = np.array([m.elements[row.name] for row in kept]).reshape(-1, size, size)
    names, momenta = tuple(m.events.names), m.events.momenta
    if m.events.of_objects and not momenta:
        found, measured, errors = (_grown(some, names) for some in (found, measured, errors))
        matrices, names, momenta = _elements_grown(matrices, names, count), MOMENTUM, True
    return Symmetry(
        "momenta" if momenta else "features", count, names, found, tuple(row.label for row in rows),
        homogeneous(matrices, element=True), tuple(row.name for row in kept), measured, errors,
    )  # fmt: skip


def _covariance(m: Measurement, rows: int) -> FloatArray:
    """(r, G, G) covariances of the coefficients of each generator in the candidates of the card."""
    tangent = m.support.tangent
    if not rows or m.region is None:
        return np.zeros((0, len(tangent), len(tangent)))
    g, r = m.region.theta.shape
    blocks = m.region.covariance.reshape(r, g, r, g)
    return np.asarray(np.einsum("ca,iaib,db->icd", tangent, blocks, tangent, optimize=True))


def _grown(generators: FloatArray, names: tuple[str, ...]) -> FloatArray:
    """Of three- or transverse momenta (r, d + 1, d + 1) as matrices that act on (E, px, py, pz): the rest stays."""
    rows = np.array([*(MOMENTUM.index(name) for name in names), 4])
    grown = np.zeros((len(generators), 5, 5))
    grown[:, rows[:, None], rows] = generators
    return grown


def _elements_grown(elements: FloatArray, names: tuple[str, ...], count: int) -> FloatArray:
    """The same for elements that act on all vectors of an event."""
    own = np.concatenate([[4 * p + MOMENTUM.index(name) for name in names] for p in range(count)])
    whole = np.tile(np.eye(4 * count), (len(elements), 1, 1))
    whole[:, own[:, None], own] = elements
    return whole
