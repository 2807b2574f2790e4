"""Slopes that noise makes: their size, and how often they are taken for a signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symhep_symmetrygan.validation.difference import difference, unpaired_covariance
from symhep_symmetrygan.validation.slope_noise import SlopeNoise, slope_noise
from symhep_symmetrygan.validation.waves import Waves


def spectrum(toys: Any, x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, SlopeNoise]:
    sample, generators = toys.sample_of(x), toys.generators(x.shape[1])
    waves = Waves.draw(sample, 12, rng)
    covariance = unpaired_covariance(waves, sample)
    root = np.linalg.inv(np.linalg.cholesky(covariance + 0.01 * np.diag(covariance).mean() * np.eye(24)))
    noise = slope_noise(waves, sample, generators, root, rng)
    turn = np.eye(x.shape[1] + 1)
    turn[:-1, :-1] = np.linalg.qr(rng.normal(size=(x.shape[1], x.shape[1])))[0]
    tangent = root @ difference(waves, sample, turn[None], generators).tangent @ noise.directions
    strength, vectors = np.linalg.eigh(tangent.swapaxes(1, 2) @ tangent)
    return strength, vectors, noise


def test_flat_directions_have_unit_strength_and_seldom_raise_an_alarm(toys: Any) -> None:
    """Isotropic events: all three rotations are flat. 150 toys; 5 % alarms are meant, 0.6 to 12 % is 99.9 %
    of binomials."""
    rng = np.random.default_rng(11)
    total, alarms = [], 0
    for _ in range(150):
        strength, vectors, noise = spectrum(toys, rng.normal(size=(400, 3)), rng)
        total.append(strength.mean())
        alarms += bool(noise.signals(strength, vectors).any())
    assert np.mean(total) == pytest.approx(1.0, abs=5 * np.std(total) / 150**0.5)
    assert 0.006 < alarms / 150 < 0.12


def test_broken_rotations_are_signals_and_the_unbroken_one_is_none(toys: Any) -> None:
    """Symmetric about z alone: exactly two signals, in nearly all of 40 toys."""
    rng, counted = np.random.default_rng(12), []
    for _ in range(40):
        x = rng.normal(size=(2000, 3)) * [1.0, 1.0, 0.5]
        sample, generators = toys.sample_of(x), toys.generators(3)
        waves = Waves.draw(sample, 12, rng)
        root = np.eye(24) / np.sqrt(np.diag(unpaired_covariance(waves, sample)))
        noise = slope_noise(waves, sample, generators, root, rng)
        turn = toys.affine(np.pad(toys.turns(rng.uniform(0, 6)), ((0, 0), (0, 1), (0, 1))))
        turn[:, 2, 2] = 1.0
        # about z nothing changes; a slope about x and y is there once the element tilts the events
        tilt = np.eye(4)
        tilt[1:3, 1:3] = toys.turns(0.4)[0]
        found = root @ difference(waves, sample, tilt @ turn, generators).tangent @ noise.directions
        strength, vectors = np.linalg.eigh(found.swapaxes(1, 2) @ found)
        counted.append(int(noise.signals(strength, vectors).sum()))
    assert np.mean(np.array(counted) >= 2) == 1.0


def test_what_moves_no_event_is_no_direction(toys: Any) -> None:
    x = np.c_[np.random.default_rng(1).normal(size=(300, 2)), np.zeros(300)]
    generators = np.zeros((2, 4, 4))
    generators[0, 0, 1], generators[1, 0, 2] = 1.0, 1.0  # the second moves along x what has z: nothing
    waves = Waves.draw(toys.sample_of(x), 6, np.random.default_rng(2))
    noise = slope_noise(waves, toys.sample_of(x), generators, np.eye(12), np.random.default_rng(3))
    assert noise.directions.shape == (2, 1)
    assert noise.directions.T @ noise.metric @ noise.directions == pytest.approx(1.0)
