"""Blocks of the same normal numbers, joined into the smallest p."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from symhep_moments.fit.joined_blocks import Part, joined


def parts() -> list[Part]:
    """Six pairs of two numbers each, which are much the same in twos, and all of them."""
    rows = np.eye(12)
    return [*(Part(f"pair {i}", rows[[2 * i, 2 * i + 1]], 1.0) for i in range(6)), Part("all", rows, 1.0)]


def covariance() -> np.ndarray:
    found = np.eye(12)
    for i in (0, 4, 8):
        for j in (0, 1):
            found[i + j, i + j + 2] = found[i + j + 2, i + j] = 0.9
    return found


@pytest.mark.parametrize("toys", [200, pytest.param(1500, marks=pytest.mark.slow)])
def test_the_level_holds(toys: int) -> None:
    rng = np.random.default_rng(1)
    draws = rng.multivariate_normal(np.zeros(12), covariance(), size=toys)
    p = np.exp([joined(x, covariance(), 1e6, parts()).log_p() for x in draws])
    low, high = binom(toys, 0.05).ppf([1e-6, 1 - 1e-6])
    assert low <= np.sum(p < 0.05) <= high
    # large p-values of correlated blocks are a little too large
    slack = 2.5 * (toys**-0.5 - 1500**-0.5)
    assert 0.4 - slack < np.mean(p < 0.5) < 0.56 + slack


def test_correlations_are_those_of_the_statistics() -> None:
    rng = np.random.default_rng(2)
    draws = rng.multivariate_normal(np.zeros(12), covariance(), size=4000)
    found = [joined(x, covariance(), 1e6, parts()) for x in draws[:400]]
    statistics = np.array([[test.statistic for test in one.tests.values()] for one in found])
    np.testing.assert_allclose(found[0].correlation, np.corrcoef(statistics.T), atol=0.2)
    assert found[0].correlation[0, 1] == pytest.approx(0.81, abs=0.02)  # 0.9^2, but for the ridge


def test_a_block_that_nothing_moves_costs_nothing() -> None:
    x = np.zeros(14)
    x[0] = 3.0
    wide = np.zeros((14, 14))
    wide[:12, :12] = covariance()
    padded = [Part(p.name, np.pad(p.rows, ((0, 0), (0, 2))), 1.0) for p in parts()]
    more = [*padded, Part("still", np.eye(14)[12:], 1.0)]
    assert joined(x, wide, 1e6, more).log_p() == pytest.approx(
        joined(x, wide, 1e6, padded).log_p(), abs=1e-12
    )
    assert joined(x, wide, 1e6, more).tests["still"].log_p == 0.0
    x[12] = 1.0  # without any spread, and not zero
    assert joined(x, wide, 1e6, more).log_p() == -np.inf
