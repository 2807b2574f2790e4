"""An encoder and a decoder, in double precision: trained here, or from files."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.latent.autoencoder import Autoencoders
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.model_file import torchscript_oracle

__all__ = ["Coding", "FileCoding", "TrainedCoding"]


class Coding(Protocol):
    """F features to L latents and back."""

    latents: int

    def encode(self, x: Tensor) -> Tensor:
        """(N, F) -> (N, L)."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """(N, L) -> (N, F)."""
        ...


class TrainedCoding:
    """One member of an ensemble of autoencoders. Features are shifted by their mean and divided by one scale."""

    def __init__(self, networks: Autoencoders, member: int, shift: Tensor, scale: float) -> None:
        self.latents = networks.latents
        self._networks, self._member, self._shift, self._scale = networks, member, shift, scale

    @property
    def parameters(self) -> dict[str, npt.NDArray[np.float32]]:
        """Of this member, without the replica axis; `shift` and `scale` are those of the features."""
        held = {name: a[self._member] for name, a in self._networks.parameters.arrays().items()}
        constants = {"shift": self._shift.numpy(), "scale": np.array([self._scale])}
        return {name: a.astype(np.float32) for name, a in (held | constants).items()}

    @torch.no_grad()
    def encode(self, x: Tensor) -> Tensor:
        """(N, F) -> (N, L)."""
        points = (x - self._shift) / self._scale
        return self._networks.encoder(points.expand(self._networks.replicas, -1, -1))[self._member]

    @torch.no_grad()
    def decode(self, z: Tensor) -> Tensor:
        """(N, L) -> (N, F)."""
        points = self._networks.decoder(z.expand(self._networks.replicas, -1, -1))[self._member]
        return points * self._scale + self._shift


class FileCoding:
    """TorchScript modules (N, F) -> (N, L) and back.

    Raises `InputError` or `MethodError` where the files do not fit the features or each other.
    """

    def __init__(self, encoder: str, decoder: str, sample: Tensor) -> None:
        self._encoder = torchscript_oracle(Layout(1, sample.shape[1]), encoder, sample)
        self.latents = self._encoder.outputs
        codes = self.encode(sample)
        self._decoder = torchscript_oracle(Layout(1, self.latents), decoder, codes)
        if self._decoder.outputs != sample.shape[1]:
            raise MethodError(
                f"{decoder} gives {self._decoder.outputs} numbers, but there are {sample.shape[1]} features"
            )

    @torch.no_grad()
    def encode(self, x: Tensor) -> Tensor:
        """(N, F) -> (N, L)."""
        return self._encoder(x)

    @torch.no_grad()
    def decode(self, z: Tensor) -> Tensor:
        """(N, L) -> (N, F)."""
        return self._decoder(z)
