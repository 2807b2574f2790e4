"""Relevance of the latents of trained networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_vae.fit.losses import kl_divergence
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.sample import Sample

__all__ = ["LatentMoments", "moments"]

FloatArray = npt.NDArray[np.float64]

#: Events per evaluation chunk, and events whose latent means are kept.
CHUNK = 4096
KEPT_EVENTS = 10_000


@dataclass(frozen=True)
class LatentMoments:
    """What the trained encoders say about the sample; R runs, L latents.

    Attributes
    ----------
    spread
        (R, L) weighted standard deviation over the events of mu_j.
    width
        (R, L) weighted mean over the events of sigma_j. For the deterministic
        variant, which has no sigma: sqrt(beta/2) times spread over the rms
        change of the reconstruction when the latent is set to its mean, so that
        spread / width is that change in units of the VAE's resolution sqrt(beta/2).
    kl
        (R, L) weighted mean KL to the prior in nats.
    rows, means
        (n,) positions in the sample and (R, n, L) latent means of at most 10,000 events.
    """

    spread: FloatArray
    width: FloatArray
    kl: FloatArray
    rows: npt.NDArray[np.int64]
    means: npt.NDArray[np.float32]

    @property
    def relevance(self) -> FloatArray:
        """rho_j = std(mu_j) / mean(sigma_j), (R, L); Sanz eq. (4.3).  NaN where a run diverged."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.spread == 0, 0.0 * self.width, self.spread / self.width)


@torch.no_grad()
def moments(model: VaeEnsemble, sample: Sample, beta: float, device: str = "cpu") -> LatentMoments:
    """Evaluate all runs on all events, chunk by chunk.

    With signed weights a weighted variance can come out negative; it is then
    taken as 0 (no variation that the weights do not cancel).
    """
    replicas, width = model.replicas, model.latent_dim
    kept = np.unique(np.linspace(0, len(sample.x) - 1, min(len(sample.x), KEPT_EVENTS)).astype(np.int64))
    means = np.empty((replicas, len(kept), width), dtype=np.float32)
    sums = torch.zeros(4, replicas, width, dtype=torch.float64, device=device)
    for start in range(0, len(sample.x), CHUNK):
        x, w = _chunk(sample, start, device)
        mean, log_variance = model.encode(x.expand(replicas, -1, -1))
        m = mean.double()
        sums[0] += (w * m).sum(1)
        sums[1] += (w * m.square()).sum(1)
        if model.stochastic:
            sums[2] += (w * (0.5 * log_variance).exp()).sum(1)
            sums[3] += (w * kl_divergence(mean, log_variance)).sum(1)
        inside = np.flatnonzero((kept >= start) & (kept < start + CHUNK))
        means[:, inside] = mean[:, kept[inside] - start].cpu().numpy()
    first, second, sigma, kl = (sums / sample.weights.sum()).cpu().numpy()
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.maximum(second - first**2, 0.0))
    if not model.stochastic:
        sigma, kl = _knockout(model, sample, first, spread, beta, device), np.zeros_like(spread)
    return LatentMoments(spread, sigma, kl, kept, means)


def _chunk(sample: Sample, start: int, device: str) -> tuple[Tensor, Tensor]:
    x = torch.as_tensor(sample.x[start : start + CHUNK], dtype=torch.float32).to(device)
    w = torch.as_tensor(sample.weights[start : start + CHUNK]).to(device)
    return x.unsqueeze(0), w.view(1, -1, 1)


def _knockout(
    model: VaeEnsemble, sample: Sample, centre: FloatArray, spread: FloatArray, beta: float, device: str
) -> FloatArray:
    """The stand-in for sigma described at `LatentMoments.width`."""
    change = torch.zeros(model.replicas, model.latent_dim, dtype=torch.float64, device=device)
    middle = torch.as_tensor(centre, dtype=torch.float32).to(device)
    for start in range(0, len(sample.x), CHUNK):
        x, w = _chunk(sample, start, device)
        z, _ = model.encode(x.expand(model.replicas, -1, -1))
        full = model.decode(z)
        for j in range(model.latent_dim):
            without = z.clone()
            without[..., j] = middle[:, None, j]
            moved = (model.decode(without) - full).square().sum(-1, keepdim=True)
            change[:, j] += (w * moved).sum((1, 2))
    rms = np.sqrt(np.maximum(change.cpu().numpy() / sample.weights.sum(), 0.0))
    resolution = np.sqrt(beta / 2) if beta > 0 else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rms > 0, spread * resolution / rms, np.inf)
