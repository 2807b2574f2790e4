"""Exact p-values from random choices of images."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from symhep.hypotheses.discrete.randomised import random_sums, randomised_p
from symhep.hypotheses.discrete.statistics import Smallest, Upward


def flips(y: np.ndarray) -> np.ndarray:
    return np.stack([y, -y], axis=1)


def test_p_of_a_sum_is_that_of_the_normal_law() -> None:
    y = np.random.default_rng(2).normal(0.04, 1, size=(1000, 1))
    deviation = float(np.sqrt((y**2).sum()))
    found = randomised_p(flips(y), {"": Upward(0, deviation)}, np.random.default_rng(1), 20_000)[""]
    expected = norm.sf(y.sum() / deviation)
    assert found.above == 20
    assert found.p == pytest.approx(expected, rel=4 / np.sqrt(20))


def test_the_smallest_p_is_one_over_the_draws() -> None:
    y = np.full((60, 1), 1.0)
    found = randomised_p(flips(y), {"": Upward(0, 60**0.5)}, np.random.default_rng(1), 999)[""]
    assert (found.p, found.draws) == (1 / 1000, 999)


@pytest.mark.parametrize("q", [2, 3, 7])
def test_sums_of_random_images_are_those_of_the_images(q: int) -> None:
    """One group: the sums are its columns, each as often as the other."""
    groups = np.arange(q, dtype=float).reshape(1, q, 1)
    found = random_sums(groups, np.random.default_rng(3), 7000)[:, 0]
    counts = np.bincount(found.astype(int), minlength=q)
    assert len(counts) == q
    assert (np.abs(counts - 7000 / q) < 5 * np.sqrt(7000 / q)).all()


@pytest.mark.parametrize("q", [3, 6])
def test_images_of_unequal_probability(q: int) -> None:
    shares = np.random.default_rng(4).dirichlet(np.ones(q))[None]
    found = random_sums(np.arange(q, dtype=float).reshape(1, q, 1), np.random.default_rng(3), 20_000, shares)
    counts = np.bincount(found[:, 0].astype(int), minlength=q)
    assert (np.abs(counts - 20_000 * shares[0]) < 5 * np.sqrt(20_000 * shares[0]) + 1).all()


def test_level_of_the_smallest_of_two_for_three_images() -> None:
    """Which of three images comes first is chance, heavy tails, 15 events: p <= 0.05 with 0.05, and 0.2 with 0.2."""
    rng, p = np.random.default_rng(5), []
    for _ in range(300):
        f = rng.standard_cauchy(size=(15, 3, 2))
        y = f - f.mean(axis=1, keepdims=True)
        scale = np.sqrt((y**2).mean(axis=1).sum(axis=0))
        both = Smallest((Upward(0, float(scale[0])), Upward(1, float(scale[1]))))
        p.append(randomised_p(y, {"": both}, rng, 199)[""].p)
    for level in (0.05, 0.2):
        low, high = binom.interval(0.99, 300, level)
        assert low <= (np.array(p) <= level + 1e-12).sum() <= high
