"""The symmetry that a result states: generators as their labels say, and components that are not rejected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.labels import stated
from symhep.methods.symmetry import Symmetry, measured_entries
from symhep_symmetrygan.fit.group import Group
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.sample import Events

__all__ = ["stated_generators", "symmetry_of"]

FloatArray = npt.NDArray[np.float64]


def stated_generators(group: Group) -> FloatArray:
    """(r, D + 1, D + 1) on scaled coordinates, as their labels say."""
    space, i = group.elements.space, group.inference
    assert space.generators is not None
    matrices = np.asarray(space.generators.homogeneous().matrices, dtype=np.float64)
    rows = [np.tensordot(stated(c, e), matrices, 1) for c, e in zip(i.generators, i.errors, strict=True)]
    return np.array(rows).reshape(-1, *matrices.shape[1:])


def symmetry_of(group: Group, components: tuple[ComponentRecord, ...], events: Events) -> Symmetry | None:
    """Generators, with what is zero or one within errors written so, and representatives of components.

    None for spaces that act on some coordinates of the events alone, which moves the momenta of no event, and for
    vectors whose number or components differ.
    """
    space, i = group.elements.space, group.inference
    if space.generators is None or space.columns or events.members is not None:
        return None
    matrices = np.asarray(space.generators.homogeneous().matrices, dtype=np.float64)
    found = stated_generators(group)
    kept = [row for row in components if row.rejected is False and row.name != "identity"]
    elements = np.array([row.matrix for row in kept]).reshape(-1, *matrices.shape[1:])
    covariance = i.covariance.reshape(len(i.generators), len(matrices), len(matrices))
    measured, errors = measured_entries(i.generators, covariance, matrices)
    for part in (found, elements, measured, errors):
        part[:, :-1, -1] *= events.scale
    return Symmetry(
        "momenta" if events.momenta else "features", events.particles, events.components,
        found, i.labels, elements, tuple(row.name for row in kept),
        measured, errors,
    )  # fmt: skip
