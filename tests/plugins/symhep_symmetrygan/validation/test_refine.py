"""Refining: to the statistical error and no farther, never along flat directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from symhep_symmetrygan.validation.refine import Refined, refine
from symhep_symmetrygan.validation.waves import Waves


def run(toys: Any, x: np.ndarray, elements: np.ndarray, seed: int, waves: int = 16, **more: Any) -> Refined:
    sample, rng = toys.sample_of(x), np.random.default_rng(seed)
    return refine(Waves.draw(sample, waves, rng), sample, elements, toys.generators(x.shape[1]), rng, **more)


def oval(rng: np.random.Generator, n: int) -> np.ndarray:
    """No rotation but the half turn keeps a Gaussian of widths 1.2 and 0.6."""
    return rng.normal(size=(n, 2)) * [1.2, 0.6]


def test_errors_cover_over_many_toys(toys: Any) -> None:
    """150 toys: (angle - pi) / error has mean 0 and width 1 (5 standard errors of both)."""
    rng, pulls, errors, start = np.random.default_rng(21), [], [], 0.15
    for seed in range(150):
        found = run(toys, oval(rng, 600), toys.affine(toys.turns(np.pi + start)), seed, waves=8)
        assert found.converged.all()
        assert found.directions.tolist() == [1]
        angle = np.arctan2(-found.elements[0, 1, 0], -found.elements[0, 0, 0])
        errors.append(found.covariance[0, 0, 0] ** 0.5)
        pulls.append(angle / errors[-1])
        assert found.information[0, 0, 0] == pytest.approx(1 / errors[-1] ** 2, rel=1e-6)
    assert abs(np.mean(pulls)) < 5 / 150**0.5
    assert np.std(pulls) == pytest.approx(1.0, abs=5 / 300**0.5)
    assert np.mean(errors) < abs(start) / 2  # so that it did move


def test_scales_are_not_pulled_towards_shrinking(toys: Any) -> None:
    """A round Gaussian in similarities, 60 toys: the scale is one on average, within 5 standard errors of that.

    Noise alone would pull it by more than twice its error: f(g x) varies less for an element that shrinks.
    """
    rng, generators = np.random.default_rng(25), np.zeros((2, 3, 3))
    generators[0, :2, :2], generators[1, :2, :2] = [[0, -1], [1, 0]], np.eye(2)
    scales, errors = [], []
    for seed in range(60):
        sample = toys.sample_of(rng.normal(size=(1500, 2)))
        draws = np.random.default_rng(seed)
        waves = Waves.draw(sample, 24, draws)
        found = refine(waves, sample, toys.affine(toys.turns(rng.uniform(1, 5, 1))), generators, draws)
        scales.append(np.log(np.linalg.det(found.elements[0, :2, :2])) / 2)
        errors.append(found.information[0, 1, 1] ** -0.5)
    assert np.std(scales) == pytest.approx(np.mean(errors), rel=5 / 120**0.5)
    assert abs(np.mean(scales)) < 5 * np.std(scales) / 60**0.5
    assert np.mean(errors) < 0.02


def test_flat_directions_are_left_alone(toys: Any) -> None:
    """A round Gaussian: nothing to gain, no drift to the identity, no error in the flat direction."""
    rng = np.random.default_rng(22)
    elements = toys.affine(toys.turns(rng.uniform(0.05, 6.2, size=40)))
    still = 0
    for seed in range(5):
        found = run(toys, rng.normal(size=(500, 2)), elements, seed)
        still += int((found.directions == 0).sum())
        flat = found.directions == 0
        np.testing.assert_array_equal(found.elements[flat], elements[flat])
        assert found.converged[flat].all()
        assert not found.information[flat].any()
        assert not found.covariance[flat].any()
    assert still >= 170  # 5 % alarms are meant


def test_common_rotations_of_balanced_pairs_stay_what_they_are(toys: Any) -> None:
    """In SO(4), from many starts: what breaks the symmetry is removed; the angle of the rotation has no information."""
    rng = np.random.default_rng(23)
    x = toys.balanced(rng, 3000)
    x /= np.sqrt((x**2).mean())
    angles = rng.uniform(0, 2 * np.pi, size=12)
    exact = toys.turns(angles, 2)
    generators = toys.generators(4)
    off = expm(np.tensordot(0.02 * rng.normal(size=(12, 6)), generators, 1))
    found = run(toys, x, off @ toys.affine(exact), 1)
    assert found.converged.all()
    assert (found.directions >= 4).all()
    assert (found.directions <= 5).all()
    turn = np.kron(np.eye(2), [[0.0, -1.0], [1.0, 0.0]])
    a = found.elements[:, :4, :4]
    before, after = (
        np.linalg.norm(m @ turn - turn @ m, axis=(1, 2)) for m in ((off @ toys.affine(exact))[:, :4, :4], a)
    )
    assert np.median(after) < np.median(before) / 3
    common = np.array([np.tensordot(t[:4, :4], turn) / 2 for t in generators])
    share = np.einsum("a,eab,b->e", common, found.information, common) / np.einsum(
        "eaa->e", found.information
    )
    assert (share < 0.02).all()


def test_what_runs_out_of_reach_is_given_back(toys: Any) -> None:
    rng = np.random.default_rng(24)
    start = toys.affine(toys.turns(np.pi + 0.8))
    found = run(toys, oval(rng, 2000), start, 1, reach=0.3)
    assert not found.converged[0]
    assert found.moved[0] == 0
    np.testing.assert_array_equal(found.elements, start)
    far = run(toys, oval(rng, 2000), start, 1, reach=1.0)
    assert far.converged[0]
    assert far.moved[0] == pytest.approx(2 * np.sin(0.4), abs=0.1)


def test_an_element_does_not_depend_on_those_beside_it(toys: Any) -> None:
    rng = np.random.default_rng(25)
    x, elements = oval(rng, 500), toys.affine(toys.turns([np.pi + 0.1, 0.1, 2.0]))
    together, alone = run(toys, x, elements, 3), run(toys, x, elements[:1], 3)
    np.testing.assert_allclose(together.elements[:1], alone.elements, atol=1e-4)


def test_no_elements_and_no_generators(toys: Any) -> None:
    x = oval(np.random.default_rng(26), 300)
    assert run(toys, x, np.zeros((0, 3, 3)), 1).elements.shape == (0, 3, 3)
    sample, rng = toys.sample_of(x), np.random.default_rng(1)
    one = toys.affine(toys.turns(1.0))
    found = refine(Waves.draw(sample, 8, rng), sample, one, np.zeros((0, 3, 3)), rng)
    np.testing.assert_array_equal(found.elements, one)
    assert found.information.shape == (1, 0, 0)
    assert found.directions.tolist() == [0]
