"""Polynomials that vanish on points: the surface on which they lie, to any degree that their number allows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import numpy.typing as npt

from symhep.stats.support import RESOLUTION, AffineHull, affine_hull

__all__ = ["Vanishing", "highest_degree", "vanishing"]

FloatArray = npt.NDArray[np.float64]

#: Monomials that are looked at, and points per monomial: an equation holds for all points or is none.
MOST_MONOMIALS, PER_MONOMIAL = 220, 3
#: Points that are used at least, where there are so many.
ENOUGH = 1000
#: Combinations of monomials smaller than this, with their gradients, are rounding.
ROUNDING = 1e-10
#: No degree above this.
HIGHEST = 6


@dataclass(frozen=True, eq=False)
class Vanishing:
    """Points x (n, F), their plane, and gradients of the polynomials that vanish on them.

    Attributes
    ----------
    points
        (n, F) of those that were looked at.
    hull
        The plane that holds them, of r dimensions.
    gradients
        (q, n, r) of the q polynomials in the directions of the plane, for points divided by ``unit``; the mean square
        of each is one.
    distances
        (q,) of the points from each surface Q = 0, <Q^2> / <|grad Q|^2> (Taubin 1991), root, in widths of the events.
    degree
        Of the polynomials, at most.
    unit
        Root mean square of the numbers.
    """

    points: FloatArray
    hull: AffineHull
    gradients: FloatArray
    distances: FloatArray
    degree: int
    unit: float

    @property
    def dimension(self) -> int:
        """Of the surface: that of the plane less the independent gradients at most points."""
        if not len(self.gradients):
            return self.hull.rank
        r = self.gradients.shape[2]
        values = np.linalg.svd(self.gradients.transpose(1, 0, 2), compute_uv=False)
        ranks = (values > 0.02 * values[:, :1]).sum(axis=1)
        return r - int(np.median(ranks))


def highest_degree(points: int, dimension: int, most: int = MOST_MONOMIALS) -> int:
    """Up to which degree polynomials of ``dimension`` variables are determined by so many points, with at most so many
    monomials; 0: not even planes.

    >>> highest_degree(500, 4), highest_degree(10_000, 8), highest_degree(1000, 30)
    (5, 3, 1)
    """
    room = min(most, points // PER_MONOMIAL)
    return max((k for k in range(1, HIGHEST + 1) if comb(dimension + k, k) <= room), default=0)


def vanishing(x: FloatArray, resolution: float = RESOLUTION, most: int = MOST_MONOMIALS) -> Vanishing:
    """The polynomials of at most so many monomials that vanish on ``x`` (N, F) within ``resolution``.

    Of all polynomials Q of the coordinates in the plane of the points, each divided by its width, those with
    <Q^2> <= resolution^2 <|grad Q|^2>: that is how far the points are from the surface Q = 0. Multiples of these, which
    vanish with their gradient, are left out. Up to `highest_degree`.

    >>> t = np.random.default_rng(1).uniform(0, 2 * np.pi, 300)
    >>> found = vanishing(np.c_[np.cos(t), np.sin(t), np.cos(2 * t), np.sin(2 * t)])
    >>> found.dimension, found.degree, bool(found.distances.max() < 1e-10)
    (1, 4, True)
    """
    unit = float(np.sqrt((x**2).mean())) or 1.0
    hull = affine_hull(x / unit, resolution)
    r = hull.rank
    degree = highest_degree(len(x), r, most) if r else 0
    wanted = max(ENOUGH, 2 * PER_MONOMIAL * comb(r + degree, degree))
    rows = np.linspace(0, len(x) - 1, min(len(x), wanted)).astype(np.int64)
    points = np.asarray(x[rows], dtype=np.float64)
    if degree < 2:
        return Vanishing(points, hull, np.zeros((0, len(points), r)), np.zeros(0), degree, unit)
    inside = (points / unit - hull.centre) @ hull.tangent.T
    width = inside.std(axis=0)
    values, slopes = _monomials(inside / width, degree)
    size = np.sqrt((values**2).mean(axis=0))
    values, slopes = values / size, slopes / size
    n, m = values.shape
    stacked = np.concatenate([values, slopes.reshape(-1, m)]) / np.sqrt(n)
    orthonormal, triangle = np.linalg.qr(stacked)
    left, s, right = np.linalg.svd(triangle)
    kept = s > ROUNDING * s[0]
    _, share, mix = np.linalg.svd(orthonormal[:n] @ left[:, kept], full_matrices=False)
    chosen = share <= resolution
    coefficients = (mix[chosen] / s[kept]) @ right[kept]
    gradients = np.einsum("nim,qm->qni", slopes, coefficients, optimize=True) / width
    norm = np.sqrt((gradients**2).sum(axis=2).mean(axis=1)) if len(gradients) else np.ones(0)
    gradients = gradients / norm[:, None, None]
    return Vanishing(points, hull, gradients, share[chosen], degree, unit)


def _monomials(u: FloatArray, degree: int) -> tuple[FloatArray, FloatArray]:
    """All monomials of u (n, r) up to ``degree`` and their gradients, (n, M) and (n, r, M)."""
    n, r = u.shape
    powers = np.ones((degree + 1, n, r))
    for k in range(1, degree + 1):
        powers[k] = powers[k - 1] * u
    exponents = [
        np.bincount(np.array(chosen, dtype=np.int64), minlength=r) if chosen else np.zeros(r, dtype=np.int64)
        for k in range(degree + 1)
        for chosen in combinations_with_replacement(range(r), k)
    ]
    values = np.ones((n, len(exponents)))
    slopes = np.zeros((n, r, len(exponents)))
    for number, e in enumerate(exponents):
        factors = np.stack([powers[k, :, i] for i, k in enumerate(e)], axis=1)
        values[:, number] = factors.prod(axis=1)
        for i in np.flatnonzero(e):
            others = np.delete(factors, i, axis=1).prod(axis=1)
            slopes[:, i, number] = e[i] * powers[e[i] - 1, :, i] * others
    return values, slopes
