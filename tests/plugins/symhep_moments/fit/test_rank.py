"""The number of symmetries: calibrated at the right number, sure at one more, whatever the units."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import MethodError
from symhep.lie.bases import so
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import chain, rank_test

GENERATORS = so(4)  # six candidates, of which these tests use the labels alone
FUNCTIONS = 14


def sample_moments(rng: np.random.Generator, mean: np.ndarray, events: int = 1000) -> Moments:
    """Moments of events whose noise is correlated, no product of functions and generators, and skew."""
    k, g = mean.shape
    noise = rng.exponential(size=(events, 20)) - 1
    mixing = np.random.default_rng(3).normal(size=(20, k * g)) * np.linspace(0.3, 2, k * g)
    m = (noise @ mixing / 4 + rng.normal(size=(events, k * g))) + mean.reshape(-1)
    covariance = np.cov(m.T) / events
    low = {"low": slice(0, 8), "fourier": slice(8, k)}
    return Moments(
        m.mean(axis=0).reshape(k, g), covariance.reshape(k, g, k, g), events - 1.0, GENERATORS,
        tuple(f"f{i}" for i in range(k)), low,
    )  # fmt: skip


def symmetric_mean(r: int) -> tuple[np.ndarray, np.ndarray]:
    """A of rank 6 - r, ten standard deviations or more, and its null space (6, r)."""
    rng = np.random.default_rng(11)
    span = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    return rng.normal(size=(FUNCTIONS, 6 - r)) @ span[:, r:].T, span[:, :r]


@pytest.mark.parametrize("r", [1, 3])
def test_true_number_is_rejected_as_often_as_it_says(r: int) -> None:
    rng = np.random.default_rng(r)
    mean, _ = symmetric_mean(r)
    toys = [sample_moments(rng, mean) for _ in range(200)]
    p = np.exp([rank_test(toy, r).log_p for toy in toys])
    assert 0.01 < np.mean(p < 0.05) < 0.1  # binomial 99 % band of 200
    assert 0.405 < np.mean(p < 0.5) < 0.595
    if r < 3:
        assert max(rank_test(toy, r + 1).log_p for toy in toys[:25]) < np.log(1e-6)


def test_direction_and_its_errors() -> None:
    """Pulls of the angles between fitted and true span have unit variance."""
    rng = np.random.default_rng(8)
    mean, null = symmetric_mean(1)
    pulls = []
    for _ in range(120):
        found = rank_test(sample_moments(rng, mean), 1)
        # true = theta a + normal b: delta = b / a
        coordinates = np.linalg.solve(np.c_[found.theta, found.normal], null[:, 0])
        delta = coordinates[1:] / coordinates[0]
        pulls.append(delta @ np.linalg.solve(found.covariance, delta))
    assert np.mean(pulls) == pytest.approx(5, abs=5 * np.sqrt(2 * 5 / 120))


def test_units_of_generators_and_functions_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    moments = sample_moments(rng, symmetric_mean(2)[0])
    generators, functions = np.geomspace(1e-3, 1e3, 6), np.full(FUNCTIONS, 50.0)
    scaled = Moments(
        functions[:, None] * moments.mean * generators,
        np.einsum("k,a,kalc,l,c->kalc", functions, generators, moments.covariance, functions, generators),
        moments.nu, GENERATORS, moments.labels, moments.blocks,
    )  # fmt: skip
    one, other = rank_test(moments, 2), rank_test(scaled, 2)
    assert other.log_p == pytest.approx(one.log_p, rel=1e-4)
    span = np.linalg.qr(generators[:, None] * other.theta)[0]
    np.testing.assert_allclose(
        span.T @ np.linalg.qr(one.theta)[0] @ (np.linalg.qr(one.theta)[0].T @ span), np.eye(2), atol=1e-4
    )


def test_chain_finds_the_number() -> None:
    rng = np.random.default_rng(6)
    for r in (0, 2, 6):
        found = chain(sample_moments(rng, symmetric_mean(r)[0]), 0.001)
        assert found.found == r
        assert [test.r for test in found.tests] == [6, 5, 4, 3, 2, 1]
        assert (found.best is None) == (r == 0)


def test_impossible_numbers_are_refused() -> None:
    moments = sample_moments(np.random.default_rng(1), symmetric_mean(1)[0])
    with pytest.raises(MethodError, match="r = 7 symmetries among 6 candidates"):
        rank_test(moments, 7)
    few = Moments(
        moments.mean[:4], moments.covariance[:4, :, :4], 99.0, GENERATORS,
        moments.labels[:4], {},
    )  # fmt: skip
    with pytest.raises(MethodError, match=r"4 test functions are too few to test 1 symmetries.*more than 5"):
        rank_test(few, 1)
