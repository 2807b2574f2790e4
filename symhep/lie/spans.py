"""Real spans of matrices as points of a Grassmannian: bases, rank, angles, distances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.generators import Matrices
from symhep.lie.structure import numbers

__all__ = [
    "contains",
    "grassmann_distance",
    "inclusion_angle",
    "noise_floor",
    "orthonormal",
    "principal_angles",
]

FloatArray = npt.NDArray[np.float64]

#: Standard deviations above the typical largest singular value of pure noise: exceeded with probability
#: exp(-5^2 / 2) = 4e-6 (Davidson and Szarek 2001, theorem II.13).
MARGIN = 5.0


def noise_floor(count: int, entries: int, noise: float) -> float:
    """What the largest singular value of a (count, entries) matrix of pure Gaussian noise does not exceed.

    noise (sqrt(count) + sqrt(entries) + 5), wrong with a probability below 4e-6
    (Davidson and Szarek 2001, theorem II.13). ``noise`` is the standard deviation of an entry.

    >>> noise_floor(4, 9, 0.1)
    1.0
    """
    return noise * (math.sqrt(count) + math.sqrt(entries) + MARGIN)


def orthonormal(matrices: Matrices, noise: float = 0.0) -> Matrices:
    """Orthonormal basis (r, d, d) of the real span of matrices (G, d, d), for <A, B> = Re Tr(A^dagger B).

    The rank r counts the singular values above the `noise_floor` of an error ``noise`` per real entry, and above
    the rounding of the largest one. It is the span's `canonical_basis`.

    Raises ``ValueError`` for another shape, NaN or infinity.

    >>> matrices = np.array([[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 2.0]]])
    >>> orthonormal(matrices).shape
    (1, 2, 2)
    """
    rows = _rows(matrices)
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    kept = canonical_basis(
        vectors[values > max(_rounding(rows, values), noise_floor(len(rows), rows.shape[1], noise))]
    )
    shape = (len(kept), *np.shape(matrices)[1:])
    if np.iscomplexobj(matrices):
        half = kept.shape[1] // 2
        return np.asarray(kept[:, :half] + 1j * kept[:, half:]).reshape(shape)
    return kept.reshape(shape)


def principal_angles(first: Matrices, second: Matrices) -> FloatArray:
    """Principal angles between the real spans of two bases, ascending, in [0, pi/2]; as many as the smaller span has.

    theta_i = atan2(sin, cos) with the cosines from the singular values of Q1^T Q2 and the sines from those of the
    part of the smaller basis outside the larger one, so angles are exact to rounding however small (Bjorck and Golub
    1973, theorem 1 and section 3). A real span and one of complex matrices may be compared.

    >>> one, tilted = np.array([[[1.0, 0.0]]]), np.array([[[1.0, 1e-12]]])
    >>> [f"{angle:.6g}" for angle in principal_angles(one, tilted)]
    ['1e-12']
    """
    large, small = sorted(_columns(first, second), key=lambda columns: columns.shape[1], reverse=True)
    inside = large.T @ small
    cosines = np.linalg.svd(inside, compute_uv=False)
    sines = np.linalg.svd(small - large @ inside, compute_uv=False)
    return np.arctan2(sines[::-1], cosines)


def grassmann_distance(first: Matrices, second: Matrices) -> float:
    """sqrt(sum theta_i^2) over the principal angles, in radians.

    Of spans of different dimension each missing direction counts as a right angle, which keeps it a metric
    (Ye and Lim 2016, SIAM J. Matrix Anal. Appl. 37, theorem 4.2).

    >>> grassmann_distance(np.array([[[1.0, 0.0]]]), np.array([[[0.0, 1.0]]])) == np.pi / 2
    True
    """
    a, b = _columns(first, second)
    missing = abs(a.shape[1] - b.shape[1])
    return float(np.sqrt((principal_angles(first, second) ** 2).sum() + missing * (np.pi / 2) ** 2))


def inclusion_angle(inner: Matrices, outer: Matrices) -> float:
    """How far ``inner`` is from lying inside ``outer``: the largest angle of a direction of inner to outer, in radians.

    0 when inner is contained, pi/2 when a direction of inner is orthogonal to outer; always pi/2 when inner is larger.

    >>> x, xy = np.array([[[1.0, 0.0]]]), np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    >>> inclusion_angle(x, xy), inclusion_angle(xy, x) == np.pi / 2
    (0.0, True)
    """
    a, b = _columns(inner, outer)
    if a.shape[1] > b.shape[1]:
        return np.pi / 2
    return float(principal_angles(inner, outer).max(initial=0.0))


def contains(outer: Matrices, inner: Matrices, noise: float = 0.0) -> bool:
    """Whether ``inner`` lies in ``outer`` as far as an error ``noise`` per real entry of both bases can tell.

    The `inclusion_angle` is compared with the angle that the noise makes: of each basis its `noise_floor` (or the
    rounding) over its smallest singular value. Both bases must be linearly independent.

    >>> from symhep.lie.bases import gl, so
    >>> contains(gl(3).matrices, so(3).matrices), contains(so(3).matrices, gl(3).matrices)
    (True, False)
    """
    return inclusion_angle(inner, outer) <= _angle_noise(inner, noise) + _angle_noise(outer, noise)


def _angle_noise(matrices: Matrices, noise: float) -> float:
    rows = _rows(matrices) if noise else _rows(_unit_sized(matrices))
    values = np.linalg.svd(rows, compute_uv=False)
    return max(_rounding(rows, values), noise_floor(len(rows), rows.shape[1], noise)) / float(
        values.min(initial=np.inf)
    )


def _rounding(rows: FloatArray, values: npt.NDArray[np.floating[Any]]) -> float:
    return float(np.finfo(np.float64).eps * max(rows.shape) * values.max(initial=0.0))


def _columns(first: Matrices, second: Matrices) -> tuple[FloatArray, FloatArray]:
    """Orthonormal columns of both spans, as vectors of the same real space."""
    if np.shape(first)[1:] != np.shape(second)[1:]:
        raise ValueError(
            f"spans of {np.shape(first)[1:]} and {np.shape(second)[1:]} matrices cannot be compared; both "
            "must act on the same space"
        )
    complex_ones = np.iscomplexobj(first) or np.iscomplexobj(second)
    kind = np.complex128 if complex_ones else np.float64
    a, b = (_rows(orthonormal(_unit_sized(matrices).astype(kind))) for matrices in (first, second))
    return a.T, b.T


def _unit_sized(matrices: Matrices) -> Matrices:
    """The matrices with norm 1, those that are rounding beside the largest 0: sizes do not matter."""
    rows = _rows(matrices)
    largest = float(np.abs(rows).max(initial=0.0)) or 1.0
    norms = np.linalg.norm(rows / largest, axis=1)
    kept = norms > _rounding(rows, norms)
    scale = np.where(kept, 1 / np.where(kept, norms, 1), 0)
    return np.asarray(matrices) / largest * scale.reshape(-1, *[1] * (np.ndim(matrices) - 1))


def _rows(matrices: Matrices) -> FloatArray:
    """Matrices (G, d, d) as real vectors (G, d^2 or 2 d^2)."""
    stack = numbers(matrices, "a span")
    if stack.ndim != 3:
        raise ValueError(f"a span must be an array (G, d, d), not {stack.shape}")
    if not np.isfinite(stack).all():
        raise ValueError("a matrix contains NaN or infinity; remove it first")
    flat = stack.reshape(len(stack), math.prod(stack.shape[1:]))
    if np.iscomplexobj(flat):
        return np.concatenate([flat.real, flat.imag], axis=1)
    return flat.astype(np.float64)
