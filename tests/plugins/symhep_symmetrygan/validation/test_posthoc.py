"""Classifiers trained afterwards: their losses against the best possible one, their p-values, their slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.stats import norm

from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.validation.difference import freedom
from symhep_symmetrygan.validation.options import PosthocOptions
from symhep_symmetrygan.validation.posthoc import Judged, classify

IDEAL = 2 * np.log(2)
OPTIONS = PosthocOptions(steps=300, hidden=(16,))
SHIFT = np.array([[[0.0, 1.0], [0.0, 0.0]]])


def line(
    toys: Any, rng: np.random.Generator, n: int, maps: list[tuple[float, float]], seed: int = 1
) -> Judged:
    """Maps a x + b of a standard normal number."""
    elements = np.array([[[a, b], [0.0, 1.0]] for a, b in maps])
    train, held = (toys.sample_of(rng.normal(size=(n, 1))) for _ in range(2))
    return classify(
        train, held, elements, SHIFT, OPTIONS, replica_seeds(np.random.SeedSequence(seed), len(maps))
    )


def test_losses_come_close_to_the_best_and_never_below(toys: Any) -> None:
    """x -> -x is a symmetry; of x -> x + 1 the best loss is -E[ln d(x) + ln(1 - d(x + 1))], d = p(x) / (p + q)."""
    found = line(toys, np.random.default_rng(41), 6000, [(-1.0, 0.0), (1.0, 1.0)])

    def best(x: float) -> float:
        p, q = norm.pdf(x), norm.pdf(x - 1)
        return -p * np.log(p / (p + q)) - q * np.log(q / (p + q))

    expected = [IDEAL, quad(best, -8, 9)[0]]
    assert found.loss[0] == pytest.approx(expected[0], abs=4 * found.error[0] + 0.005)
    assert found.loss[1] == pytest.approx(expected[1], abs=4 * found.error[1] + 0.01)
    log_p = found.log_p(5999)
    assert log_p[0] > np.log(1e-3)
    assert log_p[1] < -300


def test_p_values_of_symmetries_are_uniform(toys: Any) -> None:
    """120 independent pairs of samples, each with a network of its own: 99.9 % binomial bands of 120."""
    rng, p = np.random.default_rng(42), []
    for seed in range(120):
        train, held = (toys.sample_of(rng.normal(size=(200, 1))) for _ in range(2))
        options = PosthocOptions(steps=20, hidden=(8,), batch=64)
        seeds = replica_seeds(np.random.SeedSequence(seed), 1)
        found = classify(train, held, np.array([[[-1.0, 0.0], [0.0, 1.0]]]), SHIFT, options, seeds)
        p.append(np.exp(found.log_p(freedom(held)))[0])
    assert np.mean(np.array(p) < 0.05) < 0.13
    assert 0.34 < np.mean(np.array(p) < 0.5) < 0.66


def test_slopes_are_those_of_the_trained_network(toys: Any) -> None:
    """E[d(exp(h T) g x)]: a network that is never trained (one step of size 1e-30) is the same for every map."""
    rng = np.random.default_rng(43)
    sample = toys.sample_of(rng.normal(size=(500, 2)) * [1, 0.5] + [0.5, 0])
    turn, generators, h = toys.affine(toys.turns(0.7))[0], toys.generators(2), 1e-2
    elements = np.stack([turn, expm(h * generators[0]) @ turn, expm(-h * generators[0]) @ turn])
    options = PosthocOptions(steps=1, learning_rate=1e-30)
    seeds = replica_seeds(np.random.SeedSequence(5), 1) * 3
    found = classify(sample, sample, elements, generators, options, seeds)
    assert found.slope[0, 0] == pytest.approx((found.excess[2] - found.excess[1]) / (2 * h), rel=0.02)
    assert abs(found.slope[0, 0]) > 1e-3


def test_the_error_of_the_element_widens_the_law() -> None:
    one = np.ones(1)
    judged = Judged(one, one, 0.02 * one, 1e-4 * one, np.array([[0.1]]))
    assert judged.log_p(1e6)[0] == pytest.approx(norm.logsf(2.0), rel=1e-4)
    assert judged.log_p(1e6, np.array([[[0.03]]]))[0] == pytest.approx(norm.logsf(1.0), rel=1e-4)
    assert Judged.unknown(2, 1).log_p(10.0).tolist() == pytest.approx([np.nan] * 2, nan_ok=True)


def test_certain_differences_keep_their_size(toys: Any) -> None:
    one = np.ones(1)
    assert Judged(one, one, 5.0 * one, 1e-3 * one, np.zeros((1, 0))).log_p(1e9)[0] == pytest.approx(
        norm.logsf(5 / 1e-3**0.5), rel=1e-3
    )
    assert Judged(one, one, -0.02 * one, 1e-4 * one, np.zeros((1, 0))).log_p(1e9)[0] == pytest.approx(
        norm.logsf(-2.0)
    )
