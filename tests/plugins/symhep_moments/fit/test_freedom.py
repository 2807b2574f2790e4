"""Degrees of freedom of the covariance of weighted moments: the terms of the sum are in its covariance, too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from symhep.lie.bases import so
from symhep_moments.fit.functions.members import MemberPolynomials
from symhep_moments.fit.sums import moments_of
from symhep_moments.places import Places

PLACES = Places(("x", "y", "z"), np.ones((1, 3), dtype=bool), ("a",), ("a",), extended=True)


def kappa(w: npt.NDArray[np.float64]) -> float:
    return float(2 * (w**3).sum() / (w.sum() * (w**2).sum()) - (w**2).sum() / w.sum() ** 2)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("equal", 499, 499.001), ("lognormal", 30, 120), ("signed", 1e7, 1e9)]
)
def test_degrees_of_freedom(kind: str, low: float, high: float) -> None:
    rng = np.random.default_rng(1)
    w = {
        "equal": np.full(500, 3.0), "lognormal": rng.lognormal(sigma=1.0, size=500),
        "signed": np.where(np.arange(500) % 5 == 0, -1.0, 1.0),
    }[kind]  # fmt: skip
    x = torch.from_numpy(np.concatenate([rng.normal(size=(500, 1, 3)), np.ones((500, 1, 1))], axis=2))
    found = moments_of(x, torch.from_numpy(w), MemberPolynomials(3, 2), so(3), places=PLACES)
    assert low * (1 - 1e-9) <= found.nu <= high
    if kind == "lognormal":
        assert found.nu == pytest.approx(1 / kappa(w) - 1)


def test_centring_makes_no_more_than_hotelling_of_what_is_uncentred() -> None:
    """T_u has the mean of chi^2; T_c at most T_u / (1 - kappa T_u), which is nearer than with W_2^2 / W_4 degrees."""
    rng, moments = np.random.default_rng(2), 8
    uncentred, centred, expected, others = [], [], [], []
    for _ in range(400):
        w = rng.lognormal(sigma=1.0, size=1000)
        m = rng.normal(size=(1000, moments))
        z, a = w @ m, (w @ m) / w.sum()
        t_u = z @ np.linalg.solve((w[:, None] * m).T @ (w[:, None] * m), z)
        e = w[:, None] * (m - a)
        uncentred.append(t_u)
        centred.append(z @ np.linalg.solve(e.T @ e, z))
        expected.append(t_u / (1 - kappa(w) * t_u))
        others.append(t_u / (1 - t_u * (w**4).sum() / (w**2).sum() ** 2))
    assert np.mean(uncentred) == pytest.approx(moments, abs=0.6)
    assert np.mean(uncentred) < np.mean(centred) < np.mean(expected)
    assert np.median(centred) < np.median(expected) < np.median(others)
