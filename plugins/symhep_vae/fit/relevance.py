"""Relevance of the latents of trained networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.torchkit.streams import ReplicaStreams
from symhep_vae.fit.losses import kl_divergence
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.sample import Sample

__all__ = ["LatentMoments", "moments", "moments_of", "reconstruction"]

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


def moments(model: VaeEnsemble, sample: Sample, beta: float, device: str = "cpu") -> LatentMoments:
    """Evaluate all runs on all events."""
    return moments_of(model, sample.x, sample.weights[None], beta, device)[0]


@torch.no_grad()
def moments_of(
    model: VaeEnsemble, x: FloatArray, weights: FloatArray, beta: float, device: str = "cpu"
) -> list[LatentMoments]:
    """Of events x (n, F) under each of A sets of weights (A, n), from one pass of the networks, chunk by chunk.

    With signed weights a weighted variance can come out negative; it is then
    taken as 0 (no variation that the weights do not cancel).
    """
    replicas, width = model.replicas, model.latent_dim
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), KEPT_EVENTS)).astype(np.int64))
    means = np.empty((replicas, len(kept), width), dtype=np.float32)
    sums = torch.zeros(4, len(weights), replicas, width, dtype=torch.float64, device=device)
    for start in range(0, len(x), CHUNK):
        rows, w = _chunk(x, weights, start, device)
        mean, log_variance = model.encode(rows.expand(replicas, -1, -1))
        m = mean.double()
        seen = [m, m.square()]
        if model.stochastic:
            seen += [(0.5 * log_variance).exp(), kl_divergence(mean, log_variance)]
        for total, values in zip(sums, seen, strict=False):
            total += torch.einsum("an,rnl->arl", w, values.double())
        inside = np.flatnonzero((kept >= start) & (kept < start + CHUNK))
        means[:, inside] = mean[:, kept[inside] - start].cpu().numpy()
    by_weights = (sums.cpu().numpy() / weights.sum(axis=1)[:, None, None]).swapaxes(0, 1)
    found = []
    for (first, second, sigma, kl), w_all in zip(by_weights, weights, strict=True):
        with np.errstate(invalid="ignore"):
            spread = np.sqrt(np.maximum(second - first**2, 0.0))
        if not model.stochastic:
            sigma = _knockout(model, x, w_all, first, spread, beta, device)
        found.append(LatentMoments(spread, sigma, kl, kept, means))
    return found


def _chunk(x: FloatArray, weights: FloatArray, start: int, device: str) -> tuple[Tensor, Tensor]:
    """Events (1, B, F) and weights (A, B)."""
    rows = torch.as_tensor(x[start : start + CHUNK], dtype=torch.float32).to(device)
    return rows.unsqueeze(0), torch.as_tensor(weights[:, start : start + CHUNK]).to(device)


@torch.no_grad()
def reconstruction(
    model: VaeEnsemble, x: FloatArray, weights: FloatArray, seed: np.random.SeedSequence, device: str = "cpu"
) -> FloatArray:
    """Mean over the events of |x - xhat|^2, summed over features, with one draw from each posterior: (A, R)."""
    streams, total = (
        ReplicaStreams([seed], device),
        torch.zeros(len(weights), model.replicas, dtype=torch.float64, device=device),
    )
    for start in range(0, len(x), CHUNK):
        rows, w = _chunk(x, weights, start, device)
        mean, log_variance = model.encode(rows.expand(model.replicas, -1, -1))
        draw = mean + (0.5 * log_variance).exp() * streams.normal(rows.shape[1], model.latent_dim)
        total += torch.einsum("an,rn->ar", w, (model.decode(draw) - rows).square().sum(-1).double())
    return np.asarray(total.cpu().numpy() / weights.sum(axis=1)[:, None])


def _knockout(
    model: VaeEnsemble,
    x: FloatArray,
    weights: FloatArray,
    centre: FloatArray,
    spread: FloatArray,
    beta: float,
    device: str,
) -> FloatArray:
    """The stand-in for sigma described at `LatentMoments.width`."""
    change = torch.zeros(model.replicas, model.latent_dim, dtype=torch.float64, device=device)
    middle = torch.as_tensor(centre, dtype=torch.float32).to(device)
    for start in range(0, len(x), CHUNK):
        rows, w = _chunk(x, weights[None], start, device)
        z, _ = model.encode(rows.expand(model.replicas, -1, -1))
        full = model.decode(z)
        for j in range(model.latent_dim):
            without = z.clone()
            without[..., j] = middle[:, None, j]
            moved = (model.decode(without) - full).square().sum(-1)
            change[:, j] += (w * moved).sum(1)
    rms = np.sqrt(np.maximum(change.cpu().numpy() / weights.sum(), 0.0))
    resolution = np.sqrt(beta / 2) if beta > 0 else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rms > 0, spread * resolution / rms, np.inf)
