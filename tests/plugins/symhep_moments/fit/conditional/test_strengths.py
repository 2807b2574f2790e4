"""Strengths along orbits."""

from __future__ import annotations

import numpy as np
import torch

from symhep.events.dataset import Dataset
from symhep.lie.bases import so
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.known import known_law
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.strengths import OrbitHarmonics, coefficients, strengths
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.points import Points
from symhep_moments.sample import events_of

ORBIT = ClosedOrbit(so(2).homogeneous().matrices[0])


def _seen(x: np.ndarray) -> Seen:
    return Seen(events_of(Dataset.from_array(x, scaling="none")), Polynomials(2, 2))


def test_the_functions_are_cosines_and_sines() -> None:
    x = np.random.default_rng(1).normal(size=(400, 2))
    seen = _seen(x)
    waves = OrbitHarmonics(seen, "J_12", ORBIT, 3)
    assert waves.names == [tuple(f"v_{m} of vector 1 along J_12" for m in (1, 2, 3))]
    phi = np.arctan2(x[:, 1], x[:, 0])
    wanted = np.column_stack([np.cos(m * phi) for m in (1, 2, 3)] + [np.sin(m * phi) for m in (1, 2, 3)])
    assert np.allclose(np.abs(waves(seen.events.x).numpy()), np.abs(wanted))
    assert OrbitHarmonics(seen, "J_12", ORBIT, 0)(seen.events.x).shape == (400, 0)


def test_a_combination_that_the_acceptance_leaves_nothing_of_has_a_wide_error() -> None:
    """Of two functions that are the same but for a thousandth, only the sum is known."""
    gram = 0.1 * np.array([[1.0, 0.999], [0.999, 1.0]])
    found = Partialled(
        gram @ [0.2, 0.2], gram / 5000, 5000.0, gram, np.zeros(2), 0.1 * np.ones(2), np.zeros((1, 2))
    )
    a, covariance, *_ = coefficients(found)
    assert np.allclose(a, 0.2)
    known, unknown = np.array([1.0, 1.0]), np.array([1.0, -1.0])
    # var(a1 + a2) = 2^2 / (n 1^T G 1) = 4 / (5000 * 0.3998), and the difference has that of UNKNOWN, 4 * 2
    assert np.isclose(known @ covariance @ known, 4 / (5000 * 0.3998), rtol=1e-6)
    assert np.isclose(unknown @ covariance @ unknown, 8.0, rtol=1e-6)


def test_behind_a_dead_half_nothing_is_claimed() -> None:
    """Events in half of the plane alone: no v_m has a limit of any use, and none is said to be broken."""
    rng = np.random.default_rng(2)
    phi, size = rng.uniform(0.1, np.pi - 0.1, 4000), rng.uniform(1.0, 2.0, 4000)
    x = np.stack([size * np.cos(phi), size * np.sin(phi)], 1)
    seen = _seen(x)
    waves = OrbitHarmonics(seen, "J_12", ORBIT, 6)
    data = Points(seen.events.x, seen.events.weights)

    def upper_half(x: torch.Tensor) -> torch.Tensor:
        angle = torch.atan2(x[:, 0, 1], x[:, 0, 0])
        return ((angle > 0.1) & (angle < np.pi - 0.1)).double()

    found = known_law(data, lambda x, first: ORBIT.points(x, 200, first), upper_half, waves, waves.count)
    for one in strengths(found, waves.names):
        spread = np.sqrt(np.linalg.eigvalsh(one.quantity.covariance)[-1])
        assert spread > 0.1
        assert np.linalg.norm(one.quantity.mean) < 4 * spread
