"""Exactness for any map, list of powers and statistic; evidence on one side."""

from __future__ import annotations

import numpy as np

from symhep.stats.shifted_images import shifted_p


def _images(x: np.ndarray, places: np.ndarray, powers: np.ndarray, shift: float) -> np.ndarray:
    """x^3 + .. of translated events on a circle of length 1: any translation is a symmetry of the even density."""
    z = x + shift * powers[places]
    moved = (z[:, None] - shift * powers) % 1.0
    return np.stack([moved**3, (moved < 0.1).astype(float)], 2)


def test_level_of_a_translation_on_a_circle_with_twenty_events() -> None:
    """2000 toys, 99.9 % band of the binomial law around 10 % of p <= 0.1; p is never below 1 / 20."""
    rng, powers, p = np.random.default_rng(1), np.array([0, 1, 5]), []
    for _ in range(2000):
        places = rng.integers(3, size=20)
        p.append(shifted_p(_images(rng.random(20), places, powers, 0.3), places, rng, most=19).p)
    assert 0.078 < np.mean(np.array(p) <= 0.1) < 0.122
    assert min(p) >= 1 / 20 - 1e-12


def test_one_side_alone_counts_where_it_is_signed() -> None:
    rng, powers = np.random.default_rng(2), np.array([0, 1, 5])
    x, places = 0.1 * rng.random(300), rng.integers(3, size=300)  # events where the function is one
    images = _images(x, places, powers, 0.3)[:, :, 1:]
    assert shifted_p(images, places, rng, most=99, signed=True).p == 0.01
    assert shifted_p(-images, places, rng, most=99, signed=True).p > 0.3
