"""What is known of a four-momentum: all of it, or some of its components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from symhep.card.expressions import KINEMATICS
from symhep.card.schema import VectorKind

__all__ = ["COMPONENTS", "MOMENTUM", "VectorKind", "kind_of_sum", "known_variables", "present_components"]

#: Components of a four-momentum, in the order of the metric (+,-,-,-).
MOMENTUM: tuple[str, ...] = ("E", "px", "py", "pz")

#: The components of (E, px, py, pz) that a vector has. 'massless' has all of them, with E = |p|.
COMPONENTS: Mapping[VectorKind, tuple[str, ...]] = {
    "full": MOMENTUM,
    "massless": MOMENTUM,
    "three": ("px", "py", "pz"),
    "transverse": ("px", "py"),
}

#: What follows from these components, of `KINEMATICS`.
_VARIABLES: Mapping[VectorKind, frozenset[str]] = {
    "full": frozenset(KINEMATICS),
    "massless": frozenset(KINEMATICS),
    "three": frozenset({"px", "py", "pz", "p", "pt", "eta", "phi", "theta", "costheta"}),
    "transverse": frozenset({"px", "py", "pt", "phi"}),
}


def known_variables(kind: VectorKind) -> frozenset[str]:
    """The variables of `KINEMATICS` that a vector of this kind has.

    >>> sorted(known_variables("transverse"))
    ['phi', 'pt', 'px', 'py']
    """
    return _VARIABLES[kind]


def kind_of_sum(kinds: Iterable[VectorKind]) -> VectorKind:
    """What is known of a sum of vectors: the components that all of them have.

    >>> kind_of_sum(["massless", "massless"]), kind_of_sum(["full", "transverse"])
    ('full', 'transverse')
    """
    found = set(kinds)
    for kind in ("transverse", "three"):
        if kind in found:
            return kind
    return "full"


def present_components(kinds: Sequence[VectorKind], names: Sequence[str] = MOMENTUM) -> npt.NDArray[np.bool_]:
    """(P, d) which of the components ``names`` each of P vectors has.

    >>> present_components(["full", "transverse"]).tolist()
    [[True, True, True, True], [False, True, True, False]]
    """
    return np.array([[name in COMPONENTS[kind] for name in names] for kind in kinds], dtype=bool).reshape(
        len(kinds), len(names)
    )
