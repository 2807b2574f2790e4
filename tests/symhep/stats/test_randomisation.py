"""Random images of the events: their law, and the p-values made of them."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from scipy.stats import chisquare

from symhep.stats.randomisation import randomised_sums, upper_tail


@pytest.mark.parametrize("q", [2, 3])
def test_all_choices_of_images_are_equally_likely(q: int) -> None:
    rng = np.random.default_rng(q)
    y = rng.normal(size=(3, q, 1))
    every = [
        round(float(sum(y[n, j, 0] for n, j in enumerate(choice))), 9)
        for choice in product(range(q), repeat=3)
    ]
    drawn = Counter(np.round(randomised_sums([y], rng, 20_000)[0][:, 0], 9).tolist())
    assert set(drawn) == set(every)
    assert chisquare([drawn[value] for value in every]).pvalue > 1e-3


def test_sets_share_their_choices() -> None:
    y = np.random.default_rng(0).normal(size=(50, 2, 3))
    one, two = randomised_sums([y[..., :1], y[..., 1:]], np.random.default_rng(1), 20)
    (both,) = randomised_sums([y], np.random.default_rng(1), 20)
    assert np.c_[one, two] == pytest.approx(both)


def test_the_upper_tail_counts_ties() -> None:
    assert upper_tail(3.0, np.array([1.0, 3.0 * (1 - 1e-14), 4.0])) == 3 / 4
    assert upper_tail(5.0, np.array([1.0, 3.0, 4.0])) == 1 / 4
    assert upper_tail(0.0, np.zeros(9)) == 1.0
