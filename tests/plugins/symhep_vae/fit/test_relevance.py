"""Relevance and the count, on networks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep_vae.fit.count import count_relevant, information_bits
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.fit.relevance import moments
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

X = np.random.default_rng(1).normal(size=(5000, 2)) * [2.0, 3.0] + [1.0, -1.0]


def linear_model(variant: str = "linear") -> VaeEnsemble:
    """mu = (x1, 0.5 x2), log sigma^2 = (log 0.25, 0), xhat = (z1, z2)."""
    model = VaeEnsemble(2, VaeOptions(latent_dim=2, variant=variant, hidden=()), replicas=1)
    model.parameters["encoder.0.weight"][0, :, :2] = torch.diag(torch.tensor([1.0, 0.5]))
    if variant != "ae":
        model.parameters["encoder.0.bias"][0, 0, 2:] = torch.log(torch.tensor([0.25, 1.0]))
    model.parameters["decoder.0.weight"][0] = torch.eye(2)
    return model


def prepared(weights: np.ndarray | None = None) -> Sample:
    return Sample.prepare(Dataset.from_array(X, weights=weights, scaling="none"), VaeOptions())


def test_relevance_is_spread_over_width() -> None:
    """Spreads 2 and 1.5 over widths 0.5 and 1; KL = (mu^2 + sigma^2 - 1 - log sigma^2) / 2."""
    found = moments(linear_model(), prepared(), beta=0.1)
    mu, variance = X * [1.0, 0.5], np.array([0.25, 1.0])
    assert found.relevance[0] == pytest.approx(mu.std(axis=0) / [0.5, 1.0], rel=1e-4)
    assert found.kl[0] == pytest.approx(
        0.5 * ((mu**2).mean(axis=0) + variance - 1 - np.log(variance)), rel=1e-4
    )
    assert found.means.shape == (1, 5000, 2)


def test_weights_enter_spread_and_width_with_their_sign() -> None:
    w = np.random.default_rng(2).choice([1.0, -0.3, 2.0], size=5000)
    found = moments(linear_model(), prepared(w), beta=0.1)
    mean = np.average(X, axis=0, weights=w)
    variance = np.average((X - mean) ** 2, axis=0, weights=w)
    assert found.relevance[0] == pytest.approx(np.sqrt(variance) * [1.0, 0.5] / [0.5, 1.0], rel=1e-4)


def test_a_deterministic_latent_is_measured_by_what_the_output_loses() -> None:
    """Holding a latent at its mean changes xhat by its spread; the unit is sqrt(beta/2)."""
    found = moments(linear_model("ae"), prepared(), beta=0.08)
    assert found.relevance[0] == pytest.approx(X.std(axis=0) * [1.0, 0.5] / 0.2, rel=1e-4)


def test_count_takes_the_median_and_the_band() -> None:
    runs = np.array([[5.0, 1.5, 0.7, 0.1]] * 9 + [[5.0, 3.0, 1.2, 0.1]] * 1)
    count = count_relevant(runs)
    assert (count.value, count.low, count.high) == (2, 1, 3)
    assert count.graded
    assert list(count.per_run) == [2] * 9 + [3]


def test_half_a_bit_at_the_threshold() -> None:
    assert information_bits(np.array([0.0, 1.0, np.sqrt(3)])) == pytest.approx([0, 0.5, 1])
