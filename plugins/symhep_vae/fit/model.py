"""Many variational autoencoders side by side, with the gradient of their loss written out."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep_vae.fit.losses import Latent, LatentSlopes, TotalCorrelation
from symhep_vae.options import VaeOptions

__all__ = ["StepLosses", "VaeEnsemble"]


class StepLosses(NamedTuple):
    """Terms of the loss of one batch, (R,) each, without their weights."""

    reconstruction: Tensor
    kl: Tensor
    total_correlation: Tensor


class VaeEnsemble:
    """R autoencoders F -> hidden -> L -> hidden -> F.

    The encoder gives mu and log sigma^2 (only mu for the deterministic variant),
    the decoder the mean of x. The linear variant has no hidden layers.
    """

    def __init__(self, features: int, options: VaeOptions, replicas: int, device: str = "cpu") -> None:
        self.latent_dim = options.latent_dim
        self.stochastic = options.variant != "ae"
        hidden = () if options.variant == "linear" else options.hidden
        heads = (2 if self.stochastic else 1) * self.latent_dim
        encoder = (features, *hidden, heads)
        decoder = (self.latent_dim, *reversed(hidden), features)
        shapes = Perceptron.shapes("encoder", encoder) | Perceptron.shapes("decoder", decoder)
        self.parameters = ReplicaParameters(shapes, replicas, device)
        self.encoder = Perceptron(self.parameters, "encoder", encoder, options.activation)
        self.decoder = Perceptron(self.parameters, "decoder", decoder, options.activation)

    @property
    def replicas(self) -> int:
        """R."""
        return self.parameters.replicas

    def initialise(self, streams: ReplicaStreams) -> None:
        """Draw the starting parameters of every replica."""
        self.encoder.initialise(streams)
        self.decoder.initialise(streams)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log sigma^2, (R, N, L) each, of (R, N, F) events; sigma is 0 in the deterministic variant."""
        out = self.encoder(x)
        if self.stochastic:
            return out[..., : self.latent_dim], out[..., self.latent_dim :]
        return out, torch.full_like(out, -torch.inf)

    def decode(self, z: Tensor) -> Tensor:
        """(R, N, F) reconstructions of (R, N, L) latents."""
        return self.decoder(z)

    @torch.no_grad()
    def slopes(
        self,
        x: Tensor,
        noise: Tensor,
        weights: Tensor | None,
        beta: float,
        extra: TotalCorrelation | None = None,
        tc_scale: float = 0.0,
        *,
        measure: bool = True,
    ) -> StepLosses | None:
        """Write the gradient of the loss into the parameters' gradient vector.

        ``x`` (R, B, F), ``noise`` (R, B, L) standard normal, ``weights`` (R, B, 1) or None for equal ones.
        Returns the terms of the loss if ``measure`` asks for them.
        """
        batch = x.shape[1]
        w: Tensor | float = 1 / batch if weights is None else weights / batch
        encoded = self.encoder.trace(x)
        mean = encoded[-1][..., : self.latent_dim]
        if not self.stochastic:
            decoded = self.decoder.trace(mean)
            residual = decoded[-1] - x
            weighted = residual * w
            self.encoder.backward(encoded, self.decoder.backward(decoded, weighted.mul(2)), to_input=False)
            error = (weighted * residual).sum((1, 2))
            return StepLosses(error, torch.zeros_like(error), torch.zeros_like(error)) if measure else None

        log_variance = encoded[-1][..., self.latent_dim :]
        sigma = (0.5 * log_variance).exp_()
        spread = sigma * noise
        draw = mean + spread
        decoded = self.decoder.trace(draw)
        residual = decoded[-1] - x
        from_draw = self.decoder.backward(decoded, residual * (2 * w))

        heads = torch.empty_like(encoded[-1])
        from_mean, from_variance = heads[..., : self.latent_dim], heads[..., self.latent_dim :]
        excess = sigma.square_().sub_(1)
        torch.mul(mean, beta * w, out=from_mean)
        torch.mul(excess, 0.5 * beta * w, out=from_variance)
        correlation = None
        if extra is not None:
            correlation = extra.add(
                Latent(mean, log_variance, draw),
                torch.ones(1, 1, 1, device=x.device) if weights is None else weights,
                tc_scale / batch,
                LatentSlopes(from_mean, from_variance, from_draw),
            )
        # z = mu + sigma eps: dz/dmu = 1, dz/dlog sigma^2 = sigma eps / 2.
        from_mean.add_(from_draw)
        from_variance.addcmul_(from_draw, spread, value=0.5)
        self.encoder.backward(encoded, heads, to_input=False)
        if not measure:
            return None
        reconstruction = (residual.square() * w).sum((1, 2))
        kl = 0.5 * ((mean.square() + excess - log_variance) * w).sum((1, 2))
        return StepLosses(reconstruction, kl, torch.zeros_like(kl) if correlation is None else correlation)
