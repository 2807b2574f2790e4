"""Deterministic autoencoders, a few restarts side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import in_groups

__all__ = ["Autoencoders", "fit_autoencoders"]

#: Flows need a smooth decoder, generators a smooth encoder.
ACTIVATION = "softplus"
BATCH = 128
LEARNING_RATE = 2e-3
#: Steps between two moves of the bar.
SHOWN = 50


class Autoencoders:
    """R networks F -> hidden -> L -> hidden -> F, the hidden layers of the decoder in reverse order."""

    def __init__(
        self,
        features: int,
        hidden: Sequence[int],
        latents: int,
        replicas: int,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.latents, self.replicas = latents, replicas
        sizes = (features, *hidden, latents)
        shapes = Perceptron.shapes("encoder", sizes) | Perceptron.shapes("decoder", sizes[::-1])
        self.parameters = ReplicaParameters(shapes, replicas, device, dtype=dtype)
        self.encoder = Perceptron(self.parameters, "encoder", sizes, ACTIVATION)
        self.decoder = Perceptron(self.parameters, "decoder", sizes[::-1], ACTIVATION)

    @torch.no_grad()
    def errors(self, x: Tensor) -> Tensor:
        """(R,) mean squared errors of scaled features (N, F)."""
        points = x.expand(self.replicas, -1, -1)
        return (self.decoder(self.encoder(points)) - points).square().mean(dim=(1, 2))


def fit_autoencoders(
    x: Tensor,
    weights: Tensor,
    hidden: Sequence[int],
    latents: int,
    steps: int,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Task | None = None,
) -> Autoencoders:
    """Train one autoencoder per member of ``seeds`` on scaled features (N, F), ``weights`` (N,) of mean 1.

    Least squares, weighted; Adam with a learning rate that falls to zero along half a cosine. The result is
    in double precision.
    """
    points, importance = x.float().to(device), weights.float().to(device)[:, None]

    @torch.inference_mode()
    def fit_group(members: list[int]) -> dict[str, np.ndarray]:
        streams = ReplicaStreams([seeds[m] for m in members], device)
        networks = Autoencoders(x.shape[1], hidden, latents, len(members), device)
        networks.encoder.initialise(streams)
        networks.decoder.initialise(streams)
        adam = Adam(networks.parameters.values, networks.parameters.gradients, LEARNING_RATE)
        while adam.steps < steps:
            for chosen in streams.batches(len(points), BATCH):
                if adam.steps == steps:
                    break
                _slopes(networks, points[chosen], importance[chosen])
                adam.learning_rate = LEARNING_RATE * (1 + np.cos(np.pi * adam.steps / steps)) / 2
                adam.step()
                if advance is not None and adam.steps % SHOWN == 0:
                    advance(SHOWN * len(members))
        return networks.parameters.arrays()

    groups = in_groups(fit_group, len(seeds), device, most=1)  # wide layers: one keeps a core busy
    trained = Autoencoders(x.shape[1], hidden, latents, len(seeds), dtype=torch.float64)
    trained.parameters.load({name: np.concatenate([g[name] for g in groups]) for name in groups[0]})
    return trained


def _slopes(networks: Autoencoders, x: Tensor, weights: Tensor) -> None:
    """Gradient of half the weighted mean squared error."""
    encoded = networks.encoder.trace(x)
    decoded = networks.decoder.trace(encoded[-1])
    slope = (decoded[-1] - x) * (weights / (x.shape[1] * x.shape[2]))
    networks.encoder.backward(encoded, networks.decoder.backward(decoded, slope), to_input=False)
