"""The expected limit of the largest of several."""

from __future__ import annotations

from math import inf, log, sqrt

import numpy as np
import pytest

from symhep.hypotheses.bounds.expected import expected_largest

PAIR = [slice(0, 2), slice(2, 4)]


def test_independent_harmonics() -> None:
    """The median of the larger of two Rayleigh numbers: (1 - exp(-t^2 / 2))^2 = 1 / 2."""
    largest = sqrt(-2 * log(1 - sqrt(0.5)))
    assert expected_largest(np.eye(4), PAIR, [9.0, 9.0]) == pytest.approx(3 + largest, rel=0.01)


def test_the_same_harmonic_twice_is_expected_as_one() -> None:
    twice = np.kron(np.ones((1, 2)), np.eye(2))
    one = expected_largest(np.eye(2), PAIR[:1], [9.0])
    assert expected_largest(twice, PAIR, [9.0, 9.0]) == pytest.approx(one, rel=0.01)


def test_scales_with_the_noise_and_knows_no_limit() -> None:
    one = expected_largest(np.eye(4), PAIR, [9.0, 9.0])
    assert expected_largest(2 * np.eye(4), PAIR, [9.0, 9.0]) == pytest.approx(2 * one)
    assert expected_largest(np.eye(4), PAIR, [9.0, inf]) == inf
    assert expected_largest(np.zeros((0, 0)), [], []) == 0.0
