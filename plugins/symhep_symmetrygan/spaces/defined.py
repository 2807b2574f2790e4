"""Is a search space defined on all vectors of the events?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.lie.generators import Generators
from symhep.lie.groups import Family
from symhep_symmetrygan.members import Members, misplaced, not_defined
from symhep_symmetrygan.sample import Events

__all__ = ["require_defined"]

FloatArray = npt.NDArray[np.float64]


def require_defined(
    members: Members,
    events: Events,
    name: str,
    family: Family,
    generators: Generators | None,
    elements: Mapping[str, FloatArray],
) -> None:
    """Raise `CardError` for a space whose elements have no image of some vector, or no meaning for members of sets."""
    if not family.affine:
        raise CardError(
            f"the maps of '{name}' are not linear, but a variable number of vectors, or vectors of several "
            "kinds, need linear maps",
            where="search",
            hint="give the features an object with a fixed number and all components",
        )
    if not members.partial:
        return
    if generators is None:
        raise CardError(
            f"'{name}' has no list of generators, so that it cannot be checked on vectors that lack "
            "components",
            where="search",
            hint="write a list of generators, such as [J_z]",
        )
    matrices = np.asarray(generators.homogeneous().matrices.real, dtype=np.float64)
    for label, matrix in zip(generators.labels, matrices, strict=True):
        kind = misplaced(matrix[None], members.kinds, events.components)
        if kind is not None:
            raise not_defined(f"the generator {label} of '{name}'", kind, "search")
    for label, element in elements.items():
        kind = misplaced(element[None], members.kinds, events.components)
        if kind is not None:
            raise not_defined(f"the element '{label}'", kind, "components")
