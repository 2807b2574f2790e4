"""Weights of a torus: how fast each plane turns under commuting generators, as integers."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

__all__ = ["TorusWeights", "torus_weights"]

FloatArray = npt.NDArray[np.float64]
MatrixArray = npt.NDArray[np.complex128]

#: Largest weight that is looked for.
MOST = 12
#: Ratios of frequencies are ratios of integers if they are so within this many errors, and if these errors are less
#: than this part of a turn.
ERRORS, SHARP = 5.0, 0.2
#: A generator is compact if real parts of its eigenvalues, and brackets, are below this part of its size.
COMPACT = 0.05
#: A plane turns if it does so by this part of the fastest; combinations of generators that are tried.
SLOW, TRIES = 0.02, 16


@dataclass(frozen=True, eq=False)
class TorusWeights:
    """r commuting generators that turn k planes.

    Attributes
    ----------
    weights
        (r, k) integers: generator a of a basis of the same span turns plane j so many times as it turns once. Each row
        without common divisor; the basis is the one whose rows begin with different planes.
    ratios
        (r, k) what was found, in the same units: the integers, and how far off.
    deviation, error
        Largest difference of the two, and the relative error of the frequencies.
    """

    weights: npt.NDArray[np.int64]
    ratios: FloatArray
    deviation: float
    error: float


def torus_weights(matrices: npt.ArrayLike, error: float = 1e-7, most: int = MOST) -> TorusWeights | None:
    """Weights of the torus that ``matrices`` (r, d, d) span, known with the relative ``error``; None if they do not
    commute or turn nothing, or if the ratios of frequencies are not, within five errors, those of integers up to
    ``most``.

    In a basis that makes all of them block diagonal, generator a is the matrix of rotations with the frequencies
    omega_aj; the closed subgroups are those with rational ratios. Orbits determine the weights up to the basis of the
    generators and the sense of rotation of each plane.

    >>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    >>> found = torus_weights([np.kron(np.diag([0.3, 1.2]), turn)])
    >>> found.weights.tolist(), bool(found.deviation < 1e-12)
    ([[1, 4]], True)
    """
    a = np.asarray(matrices, dtype=np.float64)
    r = len(a)
    size = np.linalg.norm(a, axis=(1, 2))
    if not r or not (size > 0).all():
        return None
    a = a / size[:, None, None]
    if max((np.linalg.norm(p @ q - q @ p) for p in a for q in a), default=0.0) > COMPACT:
        return None
    values, vectors = _planes(a)
    if np.abs(values.real).max() > COMPACT * np.abs(values).max():
        return None
    planes = np.flatnonzero(values.imag > SLOW * np.abs(values).max())
    inverse = np.linalg.pinv(vectors)
    frequencies = np.array([[(inverse[j] @ m @ vectors[:, j]).imag for j in planes] for m in a])
    if np.linalg.matrix_rank(frequencies, tol=COMPACT * float(np.abs(frequencies).max(initial=0.0))) < r:
        return None
    return _integers(frequencies[:, np.argsort(np.abs(frequencies).max(axis=0), kind="stable")], error, most)


def _planes(a: FloatArray) -> tuple[MatrixArray, MatrixArray]:
    """Eigenvalues and eigenvectors of that of some combinations of the generators whose eigenvalues lie furthest apart.

    Planes that turn alike under all generators cannot be told apart, and need not be.
    """
    tried = []
    for k in range(1, 1 + (TRIES if len(a) > 1 else 1)):
        values, vectors = np.linalg.eig(np.einsum("a,aij->ij", np.cos(k * np.arange(1.0, len(a) + 1)), a))
        apart = np.diff(np.sort(np.abs(values.imag)))
        moving = int((np.abs(values.imag) > SLOW * np.abs(values).max()).sum())
        tried.append(
            (
                moving,
                float(apart[apart > SLOW * np.abs(values).max()].min(initial=np.inf)),
                k,
                values,
                vectors,
            )
        )
    return max(tried, key=lambda t: t[:3])[3:]


def _integers(frequencies: FloatArray, error: float, most: int) -> TorusWeights | None:
    """Rows of integers that span what ``frequencies`` (r, k) span."""
    rows = _echelon(frequencies)
    weights, ratios, deviation = [], [], 0.0
    for row in rows:
        found = _ratio(row, error, most)
        if found is None:
            return None
        weights.append(found[0])
        ratios.append(found[1])
        deviation = max(deviation, float(np.abs(found[0] - found[1]).max()))
    return TorusWeights(np.array(weights, dtype=np.int64), np.array(ratios), deviation, error)


def _echelon(m: FloatArray) -> FloatArray:
    """Reduced row echelon form, the r columns that are best conditioned as pivots."""
    from scipy.linalg import qr

    pivots = np.sort(qr(m, mode="r", pivoting=True)[1][: len(m)])
    return np.asarray(np.linalg.solve(m[:, pivots], m))


def _ratio(row: FloatArray, error: float, most: int) -> tuple[npt.NDArray[np.int64], FloatArray] | None:
    """The smallest integers that are in the ratio of the numbers of ``row``, and these in their units."""
    largest = float(np.abs(row).max())
    for top in range(1, most + 1):
        scaled = row * (top / largest)
        whole = np.round(scaled).astype(np.int64)
        scaled = scaled * float(whole @ whole) / float(whole @ scaled)
        allowed = ERRORS * error * top
        if allowed > SHARP:
            return None
        if float(np.abs(scaled - whole).max()) <= allowed:
            common = gcd(*(int(abs(n)) for n in whole))
            sign = -1 if whole[np.flatnonzero(whole)[0]] < 0 else 1
            return (sign * whole) // common, sign * scaled / common
    return None
