"""Partialling out, against least squares written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.points import Points


def _points(rng: np.random.Generator, n: int, shift: float, unit: np.ndarray | None = None) -> Points:
    x = torch.from_numpy(rng.normal(shift, 1.0, size=(n, 1, 2)))
    return Points(x, torch.ones(n, dtype=torch.float64), unit)


def _features(x: torch.Tensor) -> np.ndarray:
    return x[:, 0, :1].numpy()


def _functions(x: torch.Tensor) -> torch.Tensor:
    return torch.stack([x[:, 0, 1], x[:, 0, 1] ** 2], dim=1)


def _both(repeated: bool = False) -> tuple[Points, Points, Partialled]:
    rng = np.random.default_rng(1)
    data, reference = _points(rng, 900, 0.3), _points(rng, 600, 0.0)
    if repeated:
        data, reference = (
            Points(p.x.repeat(2, 1, 1), p.weights.repeat(2), np.tile(np.arange(len(p.x)), 2))
            for p in (data, reference)
        )
    return data, reference, partialled(data, reference, _features, _functions, 1)


def test_moments_are_products_of_residuals() -> None:
    data, reference, found = _both()
    x = torch.cat([data.x, reference.x])
    s = np.column_stack([np.ones(1500), x[:, 0, 0]])
    y, f = np.repeat([1.0, 0.0], [900, 600]), _functions(x).numpy()
    onto = np.eye(1500) - s @ np.linalg.pinv(s)
    left_y, left_f = onto @ y, onto @ f
    # A ridge, which for functions that the features say nothing of may be strong, is all that differs.
    assert np.allclose(found.mean, left_y @ left_f / 1500, rtol=1e-3, atol=1e-7)
    v = left_y**2 / (1 - np.diag(s @ np.linalg.pinv(s)))
    assert np.allclose(found.gram, (left_f * v[:, None]).T @ left_f / 1500, rtol=0.02, atol=1e-3)
    assert np.allclose(found.covariance, found.gram / 1500, rtol=1e-6)  # equal weights
    assert np.allclose(found.sizes, v @ f / 1500, rtol=0.01, atol=1e-4)
    assert np.allclose(found.squares, v @ f**2 / 1500, rtol=0.01)
    assert found.influences.shape == (1500, 1)
    assert np.isclose((found.influences**2).sum(), found.covariance[1, 1])


def test_events_read_twice_count_once() -> None:
    once, twice = _both()[2], _both(repeated=True)[2]
    assert np.allclose(once.mean, twice.mean, rtol=1e-3)
    assert np.allclose(once.covariance, twice.covariance, rtol=0.01)
    assert twice.influences.shape == (1500, 1)
    assert once.nu == pytest.approx(twice.nu, rel=0.02)


def test_a_strength_moves_the_moments_by_its_gram() -> None:
    """p / q = c (1 + a f): the mean of A over samples is G a."""
    rng, a, found = np.random.default_rng(2), 0.2, list[Partialled]()
    for _ in range(60):
        phi = rng.uniform(-np.pi, np.pi, 4000)
        kept = rng.random(4000) * (1 + a) < 1 + a * np.cos(phi)
        other = rng.uniform(-np.pi, np.pi, 1000)
        samples = [
            Points(torch.from_numpy(np.column_stack([rng.normal(size=len(p)), p])[:, None]),
                   torch.ones(len(p), dtype=torch.float64))
            for p in (phi[kept], other)
        ]  # fmt: skip
        found.append(partialled(*samples, _features, lambda x: torch.cos(x[:, :, 1])))
    sizes = np.array([one.mean[0] / one.gram[0, 0] for one in found])
    errors = np.array([np.sqrt(one.covariance[0, 0]) / one.gram[0, 0] for one in found])
    assert abs(sizes.mean() - a) < 4 * sizes.std() / np.sqrt(60) + 0.01
    assert 0.7 < sizes.std() / errors.mean() < 1.3


def test_too_few_events_are_refused() -> None:
    rng = np.random.default_rng(3)
    with pytest.raises(
        MethodError, match="of the reference = 50 < 100: too few for a comparison along orbits"
    ):
        partialled(_points(rng, 900, 0.0), _points(rng, 50, 0.0), _features, _functions)


def test_some_of_the_functions() -> None:
    found = _both()[2]
    last = found.take(slice(1, 2))
    assert last.mean.tolist() == [found.mean[1]]
    assert last.influences.shape == (1500, 1)
    assert found.take(slice(0, 1)).influences.shape == (1500, 0)
