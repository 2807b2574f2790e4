"""Borders against the quantiles of chi^2, ranks against matrices made with them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from symhep.lie.noise import decide_rank, upper_limit

CHANCE = 2 * scipy.stats.norm.sf(4)


def drawn(value: np.ndarray, error: float, rng: np.random.Generator, draws: int = 40) -> np.ndarray:
    """A measured value, and copies of it with the errors drawn again."""
    measured = value + error * rng.normal(size=value.shape)
    return np.concatenate([measured[None], measured + error * rng.normal(size=(draws, *value.shape))])


@pytest.mark.parametrize("freedom", [1, 2, 5, 30])
def test_upper_limit_is_the_quantile_of_chi_squared(freedom: int) -> None:
    squares = 0.01 * np.random.default_rng(freedom).chisquare(freedom, size=40_000)
    assert upper_limit(squares) == pytest.approx(0.01 * scipy.stats.chi2(freedom).isf(CHANCE), rel=0.1)


def test_upper_limit_of_one_number_is_four_standard_deviations() -> None:
    limits = [upper_limit(np.random.default_rng(seed).normal(size=40) ** 2) for seed in range(200)]
    assert np.median(np.sqrt(limits)) == pytest.approx(4, rel=0.2)
    assert np.quantile(np.sqrt(limits), 0.05) > 2.5  # of 40 draws; 3 is exceeded once in 370


def test_upper_limit_of_a_mixture_covers_its_rarer_part() -> None:
    """One draw in six is a hundred times larger: not a wild error, but a way the value can turn out."""
    rng = np.random.default_rng(0)
    squares = rng.normal(size=42) ** 2 * np.where(np.arange(42) % 6, 1e-4, 1.0)
    assert upper_limit(squares) > 1


@pytest.mark.parametrize(("m", "n"), [(6, 4), (4, 6), (40, 5)])
@pytest.mark.parametrize("rank", [0, 1, 3])
def test_rank_of_a_product(m: int, n: int, rank: int) -> None:
    """Singular values of a product of orthonormal columns are 1; errors leave at most 0.01 (sqrt m + sqrt n)."""
    rng = np.random.default_rng(10 * m + rank)
    found = []
    for _ in range(20):
        left, right = (np.linalg.qr(rng.normal(size=(k, max(rank, 1))))[0] for k in (m, n))
        decision = decide_rank(drawn((left @ right.T) * bool(rank), 0.01, rng), "rank")
        found.append(decision.rank)
        assert decision.rank > rank or (decision.above > 4 and 0 < decision.below < 1)
    assert found.count(rank) >= 19  # pure noise passes for more in one case of 1500


def test_full_rank_leaves_nothing_to_resolve() -> None:
    decision = decide_rank(drawn(np.eye(3), 0.01, np.random.default_rng(0)), "rank")
    assert (decision.rank, decision.below, decision.resolution) == (3, 0.0, 0.0)


def test_resolution_is_the_border_over_the_expected_size() -> None:
    """A number with the error 0.1 has the border 0.4; one of size 2 would stand out, one of 0.3 would not."""
    samples = drawn(np.zeros((1, 1)), 0.1, np.random.default_rng(1), draws=4000)
    for size in (2.0, 0.3):
        decision = decide_rank(samples, "one number", size)
        assert decision.rank == 0
        assert decision.resolution == pytest.approx(0.4 / size, rel=0.1)


def test_a_value_that_drowns_shows_in_the_resolution() -> None:
    value, rng = np.diag([2.0, 0.3]), np.random.default_rng(2)
    sharp, blurred = (decide_rank(drawn(value, error, rng, 400), "rank") for error in (0.01, 0.2))
    assert (sharp.rank, blurred.rank) == (2, 1)
    assert sharp.resolution == 0
    assert blurred.resolution == pytest.approx(4 * 0.2 / blurred.values[0], rel=0.15)


def test_without_noise_rounding_decides() -> None:
    value = np.ones((5, 5)) + 1e-9 * np.eye(5)
    assert decide_rank(np.stack([value] * 3), "rank").rank == 5
    assert decide_rank(np.stack([np.ones((5, 5)) / 3] * 3), "rank").rank == 1


def test_nothing_has_rank_zero() -> None:
    assert decide_rank(np.empty((3, 4, 0)), "rank").rank == 0
    assert decide_rank(np.zeros((3, 4, 4)), "rank").rank == 0
