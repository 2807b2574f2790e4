"""Bounds on chance: against exact probabilities and toys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from symhep_symmetrygan.inference.coincidence import chance, fewest_points, log_probability_distinct


@pytest.mark.parametrize(("draws", "points"), [(5, 10), (23, 365)])
def test_all_different_is_the_birthday_formula(draws: int, points: int) -> None:
    expected = np.log1p(-np.arange(draws) / points).sum()
    assert log_probability_distinct(draws, draws, points) == pytest.approx(expected)


def test_fewer_different_ones_agree_with_toys() -> None:
    rng = np.random.default_rng(1)
    different = np.array([len(set(row)) for row in rng.integers(0, 12, size=(20000, 10))])
    share = (different >= 8).mean()
    expected = np.exp(log_probability_distinct(10, 8, 12))
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 20000)


@pytest.mark.parametrize("points", [4, 30])
def test_true_number_of_points_is_excluded_as_rarely_as_promised(points: int) -> None:
    rng = np.random.default_rng(points)
    wrong = sum(
        fewest_points(10, len(set(rng.integers(0, points, 10).tolist())), 0.05) > points for _ in range(400)
    )
    assert binom.sf(wrong - 1, 400, 0.05) > 1e-3


@pytest.mark.parametrize("width", [0.02, 0.1])
def test_elements_spread_evenly_seldom_meet_by_chance(width: float) -> None:
    """Each position founds a coset, which later ones within half the width join: a law the bound must hold for."""
    rng = np.random.default_rng(5)
    seldom = 0
    for _ in range(400):
        labels, founders = [], []
        for x in rng.uniform(size=20):
            near = [k for k, f in enumerate(founders) if abs(x - f) < width / 2]
            labels.append(near[0] if near else len(founders))
            if not near:
                founders.append(x)
        seldom += chance(np.array(labels), width) < 0.05
    assert binom.sf(seldom - 1, 400, 0.05) > 1e-3


def test_few_cosets_of_many_elements_are_no_chance_even_beside_stragglers() -> None:
    labels = np.concatenate([np.zeros(20), np.ones(20), np.arange(2, 12)]).astype(int)
    assert chance(labels, 0.02) < 1e-20
