"""Exact p-values of given elements: level at any number of events, power for what adds up from power to power."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.given import (
    BELOW,
    LADDER,
    Shifts,
    exact_log_p,
    is_exact,
    moved_by,
    powers_of,
)
from symhep_symmetrygan.validation.waves import Waves

FEW = 60


def _p(toys: Any, x: np.ndarray, element: np.ndarray, seed: int, unit: np.ndarray | None = None) -> float:
    rng = np.random.default_rng(seed)
    plain = toys.sample_of(x)
    sample = Sample(plain.x, plain.weights, unit)
    waves = Waves.draw(sample, 6, np.random.default_rng(5))
    shifts = Shifts.draw(sample, rng)
    return float(np.exp(exact_log_p(waves, sample, element[None], None, shifts, [rng], 199)[0][0]))


def test_images_of_an_event_are_powers_of_which_one_is_the_event(toys: Any) -> None:
    turn = toys.affine(toys.turns(0.1))[0]
    moves = moved_by(turn)
    assert powers_of(turn) == LADDER
    assert np.abs(moves[range(8), range(8)] - np.eye(3)).max() < 1e-12
    assert np.allclose(moves[3, 1], toys.affine(toys.turns(0.4))[0])  # g^(5 - 1)


@pytest.mark.parametrize("samples", [250, pytest.param(5000, marks=pytest.mark.slow)])
def test_level_with_sixty_events_of_a_rotation_that_is_no_root_of_unity(toys: Any, samples: int) -> None:
    """Heavy tails, where no law for many events holds."""
    rng, turn = np.random.default_rng(1), toys.affine(toys.turns(1.234))[0]
    waves = Waves(np.random.default_rng(5).normal(size=(4, 2)))
    p = []
    for _ in range(samples):
        sample = toys.sample_of(rng.normal(size=(FEW, 2)) / np.sqrt(rng.chisquare(1, (FEW, 1))))
        shifts = Shifts.draw(sample, rng)
        p.append(float(np.exp(exact_log_p(waves, sample, turn[None], None, shifts, [rng], 99)[0][0])))
    for level in (0.05, 0.5):
        low, high = binom(samples, level).ppf([1e-6, 1 - 1e-6])
        assert low <= np.sum(np.array(p) <= level) <= high


@pytest.mark.parametrize("angle", [np.pi / 2, np.pi + 0.05, 0.01])
def test_an_oval_shows_what_is_no_symmetry_of_it(toys: Any, angle: float) -> None:
    """A quarter turn, a little more than half a turn, and hardly a turn at all: their powers tell. Half a turn is."""
    x = np.random.default_rng(2).normal(size=(1000, 2)) * [1.2, 0.4]
    assert _p(toys, x, toys.affine(toys.turns(angle))[0], 3) == pytest.approx(1 / 200)
    assert _p(toys, x, toys.affine(toys.turns(np.pi))[0], 3) > 0.05


def test_copies_move_together(toys: Any) -> None:
    """Each event four times: right as units, and wrong as independent events."""
    rng, turn, p = np.random.default_rng(4), toys.affine(toys.turns(1.0))[0], []
    for k in range(100):
        x, unit = np.tile(rng.normal(size=(50, 2)), (4, 1)), np.tile(np.arange(50), 4)
        p.append([_p(toys, x, turn, k, unit), _p(toys, x, turn, k)])
    right, wrong = (np.array(p) <= 0.05).mean(axis=0)
    assert right < 0.13
    assert wrong > 0.3


def test_kind_is_fixed_by_number_and_weights(toys: Any) -> None:
    one, two = np.ones(BELOW), np.ones(BELOW - 1)
    assert not is_exact(toys.sample_of(np.zeros((BELOW, 1)), one))
    assert is_exact(toys.sample_of(np.zeros((BELOW - 1, 1)), two))
    two[0] = 2.0
    assert not is_exact(toys.sample_of(np.zeros((BELOW - 1, 1)), two))
