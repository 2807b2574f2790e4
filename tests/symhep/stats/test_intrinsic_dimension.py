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


def test_the_error_is_the_spread_of_repetitions() -> None:
    rng = np.random.default_rng(9)
    found = [intrinsic_dimension(rng.uniform(size=(1600, 2)), rng) for _ in range(20)]
    finest = [f.scales[0] for f in found if f is not None]
    assert np.mean([s.error for s in finest]) == pytest.approx(np.std([s.dimension for s in finest]), rel=0.5)


def test_a_cube_with_edges() -> None:
    """Neighbours near an edge see half a ball: the value is too small, and the trend over distances tells."""
    rng = np.random.default_rng(10)
    turn = np.linalg.qr(rng.normal(size=(9, 9)))[0][:5]
    found = intrinsic_dimension(rng.uniform(size=(5000, 5)) @ turn, rng)
    assert found is not None
    assert found.plateau
    assert found.value is not None
    assert found.value < 4.9
    assert found.combined.low < 5 < found.combined.high < 6


def test_noise_leaves_no_plateau() -> None:
    rng = np.random.default_rng(11)
    found = intrinsic_dimension(sphere(rng, 5000, 2) + 0.02 * rng.normal(size=(5000, 3)), rng)
    assert found is not None
    assert found.plateau is False
    assert found.value is None
    assert np.isnan(found.combined.value)
    assert found.combined.low < 2 < 2.6 < found.combined.high <= 3
    assert found.scales[0].dimension > found.scales[-1].dimension + 0.4
    assert "no plateau" in found.combined.method


def test_the_plateau_of_a_little_noise_lies_far_apart() -> None:
    """A circle with 0.3 % noise: two dimensions among neighbours of 0.1 %, one among those of 5 %."""
    rng = np.random.default_rng(12)
    found = intrinsic_dimension(sphere(rng, 10_000, 1) + 0.003 * rng.normal(size=(10_000, 2)), rng)
    assert found is not None
    assert found.combined.low < 1 < found.combined.high


def test_few_points_do_not_tell_of_a_plateau() -> None:
    rng = np.random.default_rng(13)
    found = intrinsic_dimension(sphere(rng, 400, 2), rng)
    assert found is not None
    assert (found.plateau, len(found.scales)) == (None, 3)
    assert found.combined.low < 2 < found.combined.high
    assert "too few to find a plateau" in found.combined.method


def test_it_says_how_many_points_were_used() -> None:
    rng = np.random.default_rng(14)
    found = intrinsic_dimension(rng.uniform(size=(12_000, 1)), rng)
    assert found is not None
    assert (found.events, found.distinct) == (10_000, 12_000)
    assert [s.points for s in found.scales] == [10_000, 5000, 2500, 1250, 625, 312, 156]
    assert "on 10000 points" in found.combined.method


def test_the_likelihood_gives_a_range_and_no_error() -> None:
    rng = np.random.default_rng(15)
    found = intrinsic_dimension(sphere(rng, 2000, 2), rng)
    assert found is not None
    one = found.by_estimator["MLE"]
    assert one.low <= one.value <= one.high
    assert "no error" in one.method


def test_a_lattice_is_seen_where_its_points_are_no_longer_neighbours() -> None:
    """Whole numbers have neighbours at equal distances, which tell nothing; a tenth of them does."""
    rng = np.random.default_rng(16)
    found = intrinsic_dimension(rng.integers(0, 40, size=(1500, 2)).astype(float), rng)
    assert found is None or all(s.points < 500 for s in found.scales)
