"""Translations, the dilatation, and the Poincare algebra, which acts on (E, px, py, pz, 1)."""

from __future__ import annotations

import numpy as np

from symhep.lie.bases.orthogonal import lorentz
from symhep.lie.bases.units import checked, unit
from symhep.lie.generators import Generators

__all__ = ["dilatation", "poincare", "translations"]


def translations(d: int) -> Generators:
    """x' = x + theta e_i, as matrices on (x, 1).

    Parameters
    ----------
    d
        Dimension of x, at least 1.

    Returns
    -------
    Generators
        (d, d + 1, d + 1), labels P_1 ... P_d; for d = 4 P_t P_x P_y P_z.

    Examples
    --------
    >>> translations(4).labels, translations(1).matrices.tolist()
    (('P_t', 'P_x', 'P_y', 'P_z'), [[[0.0, 1.0], [0.0, 0.0]]])
    """
    d = checked(d, 1, "translations(d)")
    axes = tuple("txyz") if d == 4 else tuple(str(i + 1) for i in range(d))
    matrices = np.array([unit(d + 1, i, d) for i in range(d)])
    return Generators(f"R^{d}", matrices, tuple(f"P_{axis}" for axis in axes), affine=True)


def dilatation(d: int) -> Generators:
    """D = 1: x' = exp(theta) x.

    Parameters
    ----------
    d
        Dimension of x, at least 1.

    Returns
    -------
    Generators
        (1, d, d), the label D.

    Examples
    --------
    >>> dilatation(2)["D"].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return Generators("R", np.eye(checked(d, 1, "dilatation(d)"))[None], ("D",))


def poincare() -> Generators:
    """The Poincare algebra: `lorentz` and the four `translations`.

    [J_x, P_y] = P_z (cyclic), [K_x, P_t] = P_x, [K_x, P_x] = P_t, and the P commute.

    Returns
    -------
    Generators
        (10, 5, 5) on (E, px, py, pz, 1).

    Examples
    --------
    >>> poincare().labels[3:], poincare().affine
    (('K_x', 'K_y', 'K_z', 'P_t', 'P_x', 'P_y', 'P_z'), True)
    """
    both = lorentz() + translations(4)
    return Generators("iso(1,3)", both.matrices, both.labels, affine=True)
