"""p-values of elements: uniform for symmetries, whether given or refined; small for what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.element_test import wave_log_p
from symhep_symmetrygan.validation.refine import refine
from symhep_symmetrygan.validation.waves import Waves

#: Binomial 99.9 % band of 100 toys around 5 %.
TOYS, BAND = 100, (0.005, 0.135)


@pytest.mark.parametrize("weighted", [False, True])
def test_given_symmetries_have_uniform_p_values(toys: Any, weighted: bool) -> None:
    rng, p = np.random.default_rng(31), []
    for _ in range(TOYS):
        x, w = rng.normal(size=(500, 2)), rng.uniform(-0.1, 1, size=500) if weighted else np.ones(500)
        sample = toys.sample_of(x, w)
        turn = toys.affine(toys.turns(rng.uniform(0.2, 6)))
        p.append(np.exp(wave_log_p(Waves.draw(sample, 12, rng), sample, turn, np.zeros((0, 3, 3))))[0])
    assert BAND[0] < np.mean(np.array(p) < 0.05) < BAND[1]
    assert kstest(p, "uniform").pvalue > 1e-3


def test_refined_symmetries_have_uniform_p_values_as_fitted_and_not_as_given(toys: Any) -> None:
    """A half turn of an oval Gaussian, found 0.1 off, refined on as many events as test it."""
    rng, generators, p, exact = np.random.default_rng(32), toys.generators(2), [], []
    for _ in range(TOYS):
        train, held = (toys.sample_of(rng.normal(size=(400, 2)) * [1.2, 0.4]) for _ in range(2))
        waves = Waves.draw(train, 8, rng)
        found = refine(waves, train, toys.affine(toys.turns(np.pi + 0.1)), generators, rng)
        p.append(np.exp(wave_log_p(waves, held, found.elements, generators, train, found.covariance))[0])
        exact.append(np.exp(wave_log_p(waves, held, found.elements, generators))[0])
    assert BAND[0] < np.mean(np.array(p) < 0.05) < BAND[1]
    assert kstest(p, "uniform").pvalue > 1e-3
    assert np.mean(np.array(exact) < 0.05) > np.mean(np.array(p) < 0.05)


def test_broken_ones_are_reported(toys: Any) -> None:
    """The angle's error at 4000 events is below 0.02: 0.15 off is rejected, and a quarter turn wholly."""
    rng = np.random.default_rng(33)
    sample = toys.sample_of(rng.normal(size=(4000, 2)) * [1.2, 0.6])
    found = wave_log_p(
        Waves.draw(sample, 24, rng),
        sample,
        toys.affine(toys.turns([np.pi + 0.15, np.pi / 2])),
        np.zeros((0, 3, 3)),
    )
    assert found[0] < -10
    assert found[1] < -500


def test_the_identity_never_differs(toys: Any) -> None:
    rng = np.random.default_rng(34)
    sample = toys.sample_of(rng.normal(size=(500, 2)))
    assert wave_log_p(Waves.draw(sample, 6, rng), sample, np.eye(3)[None], np.zeros((0, 3, 3))).tolist() == [
        0.0
    ]


def test_events_read_twice_say_no_more_than_once(toys: Any) -> None:
    """Copies that share a unit leave the p-value as it was; without units they would square it, roughly."""
    rng = np.random.default_rng(35)
    x, turn = rng.normal(size=(400, 2)) * [1.15, 1.0], toys.affine(toys.turns(1.0))
    once = toys.sample_of(x)
    waves = Waves.draw(once, 8, rng)
    two = toys.sample_of(np.concatenate([x, x]))
    units = Sample(two.x, two.weights, np.tile(np.arange(400), 2))
    none = np.zeros((0, 3, 3))
    p = [float(wave_log_p(waves, sample, turn, none)[0]) for sample in (once, units, two)]
    assert p[1] == pytest.approx(p[0], rel=1e-3)
    assert p[2] < p[0] - 1
