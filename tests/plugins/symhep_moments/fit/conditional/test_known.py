"""Where on its orbit an event lies, if the efficiency is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.lie.bases import so
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.known import known_law
from symhep_moments.fit.points import Points

ORBIT = ClosedOrbit(so(2).homogeneous().matrices[0])


def _right(x: torch.Tensor) -> torch.Tensor:
    """1 where x > 0, else a half."""
    return torch.where(x[:, 0, 0] > 0, 1.0, 0.5).double()


def _drawn(rng: np.random.Generator, n: int) -> Points:
    x = rng.normal(size=(2 * n, 1, 2))
    kept = rng.random(2 * n) < np.where(x[:, 0, 0] > 0, 1.0, 0.5)
    x = torch.from_numpy(x[kept][:n])
    return Points(x, torch.ones(len(x), dtype=torch.float64))


def _cosine(x: torch.Tensor) -> torch.Tensor:
    return (x[:, 0, :1] / torch.linalg.vector_norm(x[:, 0], dim=1, keepdim=True)).double()


def test_the_mean_over_the_orbit_is_weighted_with_the_efficiency() -> None:
    """E[cos] = (2 - 1) / (1.5 pi) on each orbit, E[cos^2] = 1 / 2: so A = 0 and G = 1/2 - E[cos]^2."""
    data = _drawn(np.random.default_rng(1), 6000)
    found = known_law(data, lambda x, first: ORBIT.points(x, 64, first), _right, _cosine, 1)
    middle = 1 / (1.5 * np.pi)
    assert np.isclose(found.sizes[0], middle, atol=2e-3)
    assert np.isclose(found.gram[0, 0], 0.5 - middle**2, atol=2e-3)
    assert abs(found.mean[0]) < 4 * np.sqrt(found.covariance[0, 0])
    assert np.isclose(found.covariance[0, 0], (0.5 - middle**2) / len(data.x), rtol=0.05)
    assert found.influences.shape == (len(data.x), 1)
    plain = known_law(
        data, lambda x, first: ORBIT.points(x, 64, first), lambda x: torch.ones(len(x)), _cosine
    )
    assert plain.mean[0] > 8 * np.sqrt(plain.covariance[0, 0])


def test_an_event_where_nothing_is_seen_is_refused() -> None:
    data = _drawn(np.random.default_rng(2), 100)
    with pytest.raises(MethodError, match="the efficiency is 0 for some events"):
        known_law(
            data, lambda x, first: ORBIT.points(x, 8, first), lambda x: (x[:, 0, 0] > 0).double(), _cosine
        )
