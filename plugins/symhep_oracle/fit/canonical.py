"""The sparsest orthonormal basis of a span: what makes J_z look like J_z.

Rotating an orthonormal basis changes neither its span nor the invariance, so sparsity costs nothing, while
the term (7) of Forestano et al. (arXiv:2302.05383) pulls the generators off the null space.
"""

from __future__ import annotations

import numpy as np

from symhep.lie.sparsest import sparsest
from symhep_oracle.fit.fields import Fields
from symhep_oracle.fit.names import recognise, towards_known
from symhep_oracle.fit.solution import Solution

__all__ = ["canonical"]


def canonical(solution: Solution, fields: Fields, minkowski: bool, rng: np.random.Generator) -> Solution:
    """The sparsest basis, with the signs and in the order of the known matrices."""
    noise = float(np.sqrt((solution.errors**2).mean())) if solution.dimension else 0.0
    turned = solution.rotated(sparsest(solution.coefficients, rng, 3 * noise))
    tolerance = max(1e-6, 3 * float(np.linalg.norm(solution.errors, axis=1).max(initial=0.0)))
    turned = turned.rotated(towards_known(turned.coefficients, fields, minkowski, tolerance))
    known = recognise(turned.coefficients, fields, minkowski)
    order = sorted(range(len(known)), key=lambda g: known[g].place)
    permutation = np.zeros((len(known), len(known)))
    for new, old in enumerate(order):
        permutation[new, old] = known[old].sign
    return turned.rotated(permutation)
