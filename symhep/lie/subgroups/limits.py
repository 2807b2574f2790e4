"""Which classes survive only because their members come close to those of a more special class."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from symhep.lie.structure import structure_constants
from symhep.lie.subgroups.catalogue import Catalogue
from symhep.lie.subgroups.classify import stratum
from symhep.lie.subgroups.conjugates import conjugates

__all__ = ["limits"]

FloatArray = npt.NDArray[np.float64]

#: Sine of a subalgebra to a more special class below which that class explains it.
CLOSE = 0.1


def limits(
    found: Mapping[str, tuple[FloatArray, FloatArray]], catalogue: Catalogue
) -> dict[str, tuple[str, ...]]:
    """Classes of the same dimension that each member is nearly one of, and that are more special or moved less.

    J_z + a P_z with a small a is nearly J_z: what respects J_z respects it, too, as far as events tell, and nothing in
    them asks for this class beside SO(2). Most special is the class whose members fill the space of subalgebras
    least (`symhep.lie.subgroups.classify.stratum`); among equals the one whose member is moved by the smallest
    boost or shift. No class is explained by one that is itself explained by another.

    Parameters
    ----------
    found
        Per surviving class the rows (d, n) of its best member in the basis of the catalogue's group, and the adjoint
        matrix (n, n) of the element that moved it there.

    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> turn, screw = np.eye(6)[2:3], np.array([[0.0, 0.0, 1.0, 0.0, 0.0, 0.05]])
    >>> limits({"four-screw": (screw, np.eye(6)), "SO(2)": (turn, np.eye(6))}, lorentz_subgroups())
    {'SO(2)': (), 'four-screw': ('SO(2)',)}
    """
    constants = structure_constants(catalogue.group.matrices).constants
    ranks = {
        name: (stratum(catalogue[name], constants), float(np.linalg.norm(adjoint)))
        for name, (_, adjoint) in found.items()
    }
    explained: dict[str, tuple[str, ...]] = {}
    for name in sorted(found, key=lambda name: ranks[name]):
        span = np.asarray(np.linalg.qr(found[name][0].T)[0].T)
        others = [
            catalogue[other]
            for other, by in explained.items()
            if not by and catalogue[other].dimension == len(span)
        ]
        near = conjugates(others, span, constants)
        explained[name] = tuple(
            other for other, ends in near.items() if ends and min(e.sine for e in ends) < CLOSE
        )
    return explained
