"""Held-out events for and against symmetries: calibration over toys, and power."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.stats import kstest, ttest_1samp

from symhep.lie.subgroups import lorentz_subgroups
from symhep.stats.residual_forms import ridge_test
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.comparison import Comparison, mean_and_covariance
from symhep_symmetrygan.subgroups.conjugates import at_lab
from symhep_symmetrygan.subgroups.evidence import evidence
from symhep_symmetrygan.subgroups.networks import Loss
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements
from symhep_symmetrygan.validation.waves import Waves

LOSS = Loss(2 * np.log(2), 0.0)


def log_p_of_waves(events: Events, label: str, seed: int, images: int = 2) -> float:
    rng = np.random.default_rng(seed)
    waves = Waves.draw(events.train, 16, rng)
    comparison = Comparison(waves, events.held)
    generator = torch.from_numpy(at_lab(lorentz_subgroups(), label))
    shape = (len(events.held), 1)
    uniform, total = torch.from_numpy(rng.uniform(size=shape)), 0.0
    for k in range(images):
        normal = torch.from_numpy(rng.normal(size=shape))
        turned = Draws.of((uniform + k / images) % 1, normal)
        total = total + comparison.differences(
            random_elements(generator, torch.tensor([label.startswith("J")]), turned)
        )
    mean, covariance = mean_and_covariance(total / images, events.held.weights)
    return ridge_test(mean, covariance, len(events.held) - 1).log_p


@pytest.mark.parametrize(
    ("name", "options", "label"),
    [
        ("two_body", {"a_fb": 0.4}, "J_z"),  # on a surface: the momenta are opposite, the energies fixed
        ("two_body", {}, "J_x"),
        ("two_body", {"rapidity": 0.5}, "J_z"),
        ("dijets", {}, "J_z"),
    ],
)
def test_p_values_of_symmetries_are_uniform(
    drawn: Callable[..., Events], name: str, options: dict[str, float], label: str
) -> None:
    p = [np.exp(log_p_of_waves(drawn(name, 800, seed, **options), label, seed)) for seed in range(40)]
    assert kstest(p, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("label", ["J_x", "J_y", "K_x", "K_y", "K_z"])
def test_what_is_broken_is_seen(drawn: Callable[..., Events], label: str) -> None:
    assert log_p_of_waves(drawn("two_body", 2000, a_fb=0.7), label, 1) < np.log(1e-6)


def test_the_network_by_students_t() -> None:
    """Without a fitted position the network's p-value is the one-sided t test of scipy, up to 1 / N of the variance."""
    rng = np.random.default_rng(1)
    answers = rng.normal(0.1, 1, 400)
    waves = torch.from_numpy(rng.normal(size=(400, 3)))
    found = evidence(waves, torch.from_numpy(answers), torch.ones(400), LOSS)
    wanted = ttest_1samp(answers, 0, alternative="greater").pvalue
    assert np.exp(found.log_p_network) == pytest.approx(wanted, rel=0.03)
    assert found.log_p == pytest.approx(np.log(2) + min(found.log_p_waves, found.log_p_network))
    worse = evidence(waves, torch.from_numpy(-answers), torch.ones(400), LOSS)
    assert np.exp(worse.log_p_network) == pytest.approx(1 - wanted, rel=0.03)


def test_a_fitted_position_costs_what_it_may_explain() -> None:
    """Means T delta with an unknown delta are no evidence, for waves nor network; without the tangent they are."""
    rng = np.random.default_rng(2)
    tangent = rng.normal(size=(7, 2))
    log_p, blind = [], []
    for _ in range(60):
        values = torch.from_numpy(rng.normal(size=(500, 7)) + tangent @ rng.normal(0, 0.3, 2))
        found = evidence(values[:, :-1], values[:, -1], torch.ones(500), LOSS, tangent)
        log_p.append((found.log_p_waves, found.log_p_network))
        blind.append(evidence(values[:, :-1], values[:, -1], torch.ones(500), LOSS).log_p_waves)
    waves, network = np.exp(log_p).T
    # the ridge of one per cent leaves a hundredth of what is explained
    assert kstest(waves, "uniform").pvalue > 1e-3
    assert kstest(network, "uniform").pvalue > 1e-3
    assert np.median(blind) < np.log(1e-6)


def test_weights_count() -> None:
    """An event of weight 2 is two events at one place: mean and covariance of the mean, written out."""
    values = torch.tensor([[0.0], [3.0], [6.0]], dtype=torch.float64)
    mean, covariance = mean_and_covariance(values, torch.tensor([1.0, 2.0, 1.0]))
    assert mean == pytest.approx([3.0])
    assert covariance == pytest.approx(np.array([[(9 + 0 + 9) / 16]]))
