"""The terms of the loss, as formulas and with their slopes written out.

Loss of a batch of B events with weights w (mean 1), Sanz eqs. (3.1)-(3.2):

    L = 1/B sum_n w_n { |x_n - xhat_n|^2 + beta KL_n + beta tc_weight TC_n }

KL_n = 1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2), and TC, the total
correlation of the aggregate posterior, only in the variants that ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from symhep.torchkit.adam import Adam
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams

__all__ = [
    "DiscriminatorTerm",
    "Latent",
    "LatentSlopes",
    "MinibatchTerm",
    "TotalCorrelation",
    "kl_divergence",
    "minibatch_total_correlation",
]


@dataclass
class Latent:
    """Posteriors of a batch and one draw from each, (R, B, L)."""

    mean: Tensor
    log_variance: Tensor
    draw: Tensor


@dataclass
class LatentSlopes:
    """d loss / d each member of `Latent`; terms add to them."""

    mean: Tensor
    log_variance: Tensor
    draw: Tensor


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) in nats, element by element; Sanz eq. (3.2).

    >>> kl_divergence(torch.tensor(1.0), torch.tensor(0.0)).item()
    0.5
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


class TotalCorrelation(Protocol):
    """A term that penalises TC = KL(q(z) || prod_j q(z_j))."""

    def add(self, latent: Latent, weights: Tensor, scale: float, slopes: LatentSlopes) -> Tensor:
        """Add scale * d/d. sum_n w_n TC_n to ``slopes``; return the estimate of TC, (R,)."""
        ...


def minibatch_total_correlation(latent: Latent, weights: Tensor, events: int) -> Tensor:
    """TC per drawn event (R, B) by minibatch weighted sampling.

    log q(z_n) is estimated by log 1/(N B) sum_m w_m q(z_n | x_m): Chen et al.,
    arXiv:1802.04942, eq. (10). The batch's own posterior makes it biased, like
    the original. ``weights`` is (R, B, 1) or (1, 1, 1) and must be positive here.
    """
    mean, log_variance = latent.mean.unsqueeze(1), latent.log_variance.unsqueeze(1)
    distance = (latent.draw.unsqueeze(2) - mean).square() * torch.exp(-log_variance)
    log_density = -0.5 * (distance + log_variance + log(2 * pi))  # (R, B, B, L)
    batch = latent.mean.shape[1]
    log_weight = weights.clamp_min(1e-12).log().unsqueeze(1) - log(events * batch)
    joint = torch.logsumexp(log_density.sum(-1) + log_weight.squeeze(-1), dim=2)
    product = torch.logsumexp(log_density + log_weight, dim=2).sum(-1)
    return joint - product


class MinibatchTerm:
    """beta-TCVAE: the total correlation from the minibatch, differentiated automatically.

    Its (R, B, B, L) table makes a step an order of magnitude slower than a plain VAE's.
    """

    def __init__(self, events: int) -> None:
        self.events = events

    def add(self, latent: Latent, weights: Tensor, scale: float, slopes: LatentSlopes) -> Tensor:
        """See `TotalCorrelation`."""
        # The training runs in inference mode, whose tensors automatic differentiation cannot use.
        with torch.inference_mode(False), torch.enable_grad():
            leaves = [t.clone().requires_grad_() for t in (latent.mean, latent.log_variance, latent.draw)]
            each = minibatch_total_correlation(Latent(*leaves), weights.clone(), self.events)
            total = (each * weights.clone().squeeze(-1)).sum()
            found = torch.autograd.grad(total, leaves)
        for slope, part in zip((slopes.mean, slopes.log_variance, slopes.draw), found, strict=True):
            slope.add_(part, alpha=scale)
        return (each.detach() * weights.squeeze(-1)).mean(1)


class DiscriminatorTerm:
    """FactorVAE: TC as the log-odds of a classifier of draws against shuffled draws.

    Kim and Mnih, arXiv:1802.05983, eq. (3) and Algorithm 2, with the shuffled
    copy taken from the same batch. One classifier per replica, all trained as one.
    """

    def __init__(
        self,
        latent_dim: int,
        streams: ReplicaStreams,
        learning_rate: float,
        hidden: tuple[int, ...] = (64, 64),
    ) -> None:
        sizes = (latent_dim, *hidden, 1)
        self.streams = streams
        self.parameters = ReplicaParameters(Perceptron.shapes("tc", sizes), len(streams), streams.device)
        self.network = Perceptron(self.parameters, "tc", sizes, "leaky_relu")
        self.network.initialise(streams)
        self.adam = Adam(self.parameters.values, self.parameters.gradients, learning_rate, betas=(0.5, 0.9))

    def add(self, latent: Latent, weights: Tensor, scale: float, slopes: LatentSlopes) -> Tensor:
        """See `TotalCorrelation`. Afterwards the classifier takes one step of its own."""
        z = latent.draw
        replicas, batch, width = z.shape
        trace = self.network.trace(z)
        weight = weights.expand(replicas, batch, 1)
        slopes.draw.add_(self.network.backward(trace, weight * scale))
        estimate = (trace[-1] * weight).mean((1, 2))
        order = self.streams.uniform(batch, width).argsort(1)
        self._learn(torch.cat([z, z.gather(1, order)], 1), torch.cat([weight, weight], 1), batch)
        return estimate

    def _learn(self, z: Tensor, weight: Tensor, batch: int) -> None:
        """One step on the binary cross-entropy; the first ``batch`` are the true draws."""
        trace = self.network.trace(z)
        slope = functional.sigmoid(trace[-1])
        slope[:, :batch] -= 1
        self.network.backward(trace, slope * weight / (2 * batch), to_input=False)
        self.adam.step()
