"""The symmetry that a result vouches for: generators as their labels state them, components that were not rejected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.methods.symmetry import Symmetry
from symhep_symmetrygan.inference.algebra import stated
from symhep_symmetrygan.outcome import Outcome
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.space import Space

__all__ = ["vouched"]

FloatArray = npt.NDArray[np.float64]


def vouched(o: Outcome, space: Space, events: Events) -> Symmetry | None:
    """Generators, with what is zero or one within errors written so, and representatives of components.

    None where nothing was inferred, and for spaces that act on some coordinates of the events alone, which moves the
    momenta of no event.
    """
    if o.span is None or space.generators is None or space.columns:
        return None
    matrices = np.asarray(space.generators.homogeneous().matrices, dtype=np.float64)
    found = np.zeros((len(o.span.generators), *matrices.shape[1:]))
    for matrix, c, e in zip(found, o.span.generators, o.span.errors, strict=True):
        matrix += np.tensordot(stated(c, e), matrices, 1)
    kept = [row for row in o.components if row["rejected"] is False and row["name"] != "identity"]
    elements = np.array([row["matrix"] for row in kept]).reshape(-1, *matrices.shape[1:])
    for part in (found, elements):
        part[:, :-1, -1] *= events.scale
    return Symmetry(
        "momenta" if events.momenta else "features", events.particles, events.components,
        found, o.span.labels, elements, tuple(row["name"] for row in kept),
    )  # fmt: skip
