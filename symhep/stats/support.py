"""Where data live: the plane and the quadrics that hold them, such as momentum conservation and mass shells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["RESOLUTION", "AffineHull", "Quadrics", "affine_hull", "quadrics"]

FloatArray = npt.NDArray[np.float64]

#: Relative width below which a direction counts as constant: some ten roundings of a single-precision column.
RESOLUTION = 1e-6
#: Points that are looked at; a constraint holds for all or is none.
POINTS = 20_000


@dataclass(frozen=True)
class AffineHull:
    """The smallest plane that holds the points: normal . x = offset for each normal.

    Attributes
    ----------
    centre
        (F,) mean.
    tangent
        (r, F) orthonormal directions in which the points vary.
    normals
        (F - r, F) orthonormal directions in which they do not.
    widths
        (F,) standard deviations along tangents and normals, decreasing, relative to the largest.
    """

    centre: FloatArray
    tangent: FloatArray
    normals: FloatArray
    widths: FloatArray

    @property
    def rank(self) -> int:
        """r: dimensions of the plane."""
        return len(self.tangent)

    @property
    def offsets(self) -> FloatArray:
        """(F - r,) values of normal . x."""
        return self.normals @ self.centre

    def fixes(self, direction: FloatArray, resolution: float = RESOLUTION) -> bool:
        """Is direction . x the same for all points?"""
        size = float(np.linalg.norm(direction))
        return bool(np.linalg.norm(self.tangent @ direction) <= resolution * max(size, np.finfo(float).tiny))


@dataclass(frozen=True)
class Quadrics:
    """Equations (x, 1)^T Q (x, 1) = 0 that all points satisfy and that no linear ones imply.

    ``forms`` (q, F + 1, F + 1), symmetric and of unit norm in units where the points have rms 1;
    ``unit`` is that rms: to use the forms divide the points by it.
    """

    forms: FloatArray
    unit: float

    def __len__(self) -> int:
        return len(self.forms)

    def holds(self, form: npt.ArrayLike, resolution: float = 1e-4) -> bool:
        """Is the homogeneous form (F, F) constant on the points, as E^2 - p^2 on a mass shell?"""
        wanted = np.asarray(form, dtype=np.float64)
        upper = np.triu_indices(len(wanted))
        if len(self) == 0:
            return False
        known = np.array([q[:-1, :-1][upper] for q in self.forms if np.abs(q[:-1, -1]).max() < resolution])
        if len(known) == 0:
            return False
        target = wanted[upper]
        left = target - known.T @ np.linalg.lstsq(known.T, target, rcond=None)[0]
        return bool(np.linalg.norm(left) < resolution * np.linalg.norm(target))


def affine_hull(x: FloatArray, resolution: float = RESOLUTION) -> AffineHull:
    """The plane of ``x`` (N, F), from the singular values of the centred points.

    Directions narrower than ``resolution`` of the widest count as constant.

    >>> x = np.random.default_rng(1).normal(size=(100, 2))
    >>> hull = affine_hull(np.c_[x, 7 - x.sum(axis=1)])
    >>> hull.rank, hull.fixes(np.array([1.0, 1.0, 1.0])), (hull.offsets / hull.normals.sum(axis=1)).round(9).tolist()
    (2, True, [2.333333333])
    """
    points = _some(x)
    centre = points.mean(axis=0)
    scale = np.sqrt((points**2).mean()) or 1.0
    # Few points leave directions out, which only all vectors hold; of many, all left ones would be points^2 numbers.
    full = len(points) < x.shape[1]
    _, values, vectors = np.linalg.svd((points - centre) / scale, full_matrices=full)
    widths = np.zeros(x.shape[1])
    widths[: len(values)] = values / np.sqrt(len(points))
    # One point, or many equal ones: nothing varies beyond the rounding of its size.
    rank = int((widths > resolution * max(float(widths[0]), resolution)).sum())
    relative = widths / widths[0] if widths[0] > 0 else widths
    return AffineHull(centre, vectors[:rank], vectors[rank:], relative)


def quadrics(x: FloatArray, resolution: float = RESOLUTION) -> Quadrics:
    """Quadratic equations that all points of ``x`` (N, F) satisfy, beside those that follow from linear ones.

    The null space of the monomials of degree up to two in coordinates of the affine hull.

    >>> p = np.random.default_rng(1).normal(size=(500, 3))
    >>> shell = quadrics(np.c_[np.sqrt((p**2).sum(axis=1) + 4.0), p])
    >>> len(shell), shell.holds(np.diag([1.0, -1.0, -1.0, -1.0]))
    (1, True)
    """
    points, f = _some(x), x.shape[1]
    unit = float(np.sqrt((points**2).mean())) or 1.0
    hull = affine_hull(points / unit, resolution)
    inside = np.c_[(points / unit - hull.centre) @ hull.tangent.T, np.ones(len(points))]
    i, j = np.triu_indices(hull.rank + 1)
    monomials = inside[:, i] * inside[:, j]
    sizes = np.sqrt((monomials**2).mean(axis=0))
    if hull.rank == 0 or len(points) <= len(i):
        return Quadrics(np.zeros((0, f + 1, f + 1)), unit)
    _, values, vectors = np.linalg.svd(monomials / sizes, full_matrices=False)
    null = vectors[values < resolution * values[0]] / sizes
    forms = np.zeros((len(null), hull.rank + 1, hull.rank + 1))
    forms[:, i, j] += null / 2
    forms[:, j, i] += null / 2
    # (t, 1) = A (x, 1): back to the coordinates of the points.
    to_hull = np.zeros((hull.rank + 1, f + 1))
    to_hull[:-1, :-1], to_hull[:-1, -1], to_hull[-1, -1] = hull.tangent, -hull.tangent @ hull.centre, 1.0
    whole = to_hull.T @ forms @ to_hull
    norms = np.linalg.norm(whole, axis=(1, 2))[:, None, None]
    return Quadrics(np.asarray(whole / np.where(norms > 0, norms, 1.0)), unit)


def _some(x: FloatArray) -> FloatArray:
    """At most so many points, evenly spaced."""
    rows = np.linspace(0, len(x) - 1, min(len(x), POINTS)).astype(np.int64)
    return np.asarray(x[rows], dtype=np.float64)
