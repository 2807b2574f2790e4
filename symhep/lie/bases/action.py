"""How a basis acts: on several particles alike, and on complex vectors written as real ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.bases.units import checked
from symhep.lie.generators import Generators, Matrices

__all__ = ["diagonal", "realify"]


def diagonal(generators: Generators, particles: int) -> Generators:
    """The same transformation on each of P particles: T becomes diag(T, ..., T).

    Parameters
    ----------
    generators
        On one particle, (G, d, d). Affine ones keep one common last column, so those of Poincare become (10, 4 P + 1,
        4 P + 1).
    particles
        P.

    Returns
    -------
    Generators
        (G, P d, P d), with the same labels.

    Examples
    --------
    >>> from symhep.lie.bases import lorentz, poincare
    >>> diagonal(lorentz(), 2).matrices.shape, diagonal(poincare(), 2).matrices.shape
    ((6, 8, 8), (10, 9, 9))
    """
    particles = checked(particles, 1, "diagonal")
    d = generators.vector
    linear = np.kron(np.eye(particles), generators.matrices[:, :d, :d])
    if generators.affine:
        linear = np.pad(linear, ((0, 0), (0, 1), (0, 1)))
        linear[:, :-1, -1] = np.tile(generators.matrices[:, :d, d], particles)
    return Generators(generators.name, linear, generators.labels, generators.affine)


def realify(matrices: Matrices) -> npt.NDArray[np.float64]:
    """A + iB as ((A, -B), (B, A)): the action on (Re z_1 .. Re z_n, Im z_1 .. Im z_n).

    Parameters
    ----------
    matrices
        (..., n, n), complex or real.

    Returns
    -------
    ndarray
        (..., 2n, 2n), real.

    Raises
    ------
    ValueError
        For arrays that hold no square matrices.

    Examples
    --------
    >>> realify(np.array([[1j]])).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    stack = np.asarray(matrices)
    if stack.ndim < 2 or stack.shape[-1] != stack.shape[-2]:
        raise ValueError(f"realify needs square matrices (..., n, n), not {stack.shape}")
    return np.block([[stack.real, -stack.imag], [stack.imag, stack.real]])
