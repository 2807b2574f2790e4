"""Random Fourier features: waves in random directions through all vectors of an event."""

from __future__ import annotations

from math import pi

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["Fourier", "waves_along", "waves_sum_along"]


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
        self._waves = waves.transpose(1, 2).flatten(1)  # (K, d P)
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
        return self._phase(x).cos_().T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return waves_along(self._phase(x).sin_().neg_(), self._waves, v)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return waves_sum_along(self._phase(x).sin_().mul_(-w), self._waves, v)

    def _phase(self, x: Tensor) -> Tensor:
        """(K, n)."""
        return torch.addmm(self.phases[:, None], self._waves, x.permute(2, 1, 0).flatten(0, 1))


def waves_along(slopes: Tensor, waves: Tensor, v: Tensor) -> Tensor:
    """Derivatives (n, K, G) of functions of waves (K, d P) . y with these ``slopes`` (K, n), along v (n, G, P, d)."""
    moved = v.permute(1, 3, 2, 0).flatten(1, 2)  # (G, d P, n)
    found = torch.bmm(waves.expand(len(moved), -1, -1), moved)
    return found.mul_(slopes).permute(2, 1, 0)


def waves_sum_along(slopes: Tensor, waves: Tensor, v: Tensor) -> Tensor:
    """The same, summed over the events: (K, G)."""
    moved = v.permute(1, 3, 2, 0).flatten(0, 2)  # (G d P, n)
    sums = (slopes @ moved.T).view(len(slopes), v.shape[1], -1)
    return torch.einsum("kgi,ki->kg", sums, waves)
