"""Terms of the loss against torch.distributions and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal
from torch.distributions import kl_divergence as torch_kl

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_vae.fit.losses import (
    DiscriminatorTerm,
    Latent,
    LatentSlopes,
    MinibatchTerm,
    kl_divergence,
    minibatch_total_correlation,
)

UNIT = torch.ones(1, 1, 1)


def latent(replicas: int = 2, batch: int = 6, width: int = 3) -> Latent:
    make = torch.Generator().manual_seed(1)
    mean, log_variance, noise = (torch.randn(replicas, batch, width, generator=make) for _ in range(3))
    return Latent(mean, log_variance, mean + (0.5 * log_variance).exp() * noise)


def test_kl_is_that_of_torch_distributions() -> None:
    q = latent()
    expected = torch_kl(Normal(q.mean, (0.5 * q.log_variance).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_divergence(q.mean, q.log_variance), expected)


def test_minibatch_total_correlation_is_the_sum_over_densities() -> None:
    """log 1/(N B) sum_m q(z_n|x_m), with the densities taken from torch.distributions."""
    q, events, batch = latent(), 1000, 6
    sigma = (0.5 * q.log_variance).exp()
    found = minibatch_total_correlation(q, UNIT, events)
    for r in range(2):
        each = Normal(q.mean[r], sigma[r])
        for n in range(batch):
            z = q.draw[r, n]
            joint = torch.logsumexp(Independent(each, 1).log_prob(z), 0) - np.log(events * batch)
            product = (torch.logsumexp(each.log_prob(z), 0) - np.log(events * batch)).sum()
            assert found[r, n].item() == pytest.approx((joint - product).item(), abs=1e-4)


def test_minibatch_slopes_are_those_of_a_finite_step() -> None:
    q = latent()
    q = Latent(q.mean.double(), q.log_variance.double(), q.draw.double())
    weights = torch.rand(2, 6, 1, generator=torch.Generator().manual_seed(2)).double() + 0.5
    slopes = LatentSlopes(*(torch.zeros_like(q.mean) for _ in range(3)))
    MinibatchTerm(500).add(q, weights, 0.7, slopes)

    def total() -> float:
        # The batch's own weights enter the density estimate too.
        return 0.7 * (minibatch_total_correlation(q, weights, 500) * weights.squeeze(-1)).sum().item()

    for name in ("mean", "log_variance", "draw"):
        entry = getattr(q, name)
        start = entry[1, 2, 0].item()
        entry[1, 2, 0] = start + 1e-5
        up = total()
        entry[1, 2, 0] = start - 1e-5
        down = total()
        entry[1, 2, 0] = start
        assert getattr(slopes, name)[1, 2, 0].item() == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-8)


def test_discriminator_learns_the_total_correlation_of_a_gaussian() -> None:
    """TC of two unit normals with correlation r is -log(1 - r^2) / 2."""
    r, replicas, batch = 0.8, 2, 512
    term = DiscriminatorTerm(2, ReplicaStreams(replica_seeds(np.random.SeedSequence(1), replicas)), 3e-3)
    torch.manual_seed(1)
    law = MultivariateNormal(torch.zeros(2), torch.tensor([[1.0, r], [r, 1.0]]))
    estimates = []
    for _ in range(600):
        z = law.sample((replicas, batch))
        slopes = LatentSlopes(*(torch.zeros_like(z) for _ in range(3)))
        estimates.append(term.add(Latent(z, z, z), UNIT, 1.0, slopes))
    found = torch.stack(estimates[-100:]).mean()
    assert found.item() == pytest.approx(-0.5 * np.log(1 - r**2), rel=0.15)
