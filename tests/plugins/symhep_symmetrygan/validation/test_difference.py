"""Differences of means, their slopes and covariances, against sums over events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from symhep_symmetrygan.validation.difference import difference, paired_covariance, unpaired_covariance
from symhep_symmetrygan.validation.waves import ROWS, Waves


def setup(toys: Any, weighted: bool = True) -> tuple[np.ndarray, np.ndarray, Waves, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    n = ROWS + 33
    x, w = rng.normal(size=(n, 3)) + 0.3, rng.uniform(-0.2, 1.0, size=n) if weighted else np.ones(n)
    elements = np.tile(np.eye(4), (2, 1, 1))
    elements[:, :3] += rng.normal(size=(2, 3, 4)) / 2
    generators = np.zeros((3, 4, 4))
    generators[:, :3] = rng.normal(size=(3, 3, 4))
    return x, w, Waves(rng.normal(size=(4, 3))), elements, generators


def functions(waves: Waves, x: np.ndarray, element: np.ndarray) -> np.ndarray:
    phase = (x @ element[:3, :3].T + element[:3, 3]) @ waves.frequencies.T
    return np.c_[np.cos(phase), np.sin(phase)]


def test_values_and_slopes(toys: Any) -> None:
    """The tangent is the central difference of the means along exp(h T_a) g."""
    x, w, waves, elements, generators = setup(toys)
    found = difference(waves, toys.sample_of(x, w), elements, generators)
    h = 1e-4
    for e, g in enumerate(elements):
        before = w @ functions(waves, x, np.eye(4)) / w.sum()
        np.testing.assert_allclose(found.values[e], before - w @ functions(waves, x, g) / w.sum(), atol=3e-6)
        for a, t in enumerate(generators):
            up, down = (w @ functions(waves, x, expm(s * t) @ g) / w.sum() for s in (h, -h))
            np.testing.assert_allclose(found.tangent[e, :, a], (up - down) / (2 * h), atol=2e-5)


def test_paired_covariance_is_that_of_weighted_differences(toys: Any) -> None:
    """sum w^2 (d - D)(d - D)^T / (sum w)^2; for equal weights the sample covariance over N, times (N - 1) / N."""
    x, w, waves, elements, _ = setup(toys)
    found = paired_covariance(waves, toys.sample_of(x, w), elements)
    for e, g in enumerate(elements):
        d = functions(waves, x, np.eye(4)) - functions(waves, x, g)
        c = (d - w @ d / w.sum()) * w[:, None]
        np.testing.assert_allclose(found[e], c.T @ c / w.sum() ** 2, rtol=1e-3, atol=1e-9)
    x, w, waves, elements, _ = setup(toys, weighted=False)
    d = functions(waves, x, np.eye(4)) - functions(waves, x, elements[0])
    expected = np.cov(d.T) * (len(x) - 1) / len(x) ** 2
    np.testing.assert_allclose(
        paired_covariance(waves, toys.sample_of(x), elements)[0], expected, rtol=1e-3, atol=1e-9
    )


def test_unpaired_covariance_is_twice_that_of_the_mean(toys: Any) -> None:
    x, w, waves, _, _ = setup(toys)
    f = functions(waves, x, np.eye(4))
    c = (f - w @ f / w.sum()) * w[:, None]
    found = unpaired_covariance(waves, toys.sample_of(x, w))
    np.testing.assert_allclose(found, 2 * c.T @ c / w.sum() ** 2, rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("copies", [1, 3])
def test_a_symmetry_of_the_very_events_has_no_difference(toys: Any, copies: int) -> None:
    """Events together with their mirror images: reflection permutes them."""
    rng = np.random.default_rng(6)
    half = rng.normal(size=(300, 3))
    x = np.concatenate([half, half * [1, 1, -1]] * copies)
    mirror = np.diag([1.0, 1.0, -1.0, 1.0])[None]
    found = difference(Waves(rng.normal(size=(6, 3))), toys.sample_of(x), mirror, np.zeros((0, 4, 4)))
    assert np.abs(found.values).max() < 1e-5
    assert found.tangent.shape == (1, 12, 0)
