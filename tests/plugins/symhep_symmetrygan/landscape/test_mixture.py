from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from symhep_symmetrygan.landscape.mixture import Mixture

MEANS = [[0.3, -1.0], [2.0, 0.5]]
COVARIANCES = [[[1.0, 0.4], [0.4, 0.5]], [[0.2, -0.1], [-0.1, 0.7]]]
WEIGHTS = [3.0, 1.0]


def _scipy(x: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    parts = [multivariate_normal(m, c).pdf(x) for m, c in zip(means, covariances, strict=True)]
    return 0.75 * parts[0] + 0.25 * parts[1]


def test_the_density_is_that_of_scipy() -> None:
    x = np.random.default_rng(1).normal(size=(50, 2))
    found = Mixture.of(MEANS, COVARIANCES, WEIGHTS).density(torch.as_tensor(x)).numpy()
    np.testing.assert_allclose(found, _scipy(x, np.array(MEANS), np.array(COVARIANCES)), rtol=1e-10)


def test_moved_and_scaled_are_the_densities_of_moved_points() -> None:
    mixture = Mixture.of(MEANS, COVARIANCES, WEIGHTS)
    a, b = np.array([[1.0, 2.0], [-0.5, 0.3]]), np.array([0.7, -0.2])
    x = np.random.default_rng(2).normal(size=(50, 2))
    expected = mixture.density(torch.as_tensor(x)).numpy()
    moved = mixture.moved(a, b).density(torch.as_tensor(x @ a.T + b)).numpy()
    np.testing.assert_allclose(moved * abs(np.linalg.det(a)), expected, rtol=1e-9)
    scaled = mixture.scaled(3.0).density(torch.as_tensor(x / 3)).numpy()
    np.testing.assert_allclose(scaled / 9, expected, rtol=1e-9)


def test_mean_and_covariance_are_those_of_draws() -> None:
    rng = np.random.default_rng(3)
    first = rng.random(200_000) < 0.75
    draws = np.where(
        first[:, None],
        rng.multivariate_normal(MEANS[0], COVARIANCES[0], 200_000),
        rng.multivariate_normal(MEANS[1], COVARIANCES[1], 200_000),
    )
    mixture = Mixture.of(MEANS, COVARIANCES, WEIGHTS)
    # standard errors of means and covariances of 200,000 draws of width one are below 0.004
    np.testing.assert_allclose(mixture.mean, draws.mean(0), atol=0.015)
    np.testing.assert_allclose(mixture.covariance, np.cov(draws.T), atol=0.02)


def test_what_is_no_density_is_refused() -> None:
    with pytest.raises(ValueError, match="2 Gaussians need 2 positive weights"):
        Mixture.of(MEANS, COVARIANCES, [1.0, -1.0])
    with pytest.raises(ValueError, match="symmetric matrix with positive eigenvalues"):
        Mixture.of([[0.0, 0.0]], [[[1.0, 2.0], [2.0, 1.0]]])
