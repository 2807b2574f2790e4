"""Known manifolds: the interval of the estimators must hold or come close to their dimension."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.stats.intrinsic_dimension import intrinsic_dimension


def sphere(rng: np.random.Generator, n: int, dimension: int) -> np.ndarray:
    x = rng.normal(size=(n, dimension + 1))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@pytest.mark.parametrize("dimension", [1, 2])
def test_spheres(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    found = intrinsic_dimension(sphere(rng, 2000, dimension), rng)
    assert found is not None
    assert found.combined.value == pytest.approx(dimension, abs=0.2)
    assert found.combined.low < dimension < found.combined.high
    assert set(found.by_estimator) == {"TwoNN", "MLE"}


def test_linear_embedding_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(size=(2000, 2))
    found = intrinsic_dimension(np.c_[x, 3 * x[:, 0] - x[:, 1], np.ones(2000)], rng)
    assert found is not None
    assert found.combined.value == pytest.approx(2, abs=0.25)


def test_one_column() -> None:
    rng = np.random.default_rng(6)
    found = intrinsic_dimension(rng.normal(size=(1000, 1)), rng)
    assert found is not None
    assert found.combined.value == pytest.approx(1, abs=0.15)


def test_copies_of_events_are_ignored() -> None:
    rng = np.random.default_rng(7)
    x = sphere(rng, 1000, 1)
    found = intrinsic_dimension(np.concatenate([x, x, x]), rng)
    assert found is not None
    assert found.events == 1000
    assert found.combined.value == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((5000, 3)), np.arange(30.0).reshape(15, 2)])
def test_too_few_distinct_points_give_nothing(points: np.ndarray) -> None:
    assert intrinsic_dimension(points, np.random.default_rng(8)) is None


def test_the_interval_covers_repetitions() -> None:
    """The spread over random halves stands for the spread over independent samples."""
    rng = np.random.default_rng(9)
    found = [intrinsic_dimension(rng.uniform(size=(800, 2)), rng) for _ in range(20)]
    values = [f.by_estimator["TwoNN"] for f in found if f is not None]
    measured = np.std([v.value for v in values])
    claimed = np.mean([(v.high - v.low) / (2 * 1.96) for v in values])
    assert claimed == pytest.approx(measured, rel=0.5)
