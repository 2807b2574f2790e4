"""The written-out gradient of the whole loss against automatic differentiation of the paper's formula."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl

from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.options import VaeOptions

R, B, F, L = 3, 7, 4, 2


def ensemble(**options: object) -> tuple[VaeEnsemble, ReplicaStreams]:
    model = VaeEnsemble(F, VaeOptions(latent_dim=L, hidden=(6, 5), **options), R)
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(4), R))
    model.initialise(streams)
    return model, streams


def loss_by_hand(p: dict[str, torch.Tensor], x, noise, w, beta, act, stochastic):
    """Equations (3.1)-(3.2) from bare matrix products."""

    def network(name: str, h: torch.Tensor) -> torch.Tensor:
        depth = sum(k.startswith(name) for k in p) // 2
        for i in range(depth):
            h = h @ p[f"{name}.{i}.weight"] + p[f"{name}.{i}.bias"]
            h = act(h) if i < depth - 1 else h
        return h

    heads = network("encoder", x)
    if not stochastic:
        return (w * (network("decoder", heads) - x) ** 2).sum() / B
    mu, sigma = heads[..., :L], (heads[..., L:] / 2).exp()
    error = ((network("decoder", mu + sigma * noise) - x) ** 2).sum(-1)
    kl = torch_kl(Normal(mu, sigma), Normal(0.0, 1.0)).sum(-1)
    return (w[..., 0] * (error + beta * kl)).sum() / B


@pytest.mark.parametrize("activation", ["relu", "tanh", "elu"])
@pytest.mark.parametrize("variant", ["vae", "ae", "linear"])
def test_gradient(variant: str, activation: str) -> None:
    model, streams = ensemble(variant=variant, activation=activation)
    x, noise = streams.normal(B, F), streams.normal(B, L)
    w = streams.uniform(B, 1) * 3 - 0.5  # some of them negative
    losses = model.slopes(x, noise, w, beta=0.3)
    assert losses is not None
    leaves = {n: model.parameters[n].clone().requires_grad_() for n in model.parameters.names()}
    act = {"relu": torch.relu, "tanh": torch.tanh, "elu": torch.nn.functional.elu}[activation]
    total = loss_by_hand(leaves, x, noise, w, 0.3, act, variant != "ae")
    total.backward()
    for name, leaf in leaves.items():
        torch.testing.assert_close(model.parameters.gradient(name), leaf.grad, rtol=1e-4, atol=1e-5)
    assert (losses.reconstruction + 0.3 * losses.kl).sum().item() == pytest.approx(total.item(), rel=1e-5)


def test_an_event_of_weight_two_counts_twice() -> None:
    model, streams = ensemble()
    x, noise = streams.normal(B, F), streams.normal(B, L)
    w = torch.ones(R, B, 1)
    w[:, 0] = 2.0
    weighted = model.slopes(x, noise, w, beta=0.3)
    gradient = model.parameters.gradients.clone()
    twice = [torch.cat([t, t[:, :1]], 1) for t in (x, noise)]
    plain = model.slopes(twice[0], twice[1], None, beta=0.3)
    assert weighted is not None
    assert plain is not None
    # The same sums, over B events in one case and B + 1 in the other.
    torch.testing.assert_close(gradient * B, model.parameters.gradients * (B + 1))
    torch.testing.assert_close(weighted.kl * B, plain.kl * (B + 1))


def test_shapes() -> None:
    model, streams = ensemble()
    mean, log_variance = model.encode(streams.normal(B, F))
    assert mean.shape == log_variance.shape == (R, B, L)
    assert model.decode(mean).shape == (R, B, F)
    assert isinstance(model.parameters, ReplicaParameters)
