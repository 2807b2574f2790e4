"""Waves through the vectors that every event has, and through what the event has beside them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.places import Places

__all__ = ["EventWaves"]


class EventWaves(TestFunctions):
    """f_k(y) = cos(omega_k . y + kappa_k . e + b_k): `Fourier` of the vectors of fixed places y, their tags and the
    spectators e, which nothing moves.

    Parameters
    ----------
    places
        What the columns of events are.
    waves, shifts, phases
        (K, F d) omega, (K, F L + S) kappa, (K,) b.
    """

    def __init__(self, places: Places, waves: Tensor, shifts: Tensor, phases: Tensor) -> None:
        self._places, self._fixed = places, places.fixed
        self.waves, self.shifts, self.phases = waves, shifts, phases
        self.labels = tuple(f"wave {k + 1}" for k in range(len(waves)))
        self.blocks = {"fourier": slice(0, len(waves))}

    @classmethod
    def draw(
        cls, rng: np.random.Generator, count: int, places: Places, width: float, device: str = "cpu"
    ) -> EventWaves:
        """``count`` waves: omega normal with standard deviation 1 / ``width``, kappa standard normal, b uniform."""
        fixed = len(places.fixed)
        waves = rng.normal(size=(count, fixed * places.dimension)) / width
        shifts = rng.normal(size=(count, fixed * places.tags + places.spectators))
        phases = rng.uniform(0, 2 * np.pi, size=count)
        return cls(places, *(torch.from_numpy(part).to(device) for part in (waves, shifts, phases)))

    def values(self, x: Tensor) -> Tensor:
        return self._phase(x).cos_()

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        slope = self._phase(x).sin_().neg_()
        return (self._moved(v).flatten(2) @ self.waves.T).transpose(1, 2) * slope[..., None]

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        slope = self._phase(x).sin_().mul_(-w[:, None])
        sums = (slope.T @ self._moved(v).flatten(1)).view(slope.shape[1], v.shape[1], -1)
        return torch.einsum("kgi,ki->kg", sums, self.waves)

    def _moved(self, v: Tensor) -> Tensor:
        return v[:, :, self._fixed, : self._places.dimension]

    def _phase(self, x: Tensor) -> Tensor:
        places, d = self._places, self._places.dimension
        own = x[:, self._fixed]
        told = own[..., d + 1 : d + 1 + places.tags].flatten(1)
        seen = x[:, 0, x.shape[2] - places.spectators :]
        phase = torch.addmm(self.phases, own[..., :d].flatten(1), self.waves.T)
        return phase.addmm_(torch.cat([told, seen], dim=1), self.shifts.T)
