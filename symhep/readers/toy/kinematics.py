"""Directions, boosts and recoils, one array per component: four-momenta are (4, P, n) while an event is made.

Components come first because an operation on contiguous numbers is several times faster.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["boosted", "directions", "recoil", "resonance_velocity"]

FloatArray = npt.NDArray[np.float64]


def directions(rng: np.random.Generator, n: int) -> FloatArray:
    """(3, n) unit vectors, isotropic: the height is uniform (Archimedes), and so is the azimuth.

    >>> bool(np.allclose((directions(np.random.default_rng(0), 5) ** 2).sum(axis=0), 1))
    True
    """
    found = np.empty((3, n))
    height, azimuth = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n)
    radius = np.sqrt(1 - height**2)
    found[0], found[1], found[2] = radius * np.cos(azimuth), radius * np.sin(azimuth), height
    return found


def recoil(rng: np.random.Generator, n: int, mean: float) -> FloatArray:
    """(2, n) transverse momenta, in the unit of ``mean``, with density d2N / d2pt ~ exp(-2 pt / mean).

    The density falls from pt = 0 on and is isotropic; pt is the sum of two exponential
    numbers of mean ``mean`` / 2.
    """
    pt = (0.5 * mean) * (rng.standard_exponential(n) + rng.standard_exponential(n))
    azimuth = rng.uniform(-np.pi, np.pi, n)
    return np.stack((pt * np.cos(azimuth), pt * np.sin(azimuth)))


def resonance_velocity(
    rng: np.random.Generator, mass: FloatArray | float, n: int, rapidity: float, pt: float
) -> FloatArray:
    """(3, n) spatial parts u of four-velocities: y ~ N(0, ``rapidity``) along z, pt of mean ``pt`` across."""
    u = np.zeros((3, n))
    if pt:
        u[:2] = recoil(rng, n, pt) / mass
    if rapidity:
        u[2] = np.sinh(rapidity * rng.standard_normal(n)) * np.sqrt(1 + u[0] ** 2 + u[1] ** 2)
    return u


def boosted(momenta: FloatArray, u: FloatArray) -> FloatArray:
    """(4, P, n) momenta at rest, as seen where the rest frame moves with the four-velocity (sqrt(1 + u^2), u).

    E' = gamma E + u.p and p' = p + u (E + u.p / (1 + gamma)), with ``u`` of shape (3, n).

    >>> boosted(np.array([2.0, 0, 0, 0]).reshape(4, 1, 1), np.array([[0.0], [0.0], [0.75]])).ravel().tolist()
    [2.5, 0.0, 0.0, 1.5]
    """
    energy, *p = momenta
    gamma = np.sqrt(1 + u[0] ** 2 + u[1] ** 2 + u[2] ** 2)
    along = u[0] * p[0] + u[1] * p[1] + u[2] * p[2]
    found = np.empty_like(momenta)
    found[0] = gamma * energy + along
    push = energy + along / (1 + gamma)
    for i in range(3):
        found[1 + i] = p[i] + u[i] * push
    return found
