"""All affine maps of a vector, in generators with names of physics where there are some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.lie.bases.units import indexed
from symhep.lie.generators import Generators
from symhep.lie.sums import algebra_sum

__all__ = ["LARGEST", "affine_maps"]

#: Components of a vector for which all affine maps are candidates; of longer ones rotations alone.
LARGEST = 8
_MOMENTA = {
    ("E", "px", "py", "pz"): "poincare",
    ("px", "py", "pz"): "rotations+T",
    ("px", "py"): "rotations+T",
}


def affine_maps(names: Sequence[str]) -> Generators:
    """gl(d) and translations of vectors with the components ``names``; rotations and translations beyond `LARGEST`.

    Rotations, boosts and translations come first, then what is left of gl(d): the symmetric S_ij = E_ij + E_ji (for
    boosts the antisymmetric A_ij = E_ij - E_ji), H_i = E_ii - E_(i+1)(i+1), and the dilatation D. Matrices
    (G, d + 1, d + 1).

    >>> affine_maps(("px", "py")).labels
    ('J_z', 'P_1', 'P_2', 'S_12', 'H_1', 'D')
    """
    d = len(names)
    named = _MOMENTA.get(tuple(names), f"so({d})+T" if d > 1 else "T")
    first = algebra_sum(named, d).homogeneous()
    if d > LARGEST:
        return Generators(f"so({d}) + R^{d}", first.matrices, first.labels, affine=True)
    more, labels = [], []
    for i in range(d):
        for j in range(i + 1, d):
            # Of E_ij + E_ji and E_ij - E_ji one is a rotation or a boost.
            known = next(m for m in first.matrices if m[i, j] and m[:d, :d].any())
            sign = 1.0 if known[i, j] == -known[j, i] else -1.0
            left = np.zeros((d + 1, d + 1))
            left[i, j], left[j, i] = 1.0, sign
            more.append(left)
            labels.append(indexed("S" if sign > 0 else "A", d, i, j))
    for i in range(d - 1):
        more.append(np.diag([*(float(k == i) - float(k == i + 1) for k in range(d)), 0.0]))
        labels.append(f"H_{i + 1}")
    more.append(np.diag([*np.ones(d), 0.0]))
    matrices = np.concatenate([first.matrices, np.array(more)])
    return Generators(f"gl({d},R) + R^{d}", matrices, (*first.labels, *labels, "D"), affine=True)
