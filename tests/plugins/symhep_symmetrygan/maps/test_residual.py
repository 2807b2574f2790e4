from __future__ import annotations

import math

import numpy as np
import torch

from symhep_symmetrygan.maps.residual import CosineFeatures, ResidualMap

LINE = np.zeros(1)


def test_without_weights_it_is_the_identity() -> None:
    features = CosineFeatures(LINE, np.ones(1), count=16, length=1.0, seed=0)
    points = np.linspace(-2, 2, 9, dtype=np.float32)[:, None].astype(np.float64)
    assert (ResidualMap(features, torch.zeros(3, 16, 1))(points) == points).all()


def test_layers_act_one_after_the_other() -> None:
    features = CosineFeatures(LINE, np.ones(1), count=16, length=1.0, seed=0)
    layers = torch.randn(2, 16, 1, generator=torch.Generator().manual_seed(1))
    points = np.array([[0.3], [-1.2]])
    first, second = (ResidualMap(features, layers[i : i + 1]) for i in (0, 1))
    np.testing.assert_allclose(ResidualMap(features, layers)(points), second(first(points)), rtol=1e-5)


def test_products_of_features_are_a_gaussian_kernel() -> None:
    """exp(-|u - v|^2 / (2 length^2)) in u = x / spread, or in (cos, sin) for angles: Rahimi and Recht 2007."""
    periods, spread, length = np.array([0.0, 2 * math.pi]), np.array([3.0, 1.0]), 0.7
    features = CosineFeatures(periods, spread, count=20_000, length=length, seed=2)
    points = np.random.default_rng(3).uniform(-4, 4, (12, 2))
    values = features(torch.as_tensor(points, dtype=torch.float32)).double().numpy()
    inputs = np.stack([points[:, 0] / 3, np.cos(points[:, 1]), np.sin(points[:, 1])], 1)
    square = ((inputs[:, None] - inputs) ** 2).sum(2)
    # the mean of F products of spread below one: an error of 1 / sqrt(F) = 0.007
    np.testing.assert_allclose(values @ values.T, np.exp(-square / (2 * length**2)), atol=0.035)
