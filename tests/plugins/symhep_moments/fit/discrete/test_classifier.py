"""Networks that tell events from their images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.discrete.classifier import OrbitClassifier
from symhep_moments.fit.discrete.options import ClassifierOptions
from symhep_moments.fit.discrete.products import Products

FRAME = Frame(("px", "py", "pz"), ("a",))
QUICK = ClassifierOptions(hidden=(16,), min_steps=150, batch_size=64)


def events(n: int, shift: float, seed: int) -> torch.Tensor:
    """Gaussian around (0, 0, shift)."""
    return torch.from_numpy(np.random.default_rng(seed).normal([0, 0, shift], 1, size=(n, 1, 3)))


def classifier(*names: str, seed: int = 1) -> tuple[OrbitClassifier, list[Element]]:
    elements = [read_element(name, FRAME) for name in names]
    seeds = [np.random.SeedSequence([seed, i]) for i in range(len(names))]
    return OrbitClassifier(Products(FRAME), elements, QUICK, seeds), elements


@pytest.fixture(scope="module")
def trained() -> OrbitClassifier:
    found, _ = classifier("reflection(z)", "reflection(x)")
    found.train(events(2000, 0.5, 1), torch.ones(2000, dtype=torch.float64))
    return found


def test_it_learns_the_likelihood_ratio(trained: OrbitClassifier) -> None:
    """For N(a, 1) against its mirror image log p(z) / p(-z) = 2 a z, with a = 1/2."""
    x = events(4000, 0.5, 2)
    shares = trained.log_shares(x)
    logit = shares[0, :, 0] - shares[0, :, 1]
    z = x[:, 0, 2].numpy()
    near = np.abs(z) < 1.5
    slope = (logit[near] @ z[near]) / (z[near] @ z[near])
    assert slope == pytest.approx(1.0, abs=0.25)
    assert np.corrcoef(logit, z)[0, 1] > 0.9
    # KL of the density from its mean with the image: E[log(2 sigmoid(2 a z))], by quadrature
    nodes, w = np.polynomial.hermite_e.hermegauss(60)
    divergence = (w @ np.log(2 / (1 + np.exp(-(nodes + 0.5))))) / w.sum()
    gains = shares[0, :, 0] + np.log(2)
    assert gains.mean() == pytest.approx(divergence, abs=0.02 + 3 * gains.std() / np.sqrt(4000))


def test_it_learns_nothing_of_a_symmetry(trained: OrbitClassifier) -> None:
    shares = trained.log_shares(events(4000, 0.5, 3))[1]
    assert np.abs(shares + np.log(2)).mean() < 0.1


def test_answers_are_shares_that_change_places_with_the_images() -> None:
    found, (turn,) = classifier("Z_3(x)")
    x = events(500, 0.5, 4)
    found.train(x, torch.ones(500, dtype=torch.float64))
    shares = found.log_shares(x)
    assert np.exp(shares).sum(axis=2) == pytest.approx(np.ones((1, 500)), abs=1e-6)
    assert found.log_shares(turn.act(x)) == pytest.approx(shares[..., [1, 2, 0]], abs=1e-4)


def test_a_network_does_not_depend_on_its_neighbours() -> None:
    x, w = events(400, 0.3, 5), torch.ones(400, dtype=torch.float64)
    alone, _ = classifier("reflection(z)")
    both, _ = classifier("reflection(z)", "P")
    alone.train(x, w)
    both.train(x, w)
    assert alone.log_shares(x)[0] == pytest.approx(both.log_shares(x)[0], abs=1e-3)


def test_weights_count() -> None:
    """Events and their mirror images, all of the former or of the latter with a weight of zero."""
    x = events(1500, 0.5, 6)
    mirrored = read_element("reflection(z)", FRAME).act(x)
    both = torch.stack([x, mirrored], dim=1).flatten(0, 1)
    slopes = []
    for w in ([1.0, 0.0], [0.0, 1.0]):
        found, _ = classifier("reflection(z)")
        found.train(both, torch.tensor(w, dtype=torch.float64).repeat(1500))
        shares = found.log_shares(x)[0]
        slopes.append(float(np.corrcoef(shares[:, 0] - shares[:, 1], x[:, 0, 2])[0, 1]))
    assert slopes[0] > 0.9
    assert slopes[1] < -0.9
