"""so(p,q): rotations and boosts of a metric with p positive and q negative signs; the Lorentz algebra."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from symhep.lie.bases.units import checked, indexed, unit
from symhep.lie.generators import Generators

__all__ = ["lorentz", "so"]


def so(p: int, q: int = 0) -> Generators:
    """so(p, q): matrices with X^T g + g X = 0, g = diag(+1 p times, -1 q times).

    J_ij = E_ji - E_ij (i < j, equal signs) turns axis i towards axis j: x' = exp(theta J_12) x is the active rotation
    (x1 cos - x2 sin, x1 sin + x2 cos). K_ij = E_ij + E_ji (different signs) boosts along i and j.

    so(1,3) acts on (E, px, py, pz) and has its own labels and order, J_x J_y J_z K_x K_y K_z, with [J_x, J_y] = J_z,
    [J_x, K_y] = K_z, [K_x, K_y] = -J_z (cyclic): active rotations about the axis by the right-hand rule, and boosts
    that give a particle at rest a momentum along +axis.

    Parameters
    ----------
    p, q
        How many signs of each kind; n = p + q is at least 2.

    Returns
    -------
    Generators
        (n (n - 1) / 2, n, n).

    Raises
    ------
    ValueError
        For numbers that are negative or not whole, and n below 2.

    Examples
    --------
    >>> so(3).labels, so(2, 1).labels
    (('J_12', 'J_13', 'J_23'), ('J_12', 'K_13', 'K_23'))
    >>> so(2).matrices.tolist()
    [[[0.0, -1.0], [1.0, 0.0]]]
    >>> so(1, 3).labels
    ('J_x', 'J_y', 'J_z', 'K_x', 'K_y', 'K_z')
    """
    p, q = checked(p, 0, "so(p,q)"), checked(q, 0, "so(p,q)")
    n = p + q
    if n < 2:
        raise ValueError(f"so({p},{q}) is zero; p + q must be at least 2")
    if (p, q) == (1, 3):
        return _minkowski()
    matrices, labels = [], []
    for i, j in combinations(range(n), 2):
        mixed = (i < p) != (j < p)
        matrices.append(unit(n, j, i) + (1 if mixed else -1) * unit(n, i, j))
        labels.append(indexed("K" if mixed else "J", n, i, j))
    return Generators(f"so({p},{q})" if q else f"so({p})", np.array(matrices), tuple(labels))


def lorentz() -> Generators:
    """The Lorentz algebra so(1,3) on (E, px, py, pz).

    Returns
    -------
    Generators
        (6, 4, 4): J_x J_y J_z K_x K_y K_z, with the brackets of `so`.

    Examples
    --------
    >>> boosted = lorentz()["K_z"] @ np.array([1.0, 0.0, 0.0, 0.0])  # of a particle at rest
    >>> boosted.tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    return so(1, 3)


def _minkowski() -> Generators:
    cyclic = [(2, 3), (3, 1), (1, 2)]
    turns = [unit(4, j, i) - unit(4, i, j) for i, j in cyclic]
    boosts = [unit(4, 0, i) + unit(4, i, 0) for i in (1, 2, 3)]
    labels = tuple(f"{letter}_{axis}" for letter in "JK" for axis in "xyz")
    return Generators("so(1,3)", np.array(turns + boosts), labels)
