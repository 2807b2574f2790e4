"""Flows of linear and affine generators, and how far the oracle changes along them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

__all__ = ["flow", "matched_lines", "speeds"]

FloatArray = npt.NDArray[np.float64]


def flow(matrix: FloatArray, z: FloatArray, times: FloatArray) -> FloatArray:
    """z(t) with dz/dt = W z (+ b), z(0) = z: (L, L) or homogeneous (L+1, L+1), (N, L), (T,) -> (T, N, L).

    By the matrix exponential, so a step may be as long as one likes. ``times`` must be evenly spaced.

    >>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    >>> flow(turn, np.array([[1.0, 0.0]]), np.array([0.0, np.pi / 2])).round(9).tolist()
    [[[1.0, 0.0]], [[0.0, 1.0]]]
    """
    extra = len(matrix) - z.shape[1]
    points = np.concatenate([z, np.ones((len(z), extra))], axis=1)
    moved = expm(times[:, None, None] * matrix) @ points.T
    return np.asarray(np.swapaxes(moved, 1, 2)[..., : z.shape[1]])


def speeds(matrix: FloatArray, z: FloatArray) -> FloatArray:
    """(N,) lengths of the vector field W z (+ b) at the points.

    >>> speeds(np.eye(2), np.array([[3.0, 4.0]])).tolist()
    [5.0]
    """
    extra = len(matrix) - z.shape[1]
    points = np.concatenate([z, np.ones((len(z), extra))], axis=1)
    return np.asarray(np.linalg.norm((points @ matrix.T)[:, : z.shape[1]], axis=1))


def matched_lines(path: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Straight lines from the same start in random directions, always as far from it as ``path`` (T, N, L) is.

    ``path`` holds the start at its middle time; times before it go the opposite way.
    """
    times, events, latents = path.shape
    start = path[times // 2]
    direction = rng.normal(size=(events, latents))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    distance = np.linalg.norm(path - start, axis=2)
    sign = np.where(np.arange(times) < times // 2, -1.0, 1.0)
    return np.asarray(start + (sign[:, None] * distance)[..., None] * direction)
