"""Random Fourier features: waves in random directions through all vectors of an event."""

from __future__ import annotations

from math import pi

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["Fourier"]


class Fourier(TestFunctions):
    """f_k(y) = cos(omega_k . y + b_k), omega_k of all P d components.

    With normal omega and uniform b they are dense in the functions of a Gaussian kernel (Rahimi and Recht 2007,
    NIPS 20), so that no difference of two densities is invisible to enough of them.

    Parameters
    ----------
    waves
        (K, P, d) omega.
    phases
        (K,) b.

    >>> wave = Fourier(torch.tensor([[[0.0, torch.pi]]], dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    >>> round(wave.values(torch.tensor([[[5.0, 1.0]]], dtype=torch.float64)).item(), 12)
    -1.0
    """

    def __init__(self, waves: Tensor, phases: Tensor) -> None:
        self.waves, self.phases = waves, phases
        self.labels = tuple(f"wave {k + 1}" for k in range(len(waves)))
        self.blocks = {"fourier": slice(0, len(waves))}

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        count: int,
        vectors: int,
        dimension: int,
        width: float,
        device: str = "cpu",
    ) -> Fourier:
        """``count`` waves: omega normal with standard deviation 1 / ``width``, b uniform."""
        waves = rng.normal(size=(count, vectors, dimension)) / width
        phases = rng.uniform(0, 2 * pi, size=count)
        return cls(torch.from_numpy(waves).to(device), torch.from_numpy(phases).to(device))

    def values(self, x: Tensor) -> Tensor:
        return self._phase(x).cos_()

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        slope = self._phase(x).sin_().neg_()
        return (v.flatten(2) @ self.waves.flatten(1).T).transpose(1, 2) * slope[..., None]

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        slope = self._phase(x).sin_().mul_(-w[:, None])
        sums = (slope.T @ v.flatten(1)).view(slope.shape[1], v.shape[1], -1)  # (K, G, P d)
        return torch.einsum("kgi,ki->kg", sums, self.waves.flatten(1))

    def _phase(self, x: Tensor) -> Tensor:
        return torch.addmm(self.phases, x.flatten(1), self.waves.flatten(1).T)
