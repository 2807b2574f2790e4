"""Massless particles spread evenly over their Lorentz-invariant phase space, without weights.

The phase space of k massless bodies grows like s^(k-2), s the square of their mass. Split one body off: the
rest has the fraction x of s with density x^(k-3) (1 - x), a beta distribution, and each split is isotropic.
Nothing is rejected and nothing weighed. Three bodies fill their Dalitz plot evenly.

Source: F. James, Monte Carlo phase space, CERN 68-15 (1968).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.readers.toy.kinematics import directions

__all__ = ["phase_space"]

FloatArray = npt.NDArray[np.float64]


def phase_space(rng: np.random.Generator, n: int, bodies: int) -> FloatArray:
    """n decays at rest of a mass of 1 into P >= 2 massless ``bodies``.

    Returns
    -------
    (4, P, n) array
        E, px, py, pz; the momenta of an event sum to 0 and the energies to 1 within rounding.
        The density does not change when bodies are exchanged.

    >>> event = phase_space(np.random.default_rng(0), 1, 4)[:, :, 0]
    >>> np.abs(event.sum(axis=1)).round(12).tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    momenta = np.empty((4, bodies, n))
    # The pair that is left at the end decays back to back; its second body balances the event below.
    momenta[0, 0] = 0.5
    momenta[1:, 0] = 0.5 * directions(rng, n)
    for k in range(3, bodies + 1):
        x, d = _share(rng, n, k), directions(rng, n)
        _recoiled(momenta[:, : k - 2], x, d)
        momenta[0, k - 2] = 0.5 * (1 - x)
        momenta[1:, k - 2] = momenta[0, k - 2] * d
    momenta[1:, -1] = -momenta[1:, :-1].sum(axis=1)
    momenta[0, -1] = np.sqrt((momenta[1:, -1] ** 2).sum(axis=0))
    return momenta


def _share(rng: np.random.Generator, n: int, k: int) -> FloatArray:
    """x ~ Beta(k - 2, 2): the second largest of k - 1 uniform numbers."""
    first, second = rng.random(n), rng.random(n)
    largest, runner_up = np.maximum(first, second), np.minimum(first, second)
    for _ in range(k - 3):
        number = rng.random(n)
        runner_up = np.maximum(runner_up, np.minimum(largest, number))
        largest = np.maximum(largest, number)
    return runner_up


def _recoiled(inner: FloatArray, x: FloatArray, d: FloatArray) -> None:
    """Bring (4, k, n) momenta of a system of mass 1 to where it has the mass sqrt(x) and recoils along -d.

    A boost with gamma = (1 + x) / (2 sqrt(x)) and a factor sqrt(x), so that x = 0 is no pole.
    """
    root = np.sqrt(x)
    energy, p = inner[0].copy(), inner[1:]
    along = d[0] * p[0] + d[1] * p[1] + d[2] * p[2]
    push = 0.5 * ((1 - root) ** 2 * along - (1 - x) * energy)
    inner[0] = 0.5 * ((1 + x) * energy - (1 - x) * along)
    for i in range(3):
        p[i] *= root
        p[i] += d[i] * push
