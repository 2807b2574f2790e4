"""Correlations with latents made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep_vae.fit.combinations import named_combinations
from symhep_vae.fit.correlations import best_combination, correlate

N = 2000
X = np.random.default_rng(1).normal(size=(N, 2))
NAMED = named_combinations(Dataset.from_array(X, columns=("a", "b")))
UNIT = np.ones(N)


def rotated(angle: float, noise: float = 0.0) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    z = X @ np.array([[c, -s], [s, c]])
    return np.c_[z + noise * np.random.default_rng(2).normal(size=z.shape), np.zeros(N)]


def test_coefficients_are_those_of_numpy() -> None:
    found = correlate(rotated(0.3, 0.5)[None], [2], NAMED, UNIT)
    for k, c in enumerate(found.combinations):
        assert found.matrix[0, 1, k] == pytest.approx(np.corrcoef(rotated(0.3, 0.5)[:, 1], c.values)[0, 1])


def test_the_span_does_not_feel_a_rotation() -> None:
    found = correlate(np.stack([rotated(0.0), rotated(0.7)]), [2, 2], NAMED, UNIT)
    linear = [k for k, c in enumerate(found.combinations) if c.kind != "norm"]
    assert found.span[:, linear] == pytest.approx(1.0)
    assert abs(found.matrix[0, 0, 0]) == pytest.approx(1.0)
    assert abs(found.matrix[1, 0, 0]) == pytest.approx(np.cos(0.7), abs=0.05)


def test_weights_are_frequencies() -> None:
    w = np.where(np.arange(N) < N // 2, 1.0, 0.0)
    half = correlate(rotated(0.3, 0.5)[None], [2], NAMED, w).matrix[0, 0, 0]
    z = rotated(0.3, 0.5)[: N // 2, 0]
    assert half == pytest.approx(np.corrcoef(z, X[: N // 2, 0])[0, 1])


def test_a_flat_latent_follows_nothing() -> None:
    found = correlate(rotated(0.0)[None], [2], NAMED, UNIT)
    assert not found.matrix[0, 2].any()


def test_among_equals_a_difference_is_named() -> None:
    data = Dataset.from_array(np.c_[X[:, 0], -X[:, 0]], columns=("a", "b"))
    named = named_combinations(data)
    best = best_combination(correlate(-X[None, :, :1], [1], named, UNIT), 0, 0, N)
    assert best is not None
    assert best.name == "a - b"
    assert best.r == pytest.approx(-1)
    assert best.error == pytest.approx(0)
