"""Gradients written by hand against those of torch, for the same loss written with torch's own functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, linear

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.training.discriminator import Discriminator
from symhep_symmetrygan.training.options import DiscriminatorOptions

D, R, B = 3, 2, 7
PLAIN = DiscriminatorOptions(hidden=(5, 4))
VARIANTS = {
    "plain": PLAIN,
    "one layer": DiscriminatorOptions(hidden=(6,)),
    "three layers": DiscriminatorOptions(hidden=(5, 4, 3)),
    "penalty": DiscriminatorOptions(hidden=(5, 4), gradient_penalty=0.7),
    "deep penalty": DiscriminatorOptions(hidden=(5, 4, 3), gradient_penalty=0.7),
    "spectral norm": DiscriminatorOptions(hidden=(5, 4), spectral_norm=True),
    "both": DiscriminatorOptions(hidden=(5, 4), spectral_norm=True, gradient_penalty=2.0),
}
EVERY = pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS.keys())


def _networks(options: DiscriminatorOptions) -> Discriminator:
    made = Discriminator(D, R, options, dtype=torch.float64)
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(3), R))
    made.initialise(streams)
    for name in made.parameters.names():
        if name.startswith("bias"):
            made.parameters[name].copy_(0.3 * streams.normal(*made.parameters[name].shape[1:]))
    return made


def _draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def _leaves(networks: Discriminator) -> dict[str, Tensor]:
    return {n: networks.parameters[n].clone().requires_grad_() for n in networks.parameters.names()}


def _reference(leaves: dict[str, Tensor], replica: int, x: Tensor, options: DiscriminatorOptions) -> Tensor:
    """Logits of rows of events, by torch's own linear layers and singular values."""
    h = x
    for i in range(len(options.hidden) + 1):
        weight = leaves[f"weight.{i}"][replica]
        if options.spectral_norm:
            weight = weight / torch.linalg.svdvals(weight)[0]
        h = linear(h, weight, leaves[f"bias.{i}"][replica, :, 0])
        if i < len(options.hidden):
            h = h.relu()
    return h[:, 0]


def _loss(
    leaves: dict[str, Tensor], r: int, real: Tensor, fake: Tensor, w: Tensor, options: DiscriminatorOptions
) -> tuple[Tensor, Tensor]:
    """Cross entropy as torch computes it, and the penalty by differentiating twice; rows of events."""
    real = real.detach().requires_grad_()
    logits = _reference(leaves, r, real, options)
    fakes = _reference(leaves, r, fake, options)
    entropy = binary_cross_entropy_with_logits(logits, torch.ones_like(logits), w)
    entropy = entropy + binary_cross_entropy_with_logits(fakes, torch.zeros_like(fakes), w)
    (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return entropy, options.gradient_penalty / 2 * (slope**2).sum(1).mean()


def _converge(networks: Discriminator) -> None:
    """The power iterations end at the singular vectors."""
    for _ in range(300):
        networks.gradients(_draw(R, D, B), _draw(R, D, B))


@EVERY
@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_are_those_of_the_cross_entropy(options: DiscriminatorOptions, weighted: bool) -> None:
    networks, real, fake = _networks(options), _draw(R, D, B), _draw(R, D, B, seed=1)
    weights = _draw(R, B, seed=2) if weighted else torch.ones(R, B, dtype=torch.float64)
    _converge(networks)
    loss, slope = networks.gradients(real, fake, weights if weighted else None)
    assert loss is not None
    leaves = _leaves(networks)
    for r in range(R):
        rows = fake[r].T.clone().requires_grad_()
        entropy, penalty = _loss(leaves, r, real[r].T, rows, weights[r], options)
        torch.testing.assert_close(loss[r], entropy)
        (by_fake,) = torch.autograd.grad(entropy, rows, retain_graph=True)
        torch.testing.assert_close(slope[r], by_fake.T)
        by_parameters = torch.autograd.grad(entropy + penalty, list(leaves.values()))
        for name, expected in zip(leaves, by_parameters, strict=True):
            torch.testing.assert_close(networks.parameters.gradient(name)[r], expected[r], msg=name)


def test_start_is_that_of_keras() -> None:
    """Uniform in +-sqrt(6 / (fan in + fan out)): variance 2 / (fan in + fan out); biases zero."""
    networks = Discriminator(4, 400)
    networks.initialise(ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 400)))
    for i, (fan_in, fan_out) in enumerate([(4, 25), (25, 25), (25, 1)]):
        weight = networks.parameters[f"weight.{i}"]
        bound = math.sqrt(6 / (fan_in + fan_out))
        assert weight.shape == (400, fan_out, fan_in)
        assert 0.99 * bound < float(weight.abs().max()) <= bound
        # the square of a uniform number on (-1, 1) has mean 1/3 and variance 4/45
        mean, error = float((weight / bound).square().mean()), math.sqrt(4 / 45 / weight.numel())
        assert abs(mean - 1 / 3) < 4 * error
        assert not networks.parameters[f"bias.{i}"].any()


def test_a_blind_network_has_the_loss_of_a_coin() -> None:
    networks = Discriminator(D, R)  # all weights zero
    loss, slope = networks.gradients(torch.ones(R, D, B), torch.zeros(R, D, B))
    torch.testing.assert_close(loss, torch.full((R,), 2 * math.log(2)))
    assert networks.gradients(torch.ones(R, D, B), torch.zeros(R, D, B), measure=False)[0] is None
    assert not slope.any()


def test_spectral_norm_bounds_the_slope() -> None:
    """Every layer is then a contraction, and so is the network: |logit(x) - logit(y)| <= |x - y|."""
    networks = _networks(VARIANTS["spectral norm"])
    networks.parameters.values.mul_(30)
    _converge(networks)
    x, y = _draw(R, D, 500), _draw(R, D, 500, seed=1)
    steps = (networks.logits(x) - networks.logits(y)).abs() / (x - y).norm(dim=1)
    assert float(steps.max()) <= 1 + 1e-9
    plain = _networks(PLAIN)
    plain.parameters.values.mul_(30)
    assert float(((plain.logits(x) - plain.logits(y)).abs() / (x - y).norm(dim=1)).max()) > 10


def test_a_replica_is_alone() -> None:
    """What one network gets does not depend on the others."""
    networks, real, fake = _networks(PLAIN), _draw(R, D, B), _draw(R, D, B, seed=1)
    networks.gradients(real, fake)
    before = networks.parameters.gradient("weight.1")[0].clone()
    fake[1] = torch.nan
    networks.gradients(real, fake)
    assert bool((networks.parameters.gradient("weight.1")[0] == before).all())
